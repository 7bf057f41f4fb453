package rest

import (
	"context"
	"errors"
	"mime"
	"time"

	"gorm.io/gorm"

	"zique/internal/attempt"
	"zique/internal/certificate"
	"zique/internal/money"
	"zique/internal/storage"
)

// wrongCertificates bounds the codes that a peer tries which are none.
var wrongCertificates = attempt.Limit{Max: 60, Window: 15 * time.Minute}

// CertificateFactsJSON is what an order or a period comes to, net of refunds and without freight.
type CertificateFactsJSON struct {
	Orders   int64                    `json:"orders"`
	GoodsFen money.Fen                `json:"goods_fen"`
	ShareFen money.Fen                `json:"share_fen" doc:"credited to village collectives"`
	Villages []CertificateVillageJSON `json:"villages" doc:"the largest first"`
}

// CertificateVillageJSON is what a village grew of the goods.
type CertificateVillageJSON struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Township string    `json:"township"`
	GoodsFen money.Fen `json:"goods_fen"`
	ShareFen money.Fen `json:"share_fen"`
}

// CertificateJSON is a certificate as it was issued. It names no person.
type CertificateJSON struct {
	Code         string               `json:"code"`
	Kind         string               `json:"kind" enum:"order,period"`
	Organisation string               `json:"organisation,omitempty" doc:"that bought; absent: a person"`
	From         string               `json:"from,omitempty" doc:"of a period: its first day in Asia/Shanghai"`
	Until        string               `json:"until,omitempty" doc:"of a period: its last day"`
	Version      int64                `json:"version"`
	IssuedAt     time.Time            `json:"issued_at"`
	ReplacedAt   *time.Time           `json:"replaced_at" doc:"when a newer version was issued, under another code; null: this is the last"`
	Facts        CertificateFactsJSON `json:"facts" doc:"as they were when it was issued"`
}

// CheckedCertificateJSON is a certificate beside what its order or period comes to now.
type CheckedCertificateJSON struct {
	CertificateJSON
	Now     CertificateFactsJSON `json:"now"`
	Changed bool                 `json:"changed" doc:"now is something else than what was issued, as after a refund"`
	AsOf    time.Time            `json:"as_of"`
}

func certificateFactsJSON(f certificate.Facts) CertificateFactsJSON {
	out := CertificateFactsJSON{f.Orders, f.GoodsFen, f.ShareFen, []CertificateVillageJSON{}}
	for _, v := range f.Villages {
		out.Villages = append(out.Villages, CertificateVillageJSON{v.VillageID.String(), v.Name, v.Township, v.GoodsFen, v.ShareFen})
	}
	return out
}

func certificateJSON(c certificate.Certificate) CertificateJSON {
	out := CertificateJSON{Code: c.Code, Kind: c.Kind, Organisation: c.OrgName, Version: c.Version,
		IssuedAt: c.IssuedAt.Time(), ReplacedAt: timeOrNil(c.ReplacedAt), Facts: certificateFactsJSON(c.Facts())}
	if c.Kind == certificate.OfPeriod {
		out.From, out.Until = c.FromAt.Day(), (c.UntilAt - 1).Day()
	}
	return out
}

func certificatesJSON(found []certificate.Certificate, next string, err error) (*body[list[CertificateJSON]], error) {
	out := &body[list[CertificateJSON]]{list[CertificateJSON]{Items: []CertificateJSON{}, NextCursor: next}}
	for _, c := range found {
		out.Body.Items = append(out.Body.Items, certificateJSON(c))
	}
	return out, err
}

func (s *Server) issueCertificate(ctx context.Context, issue func(*storage.Tx) (certificate.Certificate, error)) (*body[CertificateJSON], error) {
	var c certificate.Certificate
	err := s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		c, err = issue(tx)
		return err
	})
	return &body[CertificateJSON]{certificateJSON(c)}, err
}

func (s *Server) certifyOrder(ctx context.Context, in *PathID) (*body[CertificateJSON], error) {
	orderID, err := in.parse(certificate.ErrNoOrder)
	if err != nil {
		return nil, err
	}
	return s.issueCertificate(ctx, func(tx *storage.Tx) (certificate.Certificate, error) {
		return s.Certificates.ForOrder(tx, actor(ctx), orderID)
	})
}

func (s *Server) listOrderCertificates(ctx context.Context, in *PathID) (*body[list[CertificateJSON]], error) {
	orderID, err := in.parse(certificate.ErrNoOrder)
	if err != nil {
		return nil, err
	}
	found, err := certificate.OfBuyer(s.DB.Read(ctx), caller(ctx).UserID, orderID)
	return certificatesJSON(found, "", err)
}

// CertificatePeriodFields are days in Asia/Shanghai, both included.
type CertificatePeriodFields struct {
	From  string `json:"from" maxLength:"10" example:"2026-01-01"`
	Until string `json:"until" maxLength:"10" example:"2026-03-31"`
}

func (s *Server) certifyPeriod(ctx context.Context, in *struct{ Body CertificatePeriodFields }) (*body[CertificateJSON], error) {
	return s.issueCertificate(ctx, func(tx *storage.Tx) (certificate.Certificate, error) {
		return s.Certificates.ForPeriod(tx, actor(ctx), in.Body.From, in.Body.Until)
	})
}

func (s *Server) listCertificates(ctx context.Context, in *Paging) (*body[list[CertificateJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := certificate.OfOrg(s.DB.Read(ctx), acting(ctx).OrgID, before, in.Limit+1)
	page, next := cut(found, in.Limit, func(c certificate.Certificate) string { return c.ID.String() })
	return certificatesJSON(page, next, err)
}

// CertificateCode names a certificate.
type CertificateCode struct {
	Code string `path:"code" maxLength:"64" doc:"in either case, with or without spaces and hyphens"`
}

// certificate finds one by its code, beside what it comes to now.
func (s *Server) certificate(ctx context.Context, code string) (c certificate.Certificate, now certificate.Facts, err error) {
	guesses := "certificate:" + peer(ctx)
	if err := attempt.Check(ctx, s.DB, wrongCertificates, guesses); err != nil {
		return c, now, err
	}
	err = s.DB.Snapshot(ctx, func(view *gorm.DB) (err error) {
		if c, err = certificate.ByCode(view, code); err != nil {
			return err
		}
		now, err = certificate.Now(view, c)
		return err
	})
	if errors.Is(err, certificate.ErrNotFound) {
		if err := attempt.Fail(ctx, s.DB, guesses); err != nil {
			return c, now, err
		}
	}
	return c, now, err
}

func (s *Server) checkCertificate(ctx context.Context, in *CertificateCode) (*body[CheckedCertificateJSON], error) {
	c, now, err := s.certificate(ctx, in.Code)
	return &body[CheckedCertificateJSON]{CheckedCertificateJSON{certificateJSON(c), certificateFactsJSON(now), !c.Facts().Same(now), s.DB.Now().Time()}}, err
}

type certificateFileIn struct {
	CertificateCode
	site
}

func (s *Server) certificateFile(ctx context.Context, in *certificateFileIn) (*attachment, error) {
	c, now, err := s.certificate(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	content, err := certificate.Sheet(c, now, s.origin(in.site)+"/c/"+c.Code)
	return &attachment{ContentType: "application/pdf", Body: content,
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": "certificate-" + c.Code + ".pdf"})}, err
}
