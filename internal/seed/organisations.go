package seed

import (
	"fmt"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

// The first eight characters of a credit code: who registered it, what sort of body it
// is, and the county (431322 is Xinhua). The rest of a demo code is a small number,
// which no real body has.
const (
	cooperativeCode = "93431322"
	enterpriseCode  = "91431322"
	chamberCode     = "51431322"
)

// demoCode is a fictional code that passes the check.
func demoCode(prefix string, n int) string {
	return org.CompleteCreditCode(prefix + fmt.Sprintf("%09d", n))
}

// loadBuyers makes two enterprises and a chamber, and answers the enterprise that has
// the demo members and cards.
func loadBuyers(tx *storage.Tx) (org.Organisation, error) {
	first, err := org.AddWithCode(tx, org.Enterprise, "演示企业（演示）", demoCode(enterpriseCode, 1), true)
	if err != nil {
		return first, err
	}
	if _, err := org.AddWithCode(tx, org.Enterprise, "第二演示企业（演示）", demoCode(enterpriseCode, 2), true); err != nil {
		return first, err
	}
	_, err = org.AddWithCode(tx, org.Chamber, "演示商会（演示）", demoCode(chamberCode, 1), true)
	return first, err
}

// loadDesks makes the two desks at which operators work.
func loadDesks(tx *storage.Tx) (map[string]id.ID, error) {
	desks := map[string]id.ID{}
	for kind, name := range map[string]string{org.County: "新化县乡村振兴局（演示）", org.Federation: "新化县工商联（演示）"} {
		desk, err := org.OpenDesk(tx, audit.System, kind, name, true)
		if err != nil {
			return nil, err
		}
		desks[kind] = desk.ID
	}
	return desks, nil
}
