// Package seed loads the demo county: the facts of a published report with their
// source, and fictional cooperatives, products, people and cards, marked 演示.
// It uses the same calls as everybody, so demo cards come from a batch like any other.
package seed

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/campaign"
	"zique/internal/catalog"
	"zique/internal/freight"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/programme"
	"zique/internal/rulepack"
	"zique/internal/storage"
	"zique/internal/village"
)

//go:embed data/xinhua-2023.json data/words.json data/demo.json
var data embed.FS

// Password is that of every demo account.
const Password = "zique-demo-2026"

// Account is a demo account.
type Account struct {
	Role  string
	Phone string
	Name  string
}

// Accounts are the same on every fresh start.
var Accounts = []Account{
	{"buyer", "13900000001", "演示买家"},
	{"cooperative", "13900000002", "演示合作社社长"},
	{"enterprise", "13900000003", "演示企业秘书"},
	{"operator", "13900000004", "演示运营甲"},
	{"operator", "13900000005", "演示运营乙"},
	{"liaison", "13900000006", "演示联络员"},
	{"enterprise", "13900000007", "演示企业财务"},
	{"auditor", "13900000008", "演示审计员"},
}

// Two sorts of demo cards: those that the buyer holds, and those to be claimed.
const (
	heldCards      = 3
	unclaimedCards = 12
	leastUnclaimed = 2  // after a start
	demoMonths     = 36 // that cards to be claimed are good for
	cardFace       = money.Fen(50_000)
	heldFace       = money.Fen(20_000)
)

// Demo loads the demo county into an empty database. In one that has it, it makes new
// cards to be claimed when too few are left.
func Demo(ctx context.Context, db *storage.DB, people *identity.Service, codes aidcard.Codes) error {
	var loaded int64
	if err := db.Read(ctx).Model(&programme.Source{}).Count(&loaded).Error; err != nil {
		return err
	}
	err := db.InTx(ctx, func(tx *storage.Tx) error {
		if loaded == 0 {
			return load(tx, people, codes)
		}
		return topUp(tx, codes)
	})
	if storage.IsDuplicate(err) {
		return nil // another replica was first
	}
	return err
}

// topUp issues one more batch of the demo's first buyer. A second replica that does the
// same makes the same codes, and fails.
func topUp(tx *storage.Tx, codes aidcard.Codes) error {
	open, made, err := unclaimed(tx.DB, codes)
	if err != nil || len(open) >= leastUnclaimed {
		return err
	}
	var first aidcard.Batch
	if err := tx.Order("id").Take(&first).Error; err != nil {
		return err
	}
	return issueOpen(tx, codes, first.ProgramID, first.EnterpriseID, made, leastUnclaimed-len(open))
}

func load(tx *storage.Tx, people *identity.Service, codes aidcard.Codes) error {
	var facts report
	if err := read("data/xinhua-2023.json", &facts); err != nil {
		return err
	}
	var translated words
	if err := read("data/words.json", &translated); err != nil {
		return err
	}
	assistance := facts.assistance(translated)
	if err := programme.Load(tx, assistance); err != nil {
		return err
	}
	villages, err := loadVillages(tx, facts)
	if err != nil {
		return err
	}
	var fiction demo
	if err := read("data/demo.json", &fiction); err != nil {
		return err
	}
	cooperatives, err := loadGoods(tx, fiction, villages)
	if err != nil {
		return err
	}
	if err := loadSeason(tx); err != nil {
		return err
	}
	return loadPeople(tx, fiction, people, codes, cooperatives[0])
}

func read(name string, into any) error {
	raw, err := data.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("demo data %s: %w", name, err)
	}
	return nil
}

func loadVillages(tx *storage.Tx, facts report) (map[string]village.Village, error) {
	byName := map[string]village.Village{}
	for _, v := range facts.Villages {
		added, err := village.Add(tx, audit.System, village.New{Name: v.Name, Township: v.Township, NoTownship: true,
			County: facts.County.Name, Note: v.Note, Produce: v.Produce})
		if err != nil {
			return nil, err
		}
		byName[v.Name] = added
	}
	return byName, nil
}

type demo struct {
	Categories []struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		NameEn string `json:"name_en"`
	} `json:"categories"`
	Cooperatives []struct {
		Key        string    `json:"key"`
		Name       string    `json:"name"`
		FreightFen money.Fen `json:"freight_fen"`
	} `json:"cooperatives"`
	Products []struct {
		Cooperative string `json:"cooperative"`
		Village     string `json:"village"`
		Category    string `json:"category"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Cover       string `json:"cover"`
		SKUs        []struct {
			Spec     string    `json:"spec"`
			WeightG  int64     `json:"weight_g"`
			PriceFen money.Fen `json:"price_fen"`
			Stock    int64     `json:"stock"`
		} `json:"skus"`
	} `json:"products"`
	CardProgram struct {
		Name       string `json:"name"`
		Issuer     string `json:"issuer"`
		LegalBasis string `json:"legal_basis"`
	} `json:"card_program"`
}

func loadGoods(tx *storage.Tx, fiction demo, villages map[string]village.Village) ([]id.ID, error) {
	categories := map[string]string{}
	for i, c := range fiction.Categories {
		categories[c.ID] = c.Name
		if err := tx.Create(&catalog.Category{ID: c.ID, Name: c.Name, NameEn: c.NameEn, Position: i + 1}).Error; err != nil {
			return nil, err
		}
	}
	cooperatives := map[string]org.Organisation{}
	var ids []id.ID
	for i, c := range fiction.Cooperatives {
		added, err := org.AddWithCode(tx, org.Cooperative, c.Name, demoCode(cooperativeCode, i+1), true)
		if err != nil {
			return nil, err
		}
		if _, err := freight.Put(tx, audit.System, freight.Flat(added.ID, c.FreightFen)); err != nil {
			return nil, err
		}
		cooperatives[c.Key] = added
		ids = append(ids, added.ID)
	}
	served := map[id.ID][]id.ID{}
	for _, p := range fiction.Products {
		from, by := villages[p.Village], cooperatives[p.Cooperative]
		if !slices.Contains(served[by.ID], from.ID) {
			served[by.ID] = append(served[by.ID], from.ID)
		}
	}
	for _, cooperative := range ids {
		if err := village.Serve(tx, audit.System, cooperative, served[cooperative]); err != nil {
			return nil, err
		}
	}
	for _, p := range fiction.Products {
		from, by := villages[p.Village], cooperatives[p.Cooperative]
		product := catalog.Product{CooperativeID: by.ID, VillageID: from.ID, CategoryID: p.Category,
			Title: p.Title, Description: p.Description, CoverURL: p.Cover, Demo: true}
		for _, s := range p.SKUs {
			product.SKUs = append(product.SKUs, catalog.SKU{Spec: s.Spec, WeightG: s.WeightG, PriceFen: s.PriceFen, Stock: s.Stock})
		}
		if _, err := catalog.Add(tx, product, categories[p.Category], from.Name, by.Name); err != nil {
			return nil, fmt.Errorf("demo product %s: %w", p.Title, err)
		}
	}
	return ids, nil
}

// A demo season began a week before the demo, and lasts a month more.
const (
	seasonGoods = 4
	seasonBegan = 7 * 24 * time.Hour
	seasonLasts = 30 * 24 * time.Hour
)

func loadSeason(tx *storage.Tx) error {
	season, err := campaign.Add(tx, audit.System, campaign.Terms{Kind: campaign.Season, Title: "消费帮扶季（演示）",
		Description: "买一份山里的好东西，帮一个村。本季所售商品，每一笔都计入村集体份额，合计随时可查。",
		OpensOn:     tx.Now().Add(-seasonBegan).Day(), ClosesOn: tx.Now().Add(seasonLasts).Day()})
	if err != nil {
		return err
	}
	var goods []id.ID
	if err := tx.Model(&catalog.Product{}).Order("id").Limit(seasonGoods).Pluck("id", &goods).Error; err != nil {
		return err
	}
	for _, product := range goods {
		if _, err := campaign.Choose(tx, audit.System, season.ID, product); err != nil {
			return err
		}
	}
	_, err = campaign.Publish(tx, audit.System, season.ID)
	return err
}

func loadPeople(tx *storage.Tx, fiction demo, people *identity.Service, codes aidcard.Codes, cooperative id.ID) error {
	enterprise, err := loadBuyers(tx)
	if err != nil {
		return err
	}
	desks, err := loadDesks(tx)
	if err != nil {
		return err
	}
	var buyer id.ID
	memberships := map[string]struct {
		org  id.ID
		role string
	}{
		"13900000002": {cooperative, org.RoleOwner}, "13900000003": {enterprise.ID, org.RoleSecretary}, "13900000007": {enterprise.ID, org.RoleFinance},
		"13900000004": {desks[org.County], org.RoleOperator}, "13900000005": {desks[org.Federation], org.RoleOperator},
	}
	hash, err := people.HashPassword(tx.Statement.Context, Password)
	if err != nil {
		return err
	}
	for _, a := range Accounts {
		var roles []string
		switch a.Role {
		case identity.RoleOperator, identity.RoleLiaison, identity.RoleAuditor:
			roles = []string{a.Role}
		}
		user, err := people.CreateUser(tx, audit.System, identity.NewUser{Phone: a.Phone, Password: Password, PasswordHash: hash, Name: a.Name, Verified: true, Roles: roles})
		if err != nil {
			return err
		}
		if a.Role == "buyer" {
			buyer = user.ID
		}
		if m, member := memberships[a.Phone]; member {
			if err := org.Join(tx, m.org, user.ID, m.role); err != nil {
				return err
			}
		}
	}
	// They have been there long, so that they decide about payee accounts from the start.
	if err := tx.Model(&org.Membership{}).Where("role_since > 0").Update("role_since", 0).Error; err != nil {
		return err
	}
	return loadCards(tx, fiction, codes, enterprise.ID, buyer)
}

func loadCards(tx *storage.Tx, fiction demo, codes aidcard.Codes, enterprise, buyer id.ID) error {
	program := aidcard.Program{ID: tx.NewID(), Terms: aidcard.Terms{Name: fiction.CardProgram.Name, Issuer: fiction.CardProgram.Issuer, IssuerClass: rulepack.Scale,
		LegalBasis: fiction.CardProgram.LegalBasis, RulePack: rulepack.National, AcceptsAll: true}}
	if err := tx.Create(&program).Error; err != nil {
		return err
	}
	_, held, err := aidcard.Issue(tx, aidcard.Issuing{ProgramID: program.ID, EnterpriseID: enterprise, FaceFen: heldFace, Count: heldCards})
	if err != nil {
		return err
	}
	for _, card := range held {
		if err := aidcard.Assign(tx, card.ID, buyer); err != nil {
			return err
		}
	}
	return issueOpen(tx, codes, program.ID, enterprise, 0, unclaimedCards)
}

// issueOpen makes a batch of cards to be claimed with the demo's codes from the first on.
func issueOpen(tx *storage.Tx, codes aidcard.Codes, program, enterprise id.ID, first, count int) error {
	until, _ := rulepack.EndOf(rulepack.MonthsAfter(tx.Now(), demoMonths))
	_, open, err := aidcard.Issue(tx, aidcard.Issuing{ProgramID: program, EnterpriseID: enterprise, FaceFen: cardFace, Count: int64(count),
		Kind: aidcard.Anonymous, ExpiresAt: &until})
	for i, card := range open {
		if err == nil {
			err = codes.SetCode(tx, card.ID, demoCardCode(codes, first+i))
		}
	}
	return err
}

// demoCardCode derives the n-th demo card's code from the pepper, so that it need not be
// stored to be shown.
func demoCardCode(codes aidcard.Codes, n int) string {
	mac := hmac.New(sha256.New, codes.Pepper)
	fmt.Fprintf(mac, "demo card %d", n)
	code, _ := aidcard.Codes{Rand: &endless{mac.Sum(nil)}}.New() // endless never fails
	return code
}

type endless struct{ bytes []byte }

func (e *endless) Read(into []byte) (int, error) { return copy(into, e.bytes), nil }

// UnclaimedCodes lists the demo codes that can still be claimed.
func UnclaimedCodes(db *gorm.DB, codes aidcard.Codes) ([]string, error) {
	open, _, err := unclaimed(db, codes)
	return open, err
}

// unclaimed lists the demo codes that can still be claimed, and tells how many were made.
func unclaimed(db *gorm.DB, codes aidcard.Codes) (open []string, made int, err error) {
	open = []string{}
	for ; ; made++ {
		code := demoCardCode(codes, made)
		card, err := codes.Find(db, code)
		if storage.IsNotFound(err) {
			return open, made, nil
		}
		if err != nil {
			return nil, 0, err
		}
		if card.Status == aidcard.Issued {
			open = append(open, code)
		}
	}
}
