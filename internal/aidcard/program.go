package aidcard

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/org"
	"zique/internal/rulepack"
	"zique/internal/storage"
)

// Legal bases of a program. A card that is spent at many legal persons is multi-purpose,
// unless the operator is the seller of what is paid with it, or it is a voucher for goods.
const (
	SellerOfRecord      = "seller_of_record"
	LicensedInstitution = "licensed_institution"
	GoodsVoucher        = "goods_voucher"
)

// LegalBases are all of them.
var LegalBases = []string{SellerOfRecord, LicensedInstitution, GoodsVoucher}

// ProgramChange is the kind of approval that changes a program of which there are cards.
const ProgramChange = "card_program.change"

const approvalTTL = 7 * 24 * time.Hour

// Refusals about programs.
var (
	ErrNoProgram   = fault.New(fault.NotFound, "not_found", "there is no such card program")
	ErrNotAccepted = fault.New(fault.Conflict, "card_not_accepted", "a cooperative of this order does not take a card that is to pay it")
)

// Terms are what a program says. Who holds cards of it relies on them.
type Terms struct {
	Name           string  `json:"name"`
	Issuer         string  `json:"issuer"`
	IssuerClass    string  `json:"issuer_class"` // of rulepack.Classes
	FilingNumber   string  `json:"filing_number"`
	LegalBasis     string  `json:"legal_basis"`
	RulePack       string  `json:"rule_pack"`
	AcceptsAll     bool    `json:"accepts_all"`
	CooperativeIDs []id.ID `json:"cooperative_ids" gorm:"-"` // ascending; none where all accept
}

// Program is on which legal basis cards are issued, by whom, under which rules, and where
// they are accepted (卡计划). It is live once there are cards of it.
type Program struct {
	ID id.ID `gorm:"primaryKey;autoIncrement:false"`
	Terms
	Live bool `gorm:"->"`
}

// TableName is the table's name.
func (Program) TableName() string { return "card_programs" }

// Accepts tells whether cards of the program pay what a cooperative sells.
func (p Program) Accepts(cooperative id.ID) bool {
	return p.AcceptsAll || slices.Contains(p.CooperativeIDs, cooperative)
}

type acceptance struct {
	ProgramID     id.ID `gorm:"primaryKey;autoIncrement:false"`
	CooperativeID id.ID `gorm:"primaryKey;autoIncrement:false"`
}

func (acceptance) TableName() string { return "card_program_cooperatives" }

// Service is the desk for cards: what operators and holders do about them under the rules.
type Service struct {
	packs     rulepack.Packs
	approvals *approval.Desk
	orgs      *org.Service
}

// NewService registers what needs a second operator.
func NewService(packs rulepack.Packs, approvals *approval.Desk, orgs *org.Service) *Service {
	s := &Service{packs, approvals, orgs}
	approvals.Register(approval.Kind{Name: ProgramChange, TTL: approvalTTL, Decides: operators, Carry: s.carryProgram})
	approvals.Register(s.voidKind())
	approvals.Register(approval.Kind{Name: CardReturn, TTL: approvalTTL, Decides: operators, Carry: s.carryReturn})
	return s
}

func operators(view *gorm.DB, userID id.ID) (approval.Condition, error) {
	operator, err := identity.IsOperator(view, userID)
	if err != nil || !operator {
		return approval.Condition{}, err
	}
	return approval.Condition{SQL: "1 = 1"}, nil
}

// askerStays refuses what somebody asked for who is no operator any more.
func askerStays(tx *storage.Tx, a approval.Approval) error {
	operator, err := identity.IsOperator(tx.DB, a.RequestedBy)
	if err == nil && !operator {
		err = approval.ErrAskerGone
	}
	return err
}

// Programs lists the programs, the oldest first, after an id.
func Programs(view *gorm.DB, after id.ID, limit int) ([]Program, error) {
	found := []Program{}
	if err := programs(view).Where("p.id > ?", after).Order("p.id").Limit(limit).Find(&found).Error; err != nil {
		return nil, err
	}
	return found, fillAcceptance(view, found)
}

// GetProgram answers a program or ErrNoProgram.
func GetProgram(view *gorm.DB, programID id.ID) (Program, error) {
	one := make([]Program, 1)
	err := programs(view).Where("p.id = ?", programID).Take(&one[0]).Error
	if storage.IsNotFound(err) {
		return Program{}, ErrNoProgram
	}
	if err == nil {
		err = fillAcceptance(view, one)
	}
	return one[0], err
}

func programs(view *gorm.DB) *gorm.DB {
	return view.Table("card_programs p").Select("p.*, EXISTS (SELECT 1 FROM card_batches b WHERE b.program_id = p.id) live")
}

// fillAcceptance reads the lists of those programs that have one.
func fillAcceptance(view *gorm.DB, found []Program) error {
	var listed []id.ID
	for _, p := range found {
		if !p.AcceptsAll {
			listed = append(listed, p.ID)
		}
	}
	if len(listed) == 0 {
		return nil
	}
	var rows []acceptance
	if err := view.Where("program_id IN ?", listed).Order("cooperative_id").Find(&rows).Error; err != nil {
		return err
	}
	for i := range found {
		for _, r := range rows {
			if r.ProgramID == found[i].ID {
				found[i].CooperativeIDs = append(found[i].CooperativeIDs, r.CooperativeID)
			}
		}
	}
	return nil
}

// ProgramsOf answers the program of each card.
func ProgramsOf(view *gorm.DB, cardIDs []id.ID) (map[id.ID]Program, error) {
	byCard := make(map[id.ID]Program, len(cardIDs))
	if len(cardIDs) == 0 {
		return byCard, nil
	}
	var of []struct{ CardID, ProgramID id.ID }
	err := view.Table("aid_cards c").Select("c.id card_id, b.program_id").Joins("JOIN card_batches b ON b.id = c.batch_id").
		Where("c.id IN ?", cardIDs).Scan(&of).Error
	if err != nil {
		return nil, err
	}
	var ids []id.ID
	for _, c := range of {
		ids = append(ids, c.ProgramID)
	}
	slices.Sort(ids)
	var found []Program
	if err := view.Where("id IN ?", slices.Compact(ids)).Find(&found).Error; err != nil {
		return nil, err
	}
	if err := fillAcceptance(view, found); err != nil {
		return nil, err
	}
	for _, c := range of {
		if i := slices.IndexFunc(found, func(p Program) bool { return p.ID == c.ProgramID }); i >= 0 {
			byCard[c.CardID] = found[i]
		}
	}
	return byCard, nil
}

// check names every wrong field, and puts the terms in order.
func (s *Service) check(view *gorm.DB, t *Terms) error {
	var wrong fault.Problems
	t.Name = wrong.Line("name", t.Name, 60)
	t.Issuer = wrong.Line("issuer", t.Issuer, 60)
	if t.FilingNumber = strings.TrimSpace(t.FilingNumber); t.FilingNumber != "" {
		t.FilingNumber = wrong.Line("filing_number", t.FilingNumber, 60)
	}
	if t.FilingNumber == "" && t.LegalBasis == LicensedInstitution {
		wrong.Add("filing_number", "required", "a licensed institution names its licence")
	}
	if !slices.Contains(LegalBases, t.LegalBasis) {
		wrong.Add("legal_basis", "invalid", "must be one of "+strings.Join(LegalBases, ", "))
	}
	if t.IssuerClass = cmp.Or(t.IssuerClass, rulepack.Scale); !slices.Contains(rulepack.Classes, t.IssuerClass) {
		wrong.Add("issuer_class", "invalid", "must be one of "+strings.Join(rulepack.Classes, ", "))
	}
	if _, known := s.packs.Get(t.RulePack); !known {
		wrong.Add("rule_pack", "unknown", "there is no such pack of rules")
	}
	if err := t.checkAcceptance(view, &wrong); err != nil {
		return err
	}
	return wrong.Err()
}

func (t *Terms) checkAcceptance(view *gorm.DB, wrong *fault.Problems) error {
	switch {
	case t.AcceptsAll && len(t.CooperativeIDs) > 0:
		wrong.Add("cooperative_ids", "invalid", "must be empty where all cooperatives accept")
	case !t.AcceptsAll && len(t.CooperativeIDs) == 0:
		wrong.Add("cooperative_ids", "required", "name the cooperatives that accept, or say that all do")
	}
	var known []id.ID
	if err := view.Model(&org.Organisation{}).Where("id IN ? AND kind = ?", t.CooperativeIDs, org.Cooperative).Pluck("id", &known).Error; err != nil {
		return err
	}
	for i, c := range t.CooperativeIDs {
		if !slices.Contains(known, c) {
			wrong.Add(fmt.Sprintf("cooperative_ids[%d]", i), "unknown", "there is no such cooperative")
		}
	}
	slices.Sort(t.CooperativeIDs)
	t.CooperativeIDs = slices.Compact(t.CooperativeIDs)
	return nil
}

// AddProgram makes a program. It fails with wrong fields.
func (s *Service) AddProgram(tx *storage.Tx, by audit.Actor, t Terms) (Program, error) {
	if err := s.check(tx.DB, &t); err != nil {
		return Program{}, err
	}
	p := Program{ID: tx.NewID(), Terms: t}
	if err := tx.Create(&p).Error; err != nil {
		return p, err
	}
	if err := p.accept(tx); err != nil {
		return p, err
	}
	return p, audit.Write(tx, by, audit.Change{Action: "card_program.added", Subject: "card_program", SubjectID: p.ID, After: t})
}

func (p Program) accept(tx *storage.Tx) error {
	rows := make([]acceptance, len(p.CooperativeIDs))
	for i, c := range p.CooperativeIDs {
		rows[i] = acceptance{p.ID, c}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Create(&rows).Error
}

// ChangeProgram changes a program of which there are no cards yet; of a live one it asks a
// second operator, and answers what waits for them. Terms as they are change nothing.
func (s *Service) ChangeProgram(tx *storage.Tx, by audit.Actor, programID id.ID, t Terms, reason string) (Program, *approval.Approval, error) {
	if err := s.check(tx.DB, &t); err != nil {
		return Program{}, nil, err
	}
	p, err := lockProgram(tx.ForUpdate(), programID)
	if err != nil || same(p.Terms, t) {
		return p, nil, err
	}
	var batches int64
	if err := tx.Model(&Batch{}).Where("program_id = ?", p.ID).Limit(1).Count(&batches).Error; err != nil {
		return p, nil, err
	}
	if batches == 0 {
		return p, nil, s.setTerms(tx, by, &p, t, reason)
	}
	p.Live = true
	asked, err := s.approvals.Ask(tx, by, approval.Request{Kind: ProgramChange, Subject: "card_program", SubjectID: p.ID, Reason: reason,
		Before: p.Terms, After: t, Payload: t})
	return p, &asked, err
}

func same(a, b Terms) bool {
	lists := slices.Equal(a.CooperativeIDs, b.CooperativeIDs)
	a.CooperativeIDs, b.CooperativeIDs = nil, nil
	return lists && reflect.DeepEqual(a, b)
}

// lockProgram reads a program by a locking query. Who issues cards of it shares the lock, so
// that terms do not change under cards that are being made.
func lockProgram(locking *gorm.DB, programID id.ID) (Program, error) {
	one := make([]Program, 1)
	err := locking.Take(&one[0], programID).Error
	if storage.IsNotFound(err) {
		return Program{}, ErrNoProgram
	}
	if err == nil {
		err = fillAcceptance(locking.Session(&gorm.Session{NewDB: true}), one)
	}
	return one[0], err
}

// KeepProgram keeps the terms of a program as they are until tx is over.
func KeepProgram(tx *storage.Tx, programID id.ID) error {
	_, err := lockProgram(tx.ForShare(), programID)
	return err
}

func (s *Service) setTerms(tx *storage.Tx, by audit.Actor, p *Program, t Terms, reason string) error {
	before := p.Terms
	p.Terms = t
	if err := tx.Model(p).Select("Name", "Issuer", "IssuerClass", "FilingNumber", "LegalBasis", "RulePack", "AcceptsAll").Updates(p).Error; err != nil {
		return err
	}
	if err := tx.Where("program_id = ?", p.ID).Delete(&acceptance{}).Error; err != nil {
		return err
	}
	if err := p.accept(tx); err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "card_program.changed", Subject: "card_program", SubjectID: p.ID, Before: before, After: t, Reason: reason})
}

func (s *Service) carryProgram(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var t Terms
	if err := a.Open(&t); err != nil {
		return err
	}
	if err := askerStays(tx, a); err != nil {
		return err
	}
	p, err := lockProgram(tx.ForUpdate(), a.SubjectID)
	if err != nil {
		return err
	}
	if err := s.check(tx.DB, &t); err != nil { // a pack or a cooperative may be gone
		return err
	}
	return s.setTerms(tx, by, &p, t, a.Reason)
}
