package blob

import (
	"path"
	"slices"
	"strings"
	"unicode"
)

const maxName = 120 // characters

// Extensions that are replaced by the one of what the file is.
var extensions = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".pdf", ".xlsx", ".csv"}

// cleanName keeps the last part of a name, without what cannot be seen (which could
// also turn the direction of writing, and so hide an extension), and ends it in the
// extension of what the file is.
func cleanName(name, extension string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	if given := path.Ext(name); slices.Contains(extensions, strings.ToLower(given)) {
		name = strings.TrimSuffix(name, given)
	}
	name = strings.Trim(name, " .")
	if runes := []rune(name); len(runes) > maxName-len(extension) {
		name = string(runes[:maxName-len(extension)])
	}
	if name == "" {
		name = "file"
	}
	return name + extension
}
