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

func TestOnlyMembersActForTheOrganisation(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			if err := tx.Exec("INSERT INTO memberships (org_id, user_id, role, created_at) VALUES (7, 1, 'owner', 0)").Error; err != nil {
				return err
			}
			for action, by := range map[string]audit.Actor{
				"a.member": {UserID: 1}, "an.operator": {UserID: 2}, "a.desk": {UserID: 2, OrgID: 3}, "the.program": audit.System,
			} {
				if err := audit.Write(tx, by.For(7), audit.Change{Action: action, Subject: "organisation", SubjectID: 7}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for action, actedFor := range map[string]id.ID{"a.member": 7, "an.operator": 0, "a.desk": 3, "the.program": 0} {
			found, err := audit.List(db.Read(t.Context()), audit.Filter{Action: action, OrgID: 7, Limit: 2})
			if err != nil || len(found) != 1 || found[0].OrgID != actedFor || found[0].AboutOrgID != 7 {
				t.Errorf("%s: %+v, %v", action, found, err)
			}
		}
	})
}
