package org_test

import (
	"testing"
	"time"

	"zique/internal/org"
)

func TestAnOldInvitationForgetsThePhone(t *testing.T) {
	each(t, func(w *world) {
		o := w.admitted("社长", org.Cooperative)
		invite := func(name string) {
			w.Helper()
			if _, err := w.invite("社长", o.ID, name, org.RolePacker); err != nil {
				w.Fatal(err)
			}
		}
		w.earlier(org.KeepInvited+time.Hour, func() { invite("旧人") })
		invite("新人")
		if err := org.ForgetInvited(w.Context(), w.db, w.db.Now().Add(-org.KeepInvited)); err != nil {
			w.Fatal(err)
		}
		var kept []string
		if err := w.db.Read(w.Context()).Model(&org.Invitation{}).Where("phone_hash <> ''").Pluck("phone_hash", &kept).Error; err != nil || len(kept) != 1 || kept[0] != w.hash("新人") {
			w.Errorf("still known: %v, %v", kept, err)
		}
		list, err := w.orgs.Invitations(w.db.Read(w.Context()), w.db.Now(), o.ID, w.user("社长"))
		if err != nil || len(list) != 2 || list[0].Phone == "" || list[1].Phone != "" || list[1].Status != org.InvitationExpired {
			w.Errorf("%+v, %v", list, err)
		}
	})
}
