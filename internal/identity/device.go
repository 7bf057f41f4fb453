package identity

import "strings"

// maxDevice is the longest name of a device, in bytes.
const maxDevice = 100

// browsers by what stands in their User-Agent. Most claim to be Chrome or Safari
// too, so the order counts.
var browsers = [][2]string{
	{"MicroMessenger/", "WeChat"}, {"AlipayClient/", "Alipay"}, {"DingTalk/", "DingTalk"}, {"QQBrowser/", "QQ Browser"},
	{"UCBrowser/", "UC Browser"}, {"HuaweiBrowser/", "Huawei Browser"}, {"MiuiBrowser/", "Mi Browser"}, {"Edg", "Edge"},
	{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
}

var systems = [][2]string{
	{"OpenHarmony", "HarmonyOS"}, {"HarmonyOS", "HarmonyOS"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
	{"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
}

// Device names a device by its User-Agent, as its owner would: "WeChat, Android". Of
// a program that is none of the known browsers it keeps the first word, without
// anything that is not a letter, a digit or one of "-._".
func Device(userAgent string) string {
	browser, system := firstMatch(browsers, userAgent), firstMatch(systems, userAgent)
	switch {
	case browser == "":
		browser = programName(userAgent)
	case system != "":
		return browser + ", " + system
	}
	return browser
}

func firstMatch(table [][2]string, userAgent string) string {
	for _, row := range table {
		if strings.Contains(userAgent, row[0]) {
			return row[1]
		}
	}
	return ""
}

func programName(userAgent string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(userAgent), "/")
	name, _, _ = strings.Cut(name, " ")
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._", r) {
			return r
		}
		return -1
	}, name)
	return name[:min(len(name), maxDevice)]
}
