package notify

import "testing"

func TestTheTemplatesAreComplete(t *testing.T) {
	if _, err := templates(); err != nil {
		t.Fatal(err)
	}
}
