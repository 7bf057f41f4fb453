package pii

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// hidden stands for what is hidden whole.
const hidden = "****"

// MaskText hides what identifies a person in a text that somebody wrote: mobile numbers
// and landlines with their area code (138****1234), identity numbers, numbers of bank
// cards and accounts (**** 7890), e-mail addresses, and the names given (张**). Digits
// may be full-width or parted by spaces, dots, dashes, brackets, slashes, stars or wide
// commas. It would rather hide a number too many, but leaves our own ids: see isID.
func MaskText(text string, names ...string) string {
	return maskNames(maskNumbers(email.ReplaceAllString(text, "$1"+hidden+"$2")), names, MaskName)
}

// MaskJSON is MaskText for each text in a JSON value, but for the fields that hold an id,
// a code or a reference. What is not JSON becomes null.
func MaskJSON(raw string, names ...string) string {
	return EachText(raw, func(text string) string { return MaskText(text, names...) })
}

// EachText replaces each text in a JSON value, but for the fields that MaskJSON leaves.
// A value that stays as it is keeps its form; what is not JSON becomes null.
func EachText(raw string, replace func(string) string) string {
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return "null"
	}
	changed := false
	value = inside(value, func(text string) string {
		replaced := replace(text)
		changed = changed || replaced != text
		return replaced
	})
	if !changed {
		return raw
	}
	shown, err := json.Marshal(value)
	if err != nil {
		return "null"
	}
	return string(shown)
}

// noText are fields, or the ends of fields, that hold no text of anybody's.
var noText = regexp.MustCompile(`(^|_)(ids?|code|reference|no|at|day|status|kind|link|phones|roles?|desks?|template|topic|subject|action|why|tender|gateway|outcome|format|version|document)$`)

func inside(value any, replace func(string) string) any {
	switch v := value.(type) {
	case string:
		return replace(v)
	case []any:
		for i := range v {
			v[i] = inside(v[i], replace)
		}
	case map[string]any:
		for field := range v {
			if !noText.MatchString(field) {
				v[field] = inside(v[field], replace)
			}
		}
	}
	return value
}

// Person is somebody whose account is erased, as texts may name them.
type Person struct {
	Names  []string // the present one and those before
	Phones []string
	Others []string // that tell who they are beside their name: streets, receivers of their parcels
}

// Erase hides the person's phones in a text, however they are written, and the others, and
// puts `instead` for their names.
func (p Person) Erase(text, instead string) string {
	text = eachNumber(text, func(n number) (string, bool) {
		return hidden, slices.ContainsFunc(p.Phones, func(phone string) bool {
			return phone != "" && (n.mobile() == phone || len(n.groups) == 1 && strings.Contains(n.digits, phone))
		})
	})
	return maskNames(text, slices.Concat(p.Names, p.Others), func(word string) string {
		if slices.Contains(p.Names, word) {
			return instead
		}
		return hidden
	})
}

// maskNames replaces names, the longest first. One of a single character is no name to
// look for.
func maskNames(text string, names []string, mask func(string) string) string {
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		if utf8.RuneCountInString(name) > 1 {
			text = strings.ReplaceAll(text, name, mask(name))
		}
	}
	return text
}

var email = regexp.MustCompile(`([A-Za-z0-9])[A-Za-z0-9._%+-]*(@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})`)

func maskNumbers(text string) string {
	return eachNumber(text, func(n number) (string, bool) {
		switch phone := n.mobile(); {
		case phone != "" && !n.isEnumeration():
			return MaskPhone(phone), true
		case n.isIdentity():
			return hidden, true
		case n.isLandline():
			return MaskPhone(n.digits), true
		case n.isDated():
			day := len(n.digits) - 11
			return n.digits[:day] + MaskPhone(n.digits[day:]), true
		case n.isAccount():
			return hidden + " " + n.digits[len(n.digits)-4:], true
		}
		return "", false
	})
}

var (
	mobile   = regexp.MustCompile(`^(?:0086|86)?0?(1[3-9]\d{9})$`)
	dated    = regexp.MustCompile(`^20\d\d([01]\d[0-3]\d)?1[3-9]\d{9}$`)
	landline = regexp.MustCompile(`^0[1-9]\d{8,10}$`)
	local    = regexp.MustCompile(`^[2-8]\d{6,7}$`)
	identity = regexp.MustCompile(`^[1-8]\d{5}((18|19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]|\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3})$`)
	account  = regexp.MustCompile(`^\d{12,19}$`)

	// What stands close before a number tells what it is.
	calls = regexp.MustCompile(`(?i)(电话|座机|手机|致电|拨打|tel|phone|call)[^\d]{0,6}$`)
	paid  = regexp.MustCompile(`(?i)(卡号|账号|帐号|账户|帐户|卡|card|account)[^\d]{0,6}$`)
	coded = regexp.MustCompile(`[A-Za-z]$`)
	born  = regexp.MustCompile(`(?i)(身份证|identity)[^\d]{0,8}$`)
)

// number is one or more groups of digits that may be one number.
type number struct {
	digits string // in ASCII; an identity number may end in X
	groups []int  // the length of each
	before string // the text that it follows
	listed bool   // what stands between the groups may stand between several numbers as well
}

// mobile is a mobile number without what is dialled before it from elsewhere; "": it is none.
func (n number) mobile() string {
	if found := mobile.FindStringSubmatch(n.digits); found != nil {
		return found[1]
	}
	return ""
}

// isEnumeration tells 1、3、5 from a number in parts.
func (n number) isEnumeration() bool { return n.listed && slices.Min(n.groups) < 3 }

// isDated tells whether it is a mobile number right after a year or a day.
func (n number) isDated() bool {
	return len(n.groups) == 1 && dated.MatchString(n.digits) && !coded.MatchString(n.before)
}

func (n number) isLandline() bool {
	if n.listed {
		return len(n.groups) == 2 && !n.isEnumeration() && landline.MatchString(n.digits)
	}
	return landline.MatchString(n.digits) || local.MatchString(n.digits) && calls.MatchString(n.before)
}

func (n number) isIdentity() bool {
	return identity.MatchString(n.digits) && (len(n.digits) == 18 || len(n.groups) == 1) || len(n.digits) >= 15 && born.MatchString(n.before)
}

// isAccount takes for an account what the text calls one, and what has a card's check
// digit; of several groups each has four digits or more, but for the last.
func (n number) isAccount() bool {
	if n.listed || !account.MatchString(n.digits) {
		return false
	}
	for _, size := range n.groups[:len(n.groups)-1] {
		if size < 4 {
			return false
		}
	}
	return paid.MatchString(n.before) || !n.isID() && luhn(n.digits)
}

// isID tells whether the number can be an id of ours: a whole number of 18 or 19 digits
// below 2·10^18, which they reach in 2041. Bank cards that long begin with 4 or more.
func (n number) isID() bool {
	return len(n.groups) == 1 && (len(n.digits) == 18 || len(n.digits) == 19 && n.digits[0] == '1')
}

// luhn tells whether the last digit is the check digit that bank cards have.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// groups finds runs of digits; parted matches what may stand between those of one number,
// listing what of it may part several.
var (
	groups  = regexp.MustCompile(`[0-9０-９]+`)
	parted  = regexp.MustCompile(`^[\s\p{Z}\p{Pd}\p{Cf}−.．·•・_＿()（）/／，、~～*＊]{1,3}$|^\p{Pd}{4,6}$`)
	listing = regexp.MustCompile(`[/／，、~～*＊]`)
)

// eachNumber replaces numbers of up to maxGroups groups for which replace answers true;
// of those that begin at the same place the longest.
func eachNumber(text string, replace func(number) (string, bool)) string {
	const maxGroups, context = 11, 40
	found := groups.FindAllStringIndex(text, -1)
	var out strings.Builder
	done := 0
	for i := 0; i < len(found); i++ {
		last := i
		for last+1 < len(found) && last+1 < i+maxGroups && parted.MatchString(text[found[last][1]:found[last+1][0]]) {
			last++
		}
		for ; last >= i; last-- {
			n := number{before: text[max(done, found[i][0]-context):found[i][0]]}
			for g, at := range found[i : last+1] {
				n.listed = n.listed || g > 0 && listing.MatchString(text[found[i+g-1][1]:at[0]])
				group := ascii(text[at[0]:at[1]])
				n.digits, n.groups = n.digits+group, append(n.groups, len(group))
			}
			end := found[last][1]
			if x, size := utf8.DecodeRuneInString(text[end:]); len(n.digits) == 17 && strings.ContainsRune("xXｘＸ", x) {
				n.digits, end = n.digits+"X", end+size
			}
			if instead, hide := replace(n); hide {
				out.WriteString(text[done:found[i][0]])
				out.WriteString(instead)
				done, i = end, last
				break
			}
		}
	}
	return out.String() + text[done:]
}

// ascii writes full-width digits as others.
func ascii(digits string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' {
			return r - '０' + '0'
		}
		return r
	}, digits)
}
