package audit_test

import (
	"testing"
	"time"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// The ids bound a span of time, and the times themselves cut it exactly.
func TestASpanOfTimeIsCutExactly(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		const rows = 6
		start := db.Now().Add(-rows * time.Minute) // not forward: ids are leased for less than a minute
		db.Clock().Advance(-rows * time.Minute)
		for i := range rows {
			err := db.InTx(t.Context(), func(tx *storage.Tx) error {
				return audit.Write(tx, audit.System, audit.Change{Action: "test.done", Subject: "test", SubjectID: id.ID(i + 1)})
			})
			if err != nil {
				t.Fatal(err)
			}
			db.Clock().Advance(time.Minute)
		}
		minute := func(n int) clock.Millis { return start.Add(time.Duration(n) * time.Minute) }
		for _, c := range []struct {
			since, until clock.Millis
			newest       id.ID
			rows         int
		}{
			{0, 0, rows, rows}, {minute(2), 0, rows, 4}, {0, minute(2), 2, 2}, {minute(1), minute(3), 3, 2},
			{minute(1) + 1, minute(3) + 1, 4, 2}, {minute(rows), 0, 0, 0}, {1, 2, 0, 0},
		} {
			found, err := audit.List(db.Read(t.Context()), audit.Filter{Since: c.since, Until: c.until, Limit: 100})
			if err != nil || len(found) != c.rows || (c.rows > 0 && found[0].SubjectID != c.newest) {
				t.Errorf("%+v: %d rows, %v", c, len(found), err)
			}
		}
	})
}

func TestWhatAMemberDoesIsFiledUnderTheOrganisation(t *testing.T) {
	if by := (audit.Actor{UserID: 1}).For(7); by.OrgID != 7 || by.UserID != 1 {
		t.Errorf("%+v", by)
	}
	if by := (audit.Actor{OrgID: 3}).For(7); by.OrgID != 3 {
		t.Errorf("a desk's: %+v", by)
	}
}
