package payment

import (
	"testing"
	"time"

	"zique/internal/clock"
)

// A payment is missed at no time until a day after the deadline, and few questions are asked.
func TestAChargeIsAskedAboutEverMoreRarelyForADay(t *testing.T) {
	for status, most := range map[string]int{Open: 14, Paid: 8, Closed: 8} {
		c := Charge{Status: status, CreatedAt: 1000, ExpiresAt: clock.Millis(1000).Add(30 * time.Minute)}
		at, asked := c.CreatedAt.Add(askFirst), 0
		for next := &at; next != nil; next = c.nextAsk(at) {
			if *next < at || asked > most {
				t.Fatalf("%s: asked %d times, then after %d at %d", status, asked, at, *next)
			}
			at = *next
			asked++
		}
		if at != c.ExpiresAt.Add(askUntil) {
			t.Errorf("%s: asked last at %d", status, at)
		}
	}
}
