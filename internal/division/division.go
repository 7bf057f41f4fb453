// Package division knows the administrative divisions of the first level (省级行政区), by
// which freight is priced: an address elsewhere could not be.
package division

// IsProvince tells whether an address may name its province so: short, as in 湖南, or in
// full, as in 湖南省.
func IsProvince(name string) bool {
	for _, p := range provinces {
		if name == p.short || name == p.short+p.ending {
			return true
		}
	}
	return false
}

// IsShort tells whether it is the short name of a province. Every full name begins with its own.
func IsShort(name string) bool {
	for _, p := range provinces {
		if name == p.short {
			return true
		}
	}
	return false
}
