package cardsale

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"strings"
	"time"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/worker"
)

// Formats of a file of codes.
const (
	JSON = "json"
	XLSX = "xlsx"
	PDF  = "pdf"
)

// Statuses of an export.
const (
	Asked   = "awaiting_approval"
	Refused = "refused"
	Making  = "making"
	Ready   = "ready"
	Over    = "expired"
)

// ExportKind is the kind of approval of a file of codes, and that of the jobs that make them.
const ExportKind = "card_export"

const (
	exportTTL      = 7 * 24 * time.Hour // for the second member to decide
	fileKept       = 24 * time.Hour
	maxPDF         = 5000 // cards
	codesAtOnce    = 500
	partBytes      = 512 << 10
	minPassword    = 12
	maxPassword    = 64
	derivationSize = 32
)

// Refusals.
var (
	ErrNoExport = fault.New(fault.NotFound, "not_found", "there is no such export")
	ErrNotReady = fault.New(fault.Conflict, "export_not_ready", "the file is not made yet, or is gone: it is kept for a day")
	ErrNamed    = fault.New(fault.Conflict, "cards_have_recipients", "cards that are for somebody have no codes: they are claimed by phone")
	ErrNoCards  = fault.New(fault.Conflict, "no_cards_left", "no card is left for this")
)

// Export is a file of the codes of a batch's unclaimed cards. Its codes are made when a
// second member has approved it, and those made before are dead.
type Export struct {
	ID           id.ID `gorm:"primaryKey;autoIncrement:false"`
	BatchID      id.ID
	EnterpriseID id.ID
	Format       string
	OnlyMissing  bool // of cards that have no code
	Status       string
	Secrets      []byte // sealed; nil once they have served
	ApprovalID   id.ID
	AskedBy      id.ID
	Cards        int64 // in the file
	CreatedAt    clock.Millis
	ExpiresAt    *clock.Millis
}

// TableName is the table's name.
func (Export) TableName() string { return "card_exports" }

type exportPart struct {
	ID       id.ID `gorm:"primaryKey;autoIncrement:false"`
	ExportID id.ID
	Content  []byte
}

func (exportPart) TableName() string { return "card_export_parts" }

// secrets are what a file is made from. Every code is derived from Seed, so that a job which
// is killed makes the same ones again, and none stands in the database meanwhile.
type secrets struct {
	Password string `json:"password"`
	Seed     []byte `json:"seed"`
	Origin   string `json:"origin"`
}

// ExportOrder is what a member asks for. Origin is the address of the site, for QR codes.
type ExportOrder struct {
	Format      string
	Password    string
	OnlyMissing bool
	Origin      string
}

func (in ExportOrder) check() error {
	var p fault.Problems
	if in.Format != JSON && in.Format != XLSX && in.Format != PDF {
		p.Add("format", "invalid", "must be json, xlsx or pdf")
	}
	printable := !strings.ContainsFunc(in.Password, func(r rune) bool { return r < '!' || r > '~' })
	if n := len(in.Password); n < minPassword || n > maxPassword || !printable {
		p.Add("password", "invalid", "must be 12 to 64 visible ASCII characters")
	}
	return p.Err()
}

// Exports makes files of codes.
type Exports struct {
	*Service
	codes     aidcard.Codes
	db        *storage.DB
	approvals *approval.Desk
}

// NewExports registers what needs a second member.
func NewExports(s *Service, codes aidcard.Codes, db *storage.DB, approvals *approval.Desk) *Exports {
	e := &Exports{s, codes, db, approvals}
	approvals.Register(approval.Kind{Name: ExportKind, TTL: exportTTL, Carry: e.carry, Settled: e.settled,
		Elsewhere: approval.Condition{SQL: "1 = 1"},
		Decides: func(_ *gorm.DB, userID id.ID) (approval.Condition, error) {
			// Members alone, and who was one before it was asked: nobody brings in who says yes.
			return approval.Condition{SQL: "EXISTS (SELECT 1 FROM memberships m WHERE m.org_id = a.org_id AND m.user_id = ? AND m.role_since <= a.created_at)", Args: []any{userID}}, nil
		}})
	return e
}

// Ask asks a second member for a file.
func (e *Exports) Ask(tx *storage.Tx, by audit.Actor, saleID id.ID, in ExportOrder) (Export, error) {
	if err := in.check(); err != nil {
		return Export{}, err
	}
	sale, err := lockOwn(tx, by.OrgID, saleID)
	if err != nil {
		return Export{}, err
	}
	if sale.Status != Issued {
		return Export{}, ErrState
	}
	var named int64
	if err := tx.Model(&recipient{}).Where("batch_id = ?", sale.ID).Limit(1).Count(&named).Error; err != nil {
		return Export{}, err
	}
	if named > 0 {
		return Export{}, ErrNamed
	}
	x := Export{ID: tx.NewID(), BatchID: sale.ID, EnterpriseID: sale.EnterpriseID, Format: in.Format, OnlyMissing: in.OnlyMissing, Status: Asked, AskedBy: by.UserID, CreatedAt: tx.Now()}
	if err := x.open(tx.DB, 0).Count(&x.Cards).Error; err != nil {
		return Export{}, err
	}
	switch {
	case x.Cards == 0:
		return Export{}, ErrNoCards
	case x.Format == PDF && x.Cards > maxPDF:
		return Export{}, fault.InvalidField("format", "too_many", "at most 5,000 cards are printed at once")
	}
	if x.Secrets, err = e.secrets(in); err != nil {
		return Export{}, err
	}
	what := map[string]any{"format": x.Format, "cards": x.Cards, "only_missing": x.OnlyMissing, "batch_id": sale.ID.String()}
	asked, err := e.approvals.Ask(tx, by, approval.Request{Kind: ExportKind, Subject: "card_batch", SubjectID: sale.ID, OrgID: sale.EnterpriseID,
		Reason: "codes of " + countText(x.Cards) + " cards", After: what, Payload: map[string]any{"export_id": x.ID}})
	if err != nil {
		return Export{}, err
	}
	x.ApprovalID = asked.ID
	return x, tx.Create(&x).Error
}

func (e *Exports) secrets(in ExportOrder) ([]byte, error) {
	made := secrets{Password: in.Password, Seed: make([]byte, derivationSize), Origin: in.Origin}
	if _, err := io.ReadFull(e.rand, made.Seed); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(made)
	if err != nil {
		return nil, err
	}
	return e.keys.Seal(plain)
}

// open are the cards that still get a code, after one of them.
func (x Export) open(view *gorm.DB, after id.ID) *gorm.DB {
	q := view.Model(&aidcard.Card{}).Where("batch_id = ? AND status = ? AND id > ?", x.BatchID, aidcard.Issued, after)
	if x.OnlyMissing {
		q = q.Where("secret_hash IS NULL")
	}
	return q
}

type exportJob struct {
	ExportID id.ID `json:"export_id"`
}

func (e *Exports) carry(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var asked exportJob
	if err := a.Open(&asked); err != nil {
		return err
	}
	if _, err := admitted(tx, a.OrgID); err != nil {
		return err
	}
	var still int64
	if err := tx.Model(&org.Membership{}).Where("org_id = ? AND user_id = ?", a.OrgID, a.RequestedBy).Count(&still).Error; err != nil {
		return err
	}
	if still == 0 {
		return approval.ErrAskerGone
	}
	if err := tx.Model(&Export{}).Where("id = ? AND status = ?", asked.ExportID, Asked).Update("status", Making).Error; err != nil {
		return err
	}
	if _, err := worker.Enqueue(tx, worker.New{Kind: ExportKind, Payload: asked, OwnerID: a.RequestedBy, OrgID: a.OrgID}); err != nil {
		return err
	}
	return audit.Write(tx, by.For(a.OrgID), audit.Change{Action: "card_export.approved", Subject: "card_batch", SubjectID: a.SubjectID, After: json.RawMessage(a.AfterJSON)})
}

// settled forgets the password of what was not approved.
func (e *Exports) settled(tx *storage.Tx, a approval.Approval) error {
	return tx.Model(&Export{}).Where("approval_id = ? AND status = ?", a.ID, Asked).Updates(map[string]any{"status": Refused, "secrets": nil}).Error
}

// GetExport answers an export of an enterprise, or ErrNoExport.
func GetExport(view *gorm.DB, now clock.Millis, enterprise, exportID id.ID) (Export, error) {
	var x Export
	err := view.Where("id = ? AND enterprise_id = ?", exportID, enterprise).Take(&x).Error
	if storage.IsNotFound(err) {
		return x, ErrNoExport
	}
	x.asOf(now)
	return x, err
}

func (x *Export) asOf(now clock.Millis) {
	if x.Status == Ready && *x.ExpiresAt <= now {
		x.Status = Over
	}
}

// ListExports lists those of a batch, the newest first.
func ListExports(view *gorm.DB, now clock.Millis, enterprise, batchID, before id.ID, limit int) ([]Export, error) {
	q := view.Where("batch_id = ? AND enterprise_id = ?", batchID, enterprise).Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	found := []Export{}
	err := q.Find(&found).Error
	for i := range found {
		found[i].asOf(now)
	}
	return found, err
}

// Content answers the encrypted file, which leaves a row in the log, and its name.
func (e *Exports) Content(tx *storage.Tx, by audit.Actor, exportID id.ID) (content []byte, name string, err error) {
	x, err := GetExport(tx.DB, tx.Now(), by.OrgID, exportID)
	if err != nil {
		return nil, "", err
	}
	if x.Status != Ready {
		return nil, "", ErrNotReady
	}
	var parts []exportPart
	if err := tx.Where("export_id = ?", x.ID).Order("id").Find(&parts).Error; err != nil {
		return nil, "", err
	}
	for _, p := range parts {
		content = append(content, p.Content...)
	}
	return content, x.fileName(), audit.Write(tx, by.For(x.EnterpriseID), audit.Change{Action: "card_export.downloaded", Subject: "card_batch", SubjectID: x.BatchID,
		After: map[string]any{"format": x.Format, "cards": x.Cards}})
}

func (x Export) fileName() string {
	if x.Format == XLSX {
		return "cards-" + x.BatchID.String() + ".xlsx"
	}
	return "cards-" + x.BatchID.String() + ".zip"
}

// Make makes the codes of an approved export, a chunk in each transaction, and then the file.
func (e *Exports) Make(ctx context.Context, run *worker.Run) error {
	var asked exportJob
	if err := run.Payload(&asked); err != nil {
		return err
	}
	var x Export
	if err := e.db.Read(ctx).Take(&x, asked.ExportID).Error; err != nil || x.Status != Making {
		return err
	}
	plain, err := e.keys.Open(x.Secrets)
	if err != nil {
		return err
	}
	var from secrets
	if err := json.Unmarshal(plain, &from); err != nil {
		return err
	}
	if err := e.makeCodes(ctx, run, x, from); err != nil {
		return err
	}
	printed, err := e.print(ctx, x, from)
	if err != nil {
		return err
	}
	return e.keep(ctx, run, x, printed)
}

type exportState struct {
	Last id.ID `json:"last"` // cards up to it have their code
	Made int64 `json:"made"`
	Over bool  `json:"over"`
}

func (e *Exports) makeCodes(ctx context.Context, run *worker.Run, x Export, from secrets) error {
	for {
		var at exportState
		if err := run.State(&at); err != nil || at.Over {
			return err
		}
		err := run.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
			next := at
			var ids []id.ID
			if err := x.open(tx.DB, at.Last).Order("id").Limit(codesAtOnce).Pluck("id", &ids).Error; err != nil {
				return worker.Progress{}, err
			}
			codes := make(map[id.ID]string, len(ids))
			for _, cardID := range ids {
				codes[cardID], next.Last = from.code(cardID), cardID
			}
			next.Made, next.Over = at.Made+int64(len(ids)), len(ids) < codesAtOnce
			return worker.Progress{Done: next.Made, Total: x.Cards, State: next}, e.codes.SetCodes(tx, codes)
		})
		if err != nil {
			return err
		}
	}
}

// code is that of a card.
func (from secrets) code(cardID id.ID) string {
	code, _ := aidcard.Codes{Rand: &derived{key: from.Seed, card: cardID}}.New() // derived never fails
	return code
}

// derived is as good as random to whoever does not have the key.
type derived struct {
	key   []byte
	card  id.ID
	block uint64
}

func (d *derived) Read(into []byte) (int, error) {
	for at := 0; at < len(into); {
		mac := hmac.New(sha256.New, d.key)
		_ = binary.Write(mac, binary.BigEndian, [2]uint64{uint64(d.card), d.block}) // a hash never fails to write
		d.block++
		at += copy(into[at:], mac.Sum(nil))
	}
	return len(into), nil
}

// keep stores the file, and forgets what it was made from.
func (e *Exports) keep(ctx context.Context, run *worker.Run, x Export, p printed) error {
	return run.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
		expires := tx.Now().Add(fileKept)
		change := tx.Model(&Export{}).Where("id = ? AND status = ?", x.ID, Making).
			Updates(map[string]any{"status": Ready, "secrets": nil, "cards": p.cards, "expires_at": expires})
		if change.Error != nil || change.RowsAffected != 1 {
			return worker.Progress{}, change.Error
		}
		for rest := p.content; len(rest) > 0; {
			part := exportPart{ID: tx.NewID(), ExportID: x.ID, Content: rest[:min(partBytes, len(rest))]}
			rest = rest[len(part.Content):]
			if err := tx.Create(&part).Error; err != nil {
				return worker.Progress{}, err
			}
		}
		return worker.Progress{Done: p.cards, Total: p.cards}, audit.Write(tx, audit.System.For(x.EnterpriseID), audit.Change{Action: "card_export.made", Subject: "card_batch", SubjectID: x.BatchID,
			After: map[string]any{"format": x.Format, "cards": p.cards}})
	})
}

// ForgetFiles removes files whose day is over.
func ForgetFiles(ctx context.Context, db *storage.DB, before clock.Millis) error {
	if err := db.Forget(ctx, &exportPart{}, "export_id IN (SELECT x.id FROM card_exports x WHERE x.expires_at < ?)", before); err != nil {
		return err
	}
	return db.InTx(ctx, func(tx *storage.Tx) error {
		return tx.Model(&Export{}).Where("status = ? AND expires_at < ?", Ready, before).Update("status", Over).Error
	})
}

// maxRekeyed is how many cards are rekeyed at once.
const maxRekeyed = 1000

// Rekey kills the codes of cards that nobody has claimed, for a file that was lost; new ones
// come with the next export. Cards of others are aidcard.ErrNotFound; any that is claimed,
// or is for somebody, refuses the whole.
func Rekey(tx *storage.Tx, by audit.Actor, cardIDs []id.ID) error {
	if len(cardIDs) == 0 || len(cardIDs) > maxRekeyed {
		return fault.InvalidField("card_ids", "invalid", "name 1 to 1,000 cards")
	}
	var cards []aidcard.Card
	if err := tx.LockByID(&cards, cardIDs); err != nil {
		return err
	}
	var foreign, named int64
	if err := tx.Table("aid_cards c").Joins("JOIN card_batches b ON b.id = c.batch_id").Where("c.id IN ? AND b.enterprise_id <> ?", cardIDs, by.OrgID).Count(&foreign).Error; err != nil {
		return err
	}
	if len(cards) != len(cardIDs) || foreign > 0 {
		return aidcard.ErrNotFound
	}
	if err := tx.Model(&recipient{}).Where("id IN ?", cardIDs).Count(&named).Error; err != nil {
		return err
	}
	if named > 0 {
		return ErrNamed
	}
	if err := aidcard.DropCodes(tx, cardIDs); err != nil {
		return err
	}
	changes := make([]audit.Change, len(cards))
	for i, c := range cards {
		changes[i] = audit.Change{Action: "card.rekeyed", Subject: "card", SubjectID: c.ID}
	}
	return audit.Write(tx, by.For(by.OrgID), changes...)
}
