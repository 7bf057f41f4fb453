package settlement

import (
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/procurement"
	"zique/internal/storage"
	"zique/internal/village"
)

// List pages through the runs, the newest first, below the id before (0: from the newest).
func List(view *gorm.DB, now clock.Millis, before id.ID, limit int) ([]Settlement, error) {
	q := view.Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	runs := []Settlement{}
	if err := q.Find(&runs).Error; err != nil {
		return nil, err
	}
	return runs, fill(view, now, runs)
}

// Get answers a run or ErrNotFound.
func Get(view *gorm.DB, now clock.Millis, settlementID id.ID) (Settlement, error) {
	var run Settlement
	if err := view.Take(&run, settlementID).Error; storage.IsNotFound(err) {
		return run, ErrNotFound
	} else if err != nil {
		return run, err
	}
	one := []Settlement{run}
	err := fill(view, now, one)
	return one[0], err
}

// fill adds the counts, and the requests that wait.
func fill(view *gorm.DB, now clock.Millis, runs []Settlement) error {
	var ids []id.ID
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	waiting, err := approval.PendingOf(view, now, Payout, runSubject, ids)
	if err != nil {
		return err
	}
	counts, err := countsOf(view, ids)
	for i := range runs {
		runs[i].ApprovalID = waiting[runs[i].ID]
		for _, c := range counts {
			if c.SettlementID == runs[i].ID {
				runs[i].Counts = append(runs[i].Counts, c)
			}
		}
	}
	return err
}

func countsOf(view *gorm.DB, settlementIDs []id.ID) ([]Count, error) {
	var counts []Count
	return counts, view.Model(&Statement{}).Select("settlement_id, status, COUNT(*) count, SUM(closing_fen) closing_fen").
		Where("settlement_id IN ?", settlementIDs).Group("settlement_id, status").Order("status").Scan(&counts).Error
}

// Filter narrows a list of statements; zero fields do not.
type Filter struct {
	SettlementID id.ID
	OrgID        id.ID
	Kind         string
	Status       string
	Before       id.ID
	Limit        int
}

// Statements pages through statements, the newest first.
func Statements(view *gorm.DB, now clock.Millis, f Filter) ([]Statement, error) {
	q := view.Order("id DESC").Limit(f.Limit)
	if f.SettlementID != 0 {
		q = q.Where("settlement_id = ?", f.SettlementID)
	}
	if f.OrgID != 0 {
		q = q.Where("org_id = ?", f.OrgID)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.Before != 0 {
		q = q.Where("id < ?", f.Before)
	}
	found := []Statement{}
	if err := q.Find(&found).Error; err != nil {
		return nil, err
	}
	return found, show(view, now, found)
}

// Waiting counts the statements of a status, and answers since when the first has it.
func Waiting(view *gorm.DB, status string) (int64, *clock.Millis, error) {
	return storage.Waiting(view.Model(&Statement{}).Where("status = ?", status), "changed_at")
}

// One answers a statement, with orgID only that organisation's, or ErrNotFound.
func One(view *gorm.DB, now clock.Millis, statementID, orgID id.ID) (Statement, error) {
	var s Statement
	q := view
	if orgID != 0 {
		q = q.Where("org_id = ?", orgID)
	}
	if err := q.Take(&s, statementID).Error; storage.IsNotFound(err) {
		return s, ErrNotFound
	} else if err != nil {
		return s, err
	}
	one := []Statement{s}
	err := show(view, now, one)
	return one[0], err
}

// show adds the names, and what unpaid statements wait for.
func show(view *gorm.DB, now clock.Millis, statements []Statement) error {
	var waiting []Statement
	for _, s := range statements {
		if s.unpaid() {
			waiting = append(waiting, s)
		}
	}
	if err := judge(view, now, waiting); err != nil {
		return err
	}
	reasons := map[id.ID]string{}
	for _, s := range waiting {
		reasons[s.ID] = s.WaitsFor
	}
	for i := range statements {
		statements[i].WaitsFor = reasons[statements[i].ID]
	}
	if err := date(view, statements); err != nil {
		return err
	}
	return name(view, statements)
}

// date tells of statements which month they settle.
func date(view *gorm.DB, statements []Statement) error {
	var runs []Settlement
	err := view.Select("id, period").Where("period IS NOT NULL AND id IN ?", idsOf(statements, func(s Statement) id.ID { return s.SettlementID })).Find(&runs).Error
	months := map[id.ID]string{}
	for _, r := range runs {
		months[r.ID] = *r.Period
	}
	for i := range statements {
		statements[i].Period = months[statements[i].SettlementID]
	}
	if err != nil {
		return err
	}
	return beginnings(view, statements)
}

// beginnings tells of statements made by hand when the one before ended: with its month, or
// when it was made.
func beginnings(view *gorm.DB, statements []Statement) error {
	var byHand []id.ID
	for _, s := range statements {
		if s.Period == "" && s.FromSeq > 0 {
			byHand = append(byHand, s.ID)
		}
	}
	var before []struct {
		ID        id.ID
		Period    *string
		CreatedAt clock.Millis
	}
	err := view.Table("settlement_statements s").Select("s.id, r.period, b.created_at").
		Joins("JOIN settlement_statements b ON b.account = s.account AND b.to_seq = s.from_seq").Joins("JOIN settlements r ON r.id = b.settlement_id").
		Where("s.id IN ?", byHand).Scan(&before).Error
	since := map[id.ID]*clock.Millis{}
	for _, b := range before {
		ended := b.CreatedAt
		if b.Period != nil {
			ended = endOf(*b.Period)
		}
		since[b.ID] = &ended
	}
	for i := range statements {
		statements[i].Since = since[statements[i].ID]
	}
	return err
}

// endOf is when a month was over.
func endOf(month string) clock.Millis {
	first, _ := time.ParseInLocation("2006-01", month, clock.Shanghai) // written by Monthly only
	return clock.FromTime(first.AddDate(0, 1, 0))
}

func name(view *gorm.DB, statements []Statement) error {
	var orgs []org.Organisation
	err := view.Select("id, name").Where("id IN ?", idsOf(statements, func(s Statement) id.ID { return s.OrgID })).Find(&orgs).Error
	named := map[id.ID]string{}
	for _, o := range orgs {
		named[o.ID] = o.Name
	}
	for i := range statements {
		statements[i].OrgName = named[statements[i].OrgID]
	}
	return err
}

// Standing is where a payee's money is.
type Standing struct {
	PendingFen     money.Fen // sold or shared, may still be refunded; a cooperative's with freight
	AvailableFen   money.Fen // on its account
	PaidFen        money.Fen // so far
	SharesFen      money.Fen // what its sales gave to villages, or a collective's whole income
	CarriedFen     money.Fen // into the next statement; below 0 what later sales make up for
	OpenStatements int64     // not paid, not carried on
	OpenFen        money.Fen
}

// StandingOf answers for a cooperative or a village's collective.
func StandingOf(view *gorm.DB, orgID, villageID id.ID) (Standing, error) {
	pending, available := []string{org.PendingAccount(orgID), org.FreightAccount(orgID)}, org.AvailableAccount(orgID)
	shares := view.Table("order_lines l").Joins("JOIN sub_orders s ON s.id = l.sub_order_id").Where("s.cooperative_id = ?", orgID)
	purchased := view.Table("purchase_order_lines l").Joins("JOIN purchase_orders p ON p.id = l.purchase_id").Where("p.status = ?", procurement.Paid)
	if villageID == 0 {
		purchased = purchased.Where("p.cooperative_id = ?", orgID)
	} else {
		purchased = purchased.Where("l.village_id = ?", villageID)
		pending, available = []string{village.PendingAccount(villageID)}, village.AvailableAccount(villageID)
		shares = view.Table("order_lines l").Where("l.village_id = ?", villageID)
	}
	var s Standing
	balances, err := ledger.Balances(view, append(pending, available))
	if err != nil {
		return s, err
	}
	for _, code := range pending {
		s.PendingFen += balances[code]
	}
	s.AvailableFen = balances[available]
	if err := shares.Select("COALESCE(SUM(l.share_fen), 0)").Scan(&s.SharesFen).Error; err != nil {
		return s, err
	}
	var onTop money.Fen
	if err := purchased.Select("COALESCE(SUM(l.share_fen), 0)").Scan(&onTop).Error; err != nil {
		return s, err
	}
	s.SharesFen += onTop
	return s, s.addStatements(view, available)
}

func (s *Standing) addStatements(view *gorm.DB, account string) error {
	var sums []Count
	err := view.Model(&Statement{}).Select("status, COUNT(*) count, SUM(closing_fen) closing_fen").
		Where("account = ?", account).Group("status").Scan(&sums).Error
	if err != nil {
		return err
	}
	for _, c := range sums {
		switch c.Status {
		case Paid, Closed:
			s.PaidFen += c.ClosingFen
		case Carried:
		default:
			s.OpenStatements += c.Count
			s.OpenFen += c.ClosingFen
		}
	}
	return view.Model(&Statement{}).Select("COALESCE(SUM(closing_fen), 0)").
		Where("account = ? AND status = ? AND carried_into = 0", account, Carried).Scan(&s.CarriedFen).Error
}

// VillageOf is the village whose collective an organisation is, or ErrNotFound.
func VillageOf(view *gorm.DB, collectiveID id.ID) (id.ID, error) {
	var found []id.ID
	err := view.Table("organisations").Where("id = ? AND kind = ?", collectiveID, org.VillageCollective).Pluck("village_id", &found).Error
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return 0, err
	}
	return found[0], nil
}
