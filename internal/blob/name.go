package blob

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxName = 120 // characters

// Extensions that are replaced by the one of what the file is.
var extensions = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".pdf", ".xlsx", ".csv"}

// ErrName says that a file's name is none.
var ErrName = errInvalid.With("file", "invalid_name", "the file's name must be a name alone: no folder, no control characters and none that cannot be seen")

// checkName refuses a name that is a path, or holds what nobody sees, which could also
// turn the direction of writing and so hide an extension.
func checkName(name string) error {
	if utf8.ValidString(name) && !strings.ContainsAny(name, `/\`) && strings.Trim(name, ".") != "" && !strings.ContainsFunc(name, unseen) {
		return nil
	}
	return ErrName
}

func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Other_Default_Ignorable_Code_Point)
}

// cleanName ends a checked name in the extension of what the file is.
func cleanName(name, extension string) string {
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
