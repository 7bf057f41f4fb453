package storage

import "strings"

var literal = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// Containing is the pattern of LIKE ? ESCAPE '!' for whatever contains the text as it stands.
func Containing(text string) string { return "%" + literal.Replace(text) + "%" }
