package cardsale

import (
	"strconv"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/campaign"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/storage"
)

// MaxCards is how many cards a batch has at most.
const MaxCards = 100_000

// Order is what a member asks for. Recipients may also come by file; see Imports.
type Order struct {
	Kind       string
	ProgramID  id.ID // 0: the only one there is
	CampaignID id.ID // 0: none
	FaceFen    money.Fen
	Count      int64 // 0: as many as recipients
	ValidUntil string
	Recipients []Person
}

// Place orders a batch for the actor's organisation. It fails with every field that is wrong.
func (s *Service) Place(tx *storage.Tx, by audit.Actor, in Order) (Sale, error) {
	enterprise, err := admitted(tx, by.OrgID)
	if err != nil {
		return Sale{}, err
	}
	var p fault.Problems
	in.check(&p)
	of, err := program(tx, &p, in.ProgramID)
	if err != nil {
		return Sale{}, err
	}
	limits, err := s.limits(of, tx.Now())
	if err != nil {
		return Sale{}, err
	}
	checkLimits(&p, limits, in, enterprise.CreditCode, tx.Now())
	if err := checkCampaign(tx, &p, in.CampaignID); err != nil {
		return Sale{}, err
	}
	if err := p.Err(); err != nil {
		return Sale{}, err
	}
	code, err := payment.NewRemittanceCode(s.rand)
	if err != nil {
		return Sale{}, err
	}
	sale := Sale{ID: tx.NewID(), ProgramID: of.ID, EnterpriseID: enterprise.ID, CampaignID: in.CampaignID, Kind: in.Kind, FaceFen: in.FaceFen, CardCount: in.Count, ValidUntil: in.ValidUntil,
		Status: AwaitingConfirmation, RemittanceCode: code, OrderedBy: by.UserID, CreatedAt: tx.Now(), EnterpriseName: enterprise.Name, Recipients: int64(len(in.Recipients))}
	if err := tx.Create(&sale).Error; err != nil {
		return Sale{}, err
	}
	if err := s.addRecipients(tx, sale, in.Recipients); err != nil {
		return Sale{}, err
	}
	return sale, audit.Write(tx, by.About(enterprise.ID), audit.Change{Action: "card_batch.ordered", Subject: "card_batch", SubjectID: sale.ID, After: map[string]any{
		"kind": sale.Kind, "face_fen": sale.FaceFen, "count": sale.CardCount, "valid_until": sale.ValidUntil, "recipients": len(in.Recipients), "campaign_id": sale.CampaignID}})
}

// checkCampaign wants a campaign that everybody sees and that is not over, or none.
func checkCampaign(tx *storage.Tx, p *fault.Problems, named id.ID) error {
	if named == 0 {
		return nil
	}
	c, err := campaign.Get(tx.DB, named, true)
	switch {
	case fault.IsKind(err, fault.NotFound):
		p.Add("campaign_id", "unknown", "there is no such campaign")
		return nil
	case err == nil && c.Phase(tx.Now()) == campaign.Over:
		p.Add("campaign_id", "over", "this campaign is over")
	}
	return err
}

// check names the fields that are wrong by themselves, and fills the count in.
func (in *Order) check(p *fault.Problems) {
	if in.Kind != Anonymous && in.Kind != Registered {
		p.Add("kind", "invalid", "must be anonymous or registered")
	}
	if in.FaceFen <= 0 {
		p.Add("face_fen", "invalid", "must be above 0")
	}
	if named := int64(len(in.Recipients)); in.Count == 0 {
		in.Count = named
	} else if named > 0 && named != in.Count {
		p.Add("count", "differs", "must be the number of recipients where they are named")
	}
	if in.Count < 1 || in.Count > MaxCards {
		p.Add("count", "invalid", "must be 1 to "+strconv.Itoa(MaxCards))
		in.Count = 0
	}
	seen := map[string]bool{}
	for i := range in.Recipients {
		r := &in.Recipients[i]
		at := "recipients[" + strconv.Itoa(i) + "]."
		r.Name = p.Line(at+"name", r.Name, maxName)
		p.Mobile(at+"phone", r.Phone)
		if r.Department != "" {
			r.Department = p.Line(at+"department", r.Department, maxDepartment)
		}
		if seen[r.Phone] {
			p.Add(at+"phone", "repeated", "another recipient of this batch has this phone")
		}
		seen[r.Phone] = true
	}
}

// admitted keeps an organisation as it is until tx is over, and wants that it may buy.
func admitted(tx *storage.Tx, orgID id.ID) (org.Organisation, error) {
	var o org.Organisation
	err := tx.ForShare().Where("id = ?", orgID).Take(&o).Error
	if err == nil && o.Status != org.Admitted {
		err = org.ErrSuspended
	}
	return o, err
}

// program answers the card program that is named, or the only one.
func program(tx *storage.Tx, p *fault.Problems, named id.ID) (aidcard.Program, error) {
	q := tx.Model(&aidcard.Program{})
	if named != 0 {
		q = q.Where("id = ?", named)
	}
	var found []aidcard.Program
	if err := q.Order("id").Limit(2).Find(&found).Error; err != nil {
		return aidcard.Program{}, err
	}
	if len(found) != 1 {
		p.Add("program_id", "unknown", "name a card program")
		return aidcard.Program{}, nil
	}
	return found[0], nil
}
