package org

import (
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// maxShown bounds the lists that have no pages.
const maxShown = 200

// mayRead refuses strangers with ErrNotFound and members without one of the roles with
// ErrForbidden.
func mayRead(view *gorm.DB, orgID, userID id.ID, roles []string) error {
	m, err := memberOf(view, orgID, userID)
	if err == nil && !slices.Contains(roles, m.Role) {
		return ErrForbidden
	}
	return err
}

// Mine lists the organisations of a user.
func (s *Service) Mine(view *gorm.DB, userID id.ID) ([]Organisation, error) {
	var rows []Organisation
	err := ofMember(view, userID).Order("o.id").Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	return s.fillFor(view, rows)
}

// fillFor is fill for members, each of whom has MyRole.
func (s *Service) fillFor(view *gorm.DB, rows []Organisation) ([]Organisation, error) {
	rows, err := s.fill(view, rows)
	for i := range rows {
		rows[i].Documents = readable(rows[i].Documents, rows[i].MyRole)
	}
	return rows, err
}

func ofMember(view *gorm.DB, userID id.ID) *gorm.DB {
	return view.Table("organisations o").Select("o.*, m.role my_role").
		Joins("JOIN memberships m ON m.org_id = o.id").Where("m.user_id = ?", userID)
}

// Of is one organisation as a member sees it; for strangers it is ErrNotFound.
func (s *Service) Of(view *gorm.DB, orgID, userID id.ID) (Organisation, error) {
	var o Organisation
	if err := ofMember(view, userID).Where("o.id = ?", orgID).Take(&o).Error; storage.IsNotFound(err) {
		return o, ErrNotFound
	} else if err != nil {
		return o, err
	}
	one, err := s.fillFor(view, []Organisation{o})
	if err != nil {
		return o, err
	}
	return one[0], nil
}

// Get is one organisation as operators see it, or ErrNotFound.
func (s *Service) Get(view *gorm.DB, orgID id.ID) (Organisation, error) {
	var o Organisation
	if err := handedIn(view).Take(&o, orgID).Error; storage.IsNotFound(err) {
		return o, ErrNotFound
	} else if err != nil {
		return o, err
	}
	return s.filled(view, o)
}

// handedIn is the organisations that operators see: a draft is its members' alone.
func handedIn(view *gorm.DB) *gorm.DB { return view.Where("status <> ?", Draft) }

// Filter narrows List; zero fields do not. Text is part of a name or the beginning of a
// credit code. Before is the last organisation of the page before.
type Filter struct {
	Status, Kind, Text string
	Before             id.ID
	Limit              int
}

// List answers a page of organisations, the newest first.
func (s *Service) List(view *gorm.DB, f Filter) ([]Organisation, error) {
	q := handedIn(view).Order("id DESC").Limit(f.Limit)
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if text := strings.TrimSpace(f.Text); text != "" {
		named := storage.Containing(text)
		if prefix := CleanCreditCode(text); strings.Trim(prefix, creditCodeAlphabet) == "" {
			q = q.Where("name LIKE ? ESCAPE '!' OR credit_code LIKE ?", named, prefix+"%")
		} else { // a column of ASCII refuses other text on MySQL
			q = q.Where("name LIKE ? ESCAPE '!'", named)
		}
	}
	if f.Before != 0 {
		q = q.Where("id < ?", f.Before)
	}
	var rows []Organisation
	if err := q.Find(&rows).Error; err != nil {
		return nil, err
	}
	return s.fill(view, rows)
}

func (s *Service) filled(view *gorm.DB, o Organisation) (Organisation, error) {
	one, err := s.fill(view, []Organisation{o})
	if err != nil {
		return Organisation{}, err
	}
	return one[0], nil
}

// fill adds the documents and the masked phones.
func (s *Service) fill(view *gorm.DB, rows []Organisation) ([]Organisation, error) {
	ids := make([]id.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
		var err error
		if rows[i].ContactPhone, err = s.masked(rows[i].ContactCipher); err != nil {
			return nil, err
		}
		rows[i].Documents = []Document{}
	}
	var documents []Document
	err := view.Table("organisation_documents d").Select("d.*, COALESCE(f.name, '') name").
		Joins("LEFT JOIN files f ON f.id = d.file_id").Where("d.org_id IN ?", ids).Order("d.id").Scan(&documents).Error
	if err != nil {
		return nil, err
	}
	for _, d := range documents {
		i := slices.Index(ids, d.OrgID)
		rows[i].Documents = append(rows[i].Documents, d)
	}
	return rows, nil
}

// History lists the steps of an organisation, the oldest first, for a member.
func History(view *gorm.DB, orgID, userID id.ID) ([]Step, error) {
	if _, err := memberOf(view, orgID, userID); err != nil {
		return nil, err
	}
	return steps(view, orgID)
}

// Applications are the organisations that a user manages with all their steps, and those
// that they handed in and do not manage any more: of these only what they did and what the
// public may know.
func (s *Service) Applications(view *gorm.DB, userID id.ID) ([]Organisation, error) {
	var rows []Organisation
	err := view.Table("organisations o").Select("o.*, COALESCE(m.role, '') my_role").
		Joins("LEFT JOIN memberships m ON m.org_id = o.id AND m.user_id = ? AND m.role IN ?", userID, managing).
		Where("m.role IS NOT NULL OR o.id IN (SELECT org_id FROM org_admission_steps WHERE actor_id = ? AND to_status IN ?)", userID, []string{Submitted, Withdrawn}).
		Order("o.id").Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	if rows, err = s.fill(view, rows); err != nil {
		return nil, err
	}
	for i := range rows {
		o := &rows[i]
		if o.Steps, err = steps(view, o.ID); err != nil {
			return nil, err
		}
		if o.MyRole == "" {
			o.Steps = slices.DeleteFunc(o.Steps, func(step Step) bool { return step.ActorID != userID })
			o.ContactName, o.ContactPhone, o.Reason, o.Documents = "", "", "", nil
		}
	}
	return rows, nil
}

// Steps is History for operators; an organisation that is not there is ErrNotFound.
func Steps(view *gorm.DB, orgID id.ID) ([]Step, error) {
	var there int64
	if err := handedIn(view).Model(&Organisation{}).Where("id = ?", orgID).Count(&there).Error; err != nil {
		return nil, err
	}
	if there == 0 {
		return nil, ErrNotFound
	}
	return steps(view, orgID)
}

func steps(view *gorm.DB, orgID id.ID) ([]Step, error) {
	steps := []Step{}
	err := view.Table("org_admission_steps s").Select("s.*, COALESCE(u.name, '') actor_name").
		Joins("LEFT JOIN users u ON u.id = s.actor_id").Where("s.org_id = ?", orgID).Order("s.id").Scan(&steps).Error
	return steps, err
}

// Waiting counts the applications that wait for a desk of the kind, and answers since
// when the oldest does; nil: none.
func Waiting(view *gorm.DB, desk string) (int64, *clock.Millis, error) {
	q := view.Model(&Organisation{})
	if desk == County {
		q = q.Where("status = ? AND kind = ?", Submitted, Cooperative)
	} else {
		q = q.Where("status = ? OR (status = ? AND kind <> ?)", Recommended, Submitted, Cooperative)
	}
	return storage.Waiting(q, "submitted_at")
}
