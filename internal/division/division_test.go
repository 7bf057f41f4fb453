package division

import "testing"

func TestProvincesAreKnownShortAndInFull(t *testing.T) {
	for _, name := range []string{"湖南", "湖南省", "北京市", "内蒙古", "内蒙古自治区", "广西壮族自治区", "新疆维吾尔自治区", "香港特别行政区"} {
		if !IsProvince(name) {
			t.Errorf("%s is a province", name)
		}
	}
	for _, name := range []string{"", "湖", "湖南省长沙市", "湖南市", "北京省", "火星", "Hunan"} {
		if IsProvince(name) {
			t.Errorf("%s is none", name)
		}
	}
	if len(provinces) != 34 || !IsShort("湖南") || IsShort("湖南省") {
		t.Error("34 provinces have short names")
	}
}
