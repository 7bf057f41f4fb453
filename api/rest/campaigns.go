package rest

import (
	"context"
	"time"

	"gorm.io/gorm"

	"zique/internal/campaign"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/report"
	"zique/internal/storage"
)

// Who of a cooperative offers its goods to campaigns.
var offerers = members([]string{org.Cooperative}, org.RoleOwner, org.RoleAccountant)

// CampaignFields are what operators set of a campaign.
type CampaignFields struct {
	Kind        string `json:"kind" enum:"season,new_year_fair" doc:"消费帮扶季 or 年货节"`
	Title       string `json:"title" maxLength:"240"`
	Description string `json:"description,omitempty" maxLength:"8000"`
	OpensOn     string `json:"opens_on" maxLength:"10" example:"2026-10-01" doc:"its first day in Asia/Shanghai"`
	ClosesOn    string `json:"closes_on" maxLength:"10" example:"2026-10-31" doc:"its last day, included"`
}

func (f CampaignFields) terms() campaign.Terms { return campaign.Terms(f) }

// CampaignJSON is a campaign as everybody sees it.
type CampaignJSON struct {
	ID string `json:"id"`
	CampaignFields
	Phase string `json:"phase,omitempty" enum:"upcoming,running,over" doc:"now; absent: a draft"`
}

// CampaignDetailJSON is a campaign with what it brought so far.
type CampaignDetailJSON struct {
	CampaignJSON
	Totals CampaignTotalsJSON `json:"totals"`
	AsOf   time.Time          `json:"as_of"`
}

// CampaignTotalsJSON is what the lines of paid orders come to that were ordered in the
// campaign, and the aid cards that were issued for it.
type CampaignTotalsJSON struct {
	Orders   int64     `json:"orders" doc:"of which something stays"`
	Villages int64     `json:"villages" doc:"from which something was bought"`
	GoodsFen money.Fen `json:"goods_fen" doc:"paid for goods, net of refunds, without freight"`
	ShareFen money.Fen `json:"share_fen" doc:"credited to village collectives, net of refunds"`
	Cards    int64     `json:"cards" doc:"aid cards issued for it"`
	CardsFen money.Fen `json:"cards_fen" doc:"their face"`
}

// OpsCampaignJSON is a campaign as operators see it.
type OpsCampaignJSON struct {
	CampaignJSON
	Status      string     `json:"status" enum:"draft,published,closed"`
	CreatedAt   time.Time  `json:"created_at"`
	PublishedAt *time.Time `json:"published_at"`
	ClosedAt    *time.Time `json:"closed_at"`
}

// CampaignGoodJSON is a product that is, was or may be sold in a campaign.
type CampaignGoodJSON struct {
	ProductID   string    `json:"product_id"`
	Title       string    `json:"title"`
	CoverURL    string    `json:"cover_url"`
	Cooperative NamedJSON `json:"cooperative"`
	Listed      bool      `json:"listed" doc:"its cooperative offers it in the shop"`
	Status      string    `json:"status" enum:"offered,accepted,out"`
	ChangedAt   time.Time `json:"changed_at"`
}

func (s *Server) campaignJSON(c campaign.Campaign) CampaignJSON {
	return CampaignJSON{c.ID.String(), CampaignFields{c.Kind, c.Title, c.Description, c.OpensOn(), c.ClosesOn()}, c.Phase(s.DB.Now())}
}

func (s *Server) opsCampaignJSON(c campaign.Campaign) OpsCampaignJSON {
	return OpsCampaignJSON{s.campaignJSON(c), c.Status, c.CreatedAt.Time(), timeOrNil(c.PublishedAt), timeOrNil(c.ClosedAt)}
}

type campaignsIn struct {
	Paging
	Phase string `query:"phase" enum:"upcoming,running,over"`
}

func (s *Server) listCampaigns(ctx context.Context, in *campaignsIn) (*body[list[CampaignJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := campaign.List(s.DB.Read(ctx), campaign.Filter{Phase: in.Phase, Now: s.DB.Now(), Public: true, BeforeID: before, Limit: in.Limit + 1})
	page, next := cut(found, in.Limit, func(c campaign.Campaign) string { return c.ID.String() })
	out := &body[list[CampaignJSON]]{list[CampaignJSON]{Items: []CampaignJSON{}, NextCursor: next}}
	for _, c := range page {
		out.Body.Items = append(out.Body.Items, s.campaignJSON(c))
	}
	return out, err
}

func (s *Server) getCampaign(ctx context.Context, in *PathID) (*body[CampaignDetailJSON], error) {
	campaignID, err := in.parse(campaign.ErrNotFound)
	if err != nil {
		return nil, err
	}
	out := &body[CampaignDetailJSON]{CampaignDetailJSON{AsOf: s.DB.Now().Time()}}
	return out, s.DB.Snapshot(ctx, func(view *gorm.DB) error {
		c, err := campaign.Get(view, campaignID, true)
		if err != nil {
			return err
		}
		totals, err := report.Campaign(view, campaignID)
		out.Body.CampaignJSON, out.Body.Totals = s.campaignJSON(c), CampaignTotalsJSON(totals)
		return err
	})
}

type opsCampaignsIn struct {
	Paging
	Status string `query:"status" enum:"draft,published,closed"`
}

func (s *Server) listOpsCampaigns(ctx context.Context, in *opsCampaignsIn) (*body[list[OpsCampaignJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := campaign.List(s.DB.Read(ctx), campaign.Filter{Status: in.Status, BeforeID: before, Limit: in.Limit + 1})
	page, next := cut(found, in.Limit, func(c campaign.Campaign) string { return c.ID.String() })
	out := &body[list[OpsCampaignJSON]]{list[OpsCampaignJSON]{Items: []OpsCampaignJSON{}, NextCursor: next}}
	for _, c := range page {
		out.Body.Items = append(out.Body.Items, s.opsCampaignJSON(c))
	}
	return out, err
}

func (s *Server) getOpsCampaign(ctx context.Context, in *PathID) (*body[OpsCampaignJSON], error) {
	campaignID, err := in.parse(campaign.ErrNotFound)
	if err != nil {
		return nil, err
	}
	c, err := campaign.Get(s.DB.Read(ctx), campaignID, false)
	return &body[OpsCampaignJSON]{s.opsCampaignJSON(c)}, err
}

func (s *Server) addCampaign(ctx context.Context, in *struct{ Body CampaignFields }) (*body[OpsCampaignJSON], error) {
	return s.putCampaign(ctx, func(tx *storage.Tx) (campaign.Campaign, error) {
		return campaign.Add(tx, actor(ctx), in.Body.terms())
	})
}

type changeCampaignIn struct {
	PathID
	Body CampaignFields
}

func (s *Server) changeCampaign(ctx context.Context, in *changeCampaignIn) (*body[OpsCampaignJSON], error) {
	campaignID, err := in.parse(campaign.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.putCampaign(ctx, func(tx *storage.Tx) (campaign.Campaign, error) {
		return campaign.Change(tx, actor(ctx), campaignID, in.Body.terms())
	})
}

func (s *Server) publishCampaign(ctx context.Context, in *PathID) (*body[OpsCampaignJSON], error) {
	campaignID, err := in.parse(campaign.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.putCampaign(ctx, func(tx *storage.Tx) (campaign.Campaign, error) {
		return campaign.Publish(tx, actor(ctx), campaignID)
	})
}

type closeCampaignIn struct {
	PathID
	Body struct {
		Reason string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) closeCampaign(ctx context.Context, in *closeCampaignIn) (*body[OpsCampaignJSON], error) {
	campaignID, err := in.parse(campaign.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.putCampaign(ctx, func(tx *storage.Tx) (campaign.Campaign, error) {
		return campaign.Close(tx, actor(ctx), campaignID, in.Body.Reason)
	})
}

func (s *Server) putCampaign(ctx context.Context, change func(*storage.Tx) (campaign.Campaign, error)) (*body[OpsCampaignJSON], error) {
	var c campaign.Campaign
	err := s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		c, err = change(tx)
		return err
	})
	return &body[OpsCampaignJSON]{s.opsCampaignJSON(c)}, err
}

func (s *Server) listCampaignGoods(ctx context.Context, in *PathID) (*body[list[CampaignGoodJSON]], error) {
	return s.campaignGoods(ctx, in, false, 0)
}

func (s *Server) listOwnCampaignGoods(ctx context.Context, in *PathID) (*body[list[CampaignGoodJSON]], error) {
	return s.campaignGoods(ctx, in, true, acting(ctx).OrgID)
}

func (s *Server) campaignGoods(ctx context.Context, in *PathID, public bool, cooperative id.ID) (*body[list[CampaignGoodJSON]], error) {
	campaignID, err := in.parse(campaign.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if _, err := campaign.Get(s.DB.Read(ctx), campaignID, public); err != nil {
		return nil, err
	}
	found, err := campaign.Goods(s.DB.Read(ctx), campaignID, cooperative)
	out := &body[list[CampaignGoodJSON]]{list[CampaignGoodJSON]{Items: []CampaignGoodJSON{}}}
	for _, g := range found {
		out.Body.Items = append(out.Body.Items, campaignGoodJSON(g))
	}
	return out, err
}

func campaignGoodJSON(g campaign.Shown) CampaignGoodJSON {
	return CampaignGoodJSON{g.ProductID.String(), g.Title, g.CoverURL, NamedJSON{g.CooperativeID.String(), g.CooperativeName},
		g.Listed(), g.Status, g.ChangedAt.Time()}
}

type campaignGoodIn struct {
	PathID
	ProductID string `path:"product_id" maxLength:"20"`
}

func (in campaignGoodIn) both() (campaignID, productID id.ID, err error) {
	if campaignID, err = in.parse(campaign.ErrNotFound); err != nil {
		return 0, 0, err
	}
	productID, err = PathID{in.ProductID}.parse(campaign.ErrNoProduct)
	return campaignID, productID, err
}

// CampaignGoodStatusJSON is how a product stands in a campaign.
type CampaignGoodStatusJSON struct {
	ProductID string `json:"product_id"`
	Status    string `json:"status" enum:"offered,accepted,out"`
}

func (s *Server) chooseGood(ctx context.Context, in *campaignGoodIn) (*body[CampaignGoodStatusJSON], error) {
	return s.putGood(ctx, in, func(tx *storage.Tx, campaignID, productID id.ID) (campaign.Good, error) {
		return campaign.Choose(tx, actor(ctx), campaignID, productID)
	})
}

func (s *Server) offerGood(ctx context.Context, in *campaignGoodIn) (*body[CampaignGoodStatusJSON], error) {
	return s.putGood(ctx, in, func(tx *storage.Tx, campaignID, productID id.ID) (campaign.Good, error) {
		return campaign.Offer(tx, actor(ctx), campaignID, productID)
	})
}

func (s *Server) putGood(ctx context.Context, in *campaignGoodIn, put func(tx *storage.Tx, campaignID, productID id.ID) (campaign.Good, error)) (*body[CampaignGoodStatusJSON], error) {
	campaignID, productID, err := in.both()
	if err != nil {
		return nil, err
	}
	var g campaign.Good
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		g, err = put(tx, campaignID, productID)
		return err
	})
	return &body[CampaignGoodStatusJSON]{CampaignGoodStatusJSON{g.ProductID.String(), g.Status}}, err
}

func (s *Server) takeGoodOut(ctx context.Context, in *campaignGoodIn) (*struct{}, error) {
	return s.removeGood(ctx, in, 0)
}

func (s *Server) withdrawGood(ctx context.Context, in *campaignGoodIn) (*struct{}, error) {
	return s.removeGood(ctx, in, acting(ctx).OrgID)
}

func (s *Server) removeGood(ctx context.Context, in *campaignGoodIn, cooperative id.ID) (*struct{}, error) {
	campaignID, productID, err := in.both()
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error {
		return campaign.TakeOut(tx, actor(ctx), campaignID, productID, cooperative)
	})
}
