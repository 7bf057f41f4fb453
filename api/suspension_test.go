package main

import (
	"net/http"
	"testing"
)

func TestASuspendedCooperativeSellsNothingUntilItIsReinstated(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		federation := p.signIn(t, "13900000005")
		product := p.ok(t, http.StatusOK, "", "GET", "/products?sort=price_asc&limit=1", nil)
		shown, cooperative, inVillage := "/products/"+product.text("items.0.id"), product.text("items.0.cooperative.id"), "/villages/"+product.text("items.0.village.id")
		listed := func() (string, int64) {
			own := p.ok(t, http.StatusOK, "", "GET", "/products?cooperative_id="+cooperative, nil)
			return own.text("items.0.id"), p.ok(t, http.StatusOK, "", "GET", inVillage, nil).fen("product_count")
		}
		before := p.place(t, b, b.order(2))
		p.ok(t, http.StatusOK, b.token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 1})
		_, counted := listed()
		ops := "/ops/organisations/" + cooperative
		p.ok(t, http.StatusOK, federation, "POST", ops+"/suspend", reasoned{"查证"})

		if first, left := listed(); first != "" || left >= counted {
			t.Errorf("suspended, it lists %q, and its village counts %d of %d", first, left, counted)
		}
		p.call(t, "", "GET", shown, nil).wants(t, http.StatusNotFound, "not_found")
		if cart := p.ok(t, http.StatusOK, b.token, "GET", "/cart", nil); cart.at("items.0.available") != false || cart.fen("total_fen") != 0 {
			t.Errorf("in the cart: %s", cart.raw)
		}
		p.call(t, b.token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 2}).wants(t, http.StatusNotFound, "not_found")
		declined := p.place(t, b, b.order(1))
		declined.wants(t, http.StatusConflict, "not_for_sale")
		if declined.text("errors.0.field") != "items[0].sku_id" || declined.text("errors.0.code") != "not_for_sale" {
			t.Errorf("declined: %s", declined.raw)
		}
		p.place(t, b, map[string]any{"from_cart": true, "address_id": b.address, "card_ids": b.cards}).wants(t, http.StatusConflict, "cart_changed")
		refund := p.call(t, b.token, "POST", "/orders/"+before.text("id")+"/refunds", map[string]any{
			"lines": []any{map[string]any{"line_id": before.text("lines.0.id"), "quantity": 1}}, "reason": "多买了"}, "Idempotency-Key", p.key())
		if refund.status != http.StatusCreated { // orders from before go on
			t.Errorf("refund: %s", refund.raw)
		}

		p.ok(t, http.StatusOK, federation, "POST", ops+"/reinstate", nil)
		if first, again := listed(); first == "" || again != counted {
			t.Errorf("reinstated, it lists %q, and its village counts %d of %d", first, again, counted)
		}
		if placed := p.place(t, b, b.order(1)); placed.status != http.StatusCreated {
			t.Errorf("reinstated: %s", placed.raw)
		}
	})
}

func TestACountyDoesNotLiftTheFederationsSuspension(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		owner, _, _ := p.person(t, "社长")
		ops := "/ops/organisations/" + p.admitCooperative(t, owner)
		county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		p.ok(t, http.StatusOK, federation, "POST", ops+"/suspend", reasoned{"查证"})
		p.call(t, county, "POST", ops+"/reinstate", nil).wants(t, http.StatusForbidden, "higher_desk")
		p.ok(t, http.StatusOK, federation, "POST", ops+"/reinstate", nil)
		for _, lifts := range []string{county, federation} {
			p.ok(t, http.StatusOK, county, "POST", ops+"/suspend", reasoned{"查证"})
			p.ok(t, http.StatusOK, lifts, "POST", ops+"/reinstate", nil)
		}
	})
}

func TestMembersLeaveASuspendedOrganisationAndItsLastManagerStays(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, _, secretaryID := p.person(t, "秘书")
		second, phone, secondID := p.person(t, "副秘书")
		orgID := p.admit(t, secretary)
		at := "/organisations/" + orgID
		invited := p.ok(t, http.StatusCreated, secretary, "POST", at+"/invitations", map[string]any{"phone": phone, "role": "secretary"})
		p.ok(t, http.StatusOK, second, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", "/ops"+at+"/suspend", reasoned{"查证"})
		p.call(t, secretary, "DELETE", at+"/members/"+secondID, nil).wants(t, http.StatusConflict, "org_suspended")
		left := p.ok(t, http.StatusNoContent, second, "DELETE", at+"/members/"+secondID, nil)
		p.call(t, secretary, "DELETE", at+"/members/"+secretaryID, nil).wants(t, http.StatusConflict, "last_manager")
		p.ok(t, http.StatusNoContent, second, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		p.call(t, secretary, "POST", "/me/deletion", map[string]any{"password": demoPassword}).wants(t, http.StatusConflict, "account_in_use")
		logged := p.ok(t, http.StatusOK, p.signIn(t, demoAuditor), "GET", "/audit?request_id="+left.header.Get("X-Request-Id"), nil)
		if logged.text("items.0.action") != "member.left" || logged.text("items.0.subject_id") != secondID || logged.text("items.0.org_id") != orgID {
			t.Errorf("leaving is filed as %s", logged.raw)
		}
	})
}
