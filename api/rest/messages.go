package rest

import (
	"context"
	"time"

	"golang.org/x/text/language"

	"zique/internal/notify"
	"zique/internal/storage"
)

// MessageJSON is a message in the caller's inbox.
type MessageJSON struct {
	ID        string     `json:"id"`
	Template  string     `json:"template" example:"invitation"`
	Title     string     `json:"title"`
	Text      string     `json:"text"`
	Link      string     `json:"link" doc:"a page of the app; empty: nothing to open"`
	CreatedAt time.Time  `json:"created_at"`
	ReadAt    *time.Time `json:"read_at,omitempty"`
}

func messageJSON(r notify.Received, lang string) MessageJSON {
	text := r.Text(lang)
	return MessageJSON{ID: r.ID.String(), Template: r.Template, Title: text.Title, Text: text.Text, Link: r.Link,
		CreatedAt: r.CreatedAt.Time(), ReadAt: instant(r.ReadAt)}
}

// Lang asks for a language.
type Lang struct {
	Lang   string `query:"lang" enum:"zh-CN,en" doc:"left out: as Accept-Language asks, else zh-CN"`
	Accept string `header:"Accept-Language"`
}

var spoken = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English}) // in the order of notify.Languages

// wanted is the language of the answer: what the address names goes before the header.
func (l Lang) wanted() string {
	if l.Lang != "" {
		return l.Lang
	}
	_, best := language.MatchStrings(spoken, l.Accept)
	return notify.Languages[best]
}

// Spoken says in which language an answer is, and what that hung on.
type Spoken struct {
	Language string `header:"Content-Language"`
	Vary     string `header:"Vary"`
}

func (l Lang) spoken() Spoken { return Spoken{l.wanted(), "Accept-Language"} }

// worded is an answer in a language.
type worded[T any] struct {
	Spoken
	Body T
}

type messagesIn struct {
	Paging
	Lang
}

// InboxJSON is a page of the inbox.
type InboxJSON struct {
	list[MessageJSON]
	Unread int64 `json:"unread" doc:"of all messages"`
}

func (s *Server) listMessages(ctx context.Context, in *messagesIn) (*worded[InboxJSON], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	view, who := s.DB.Read(ctx), caller(ctx).UserID
	found, err := notify.Inbox(view, who, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(r notify.Received) string { return r.ID.String() })
	out := &worded[InboxJSON]{in.spoken(), InboxJSON{list: list[MessageJSON]{Items: []MessageJSON{}, NextCursor: next}}}
	for _, r := range page {
		out.Body.Items = append(out.Body.Items, messageJSON(r, in.wanted()))
	}
	out.Body.Unread, err = notify.Unread(view, who)
	return out, err
}

type readMessageIn struct {
	PathID
	Lang
}

func (s *Server) readMessage(ctx context.Context, in *readMessageIn) (*worded[MessageJSON], error) {
	messageID, err := in.parse(notify.ErrNotFound)
	if err != nil {
		return nil, err
	}
	var read notify.Received
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		read, err = notify.Read(tx, caller(ctx).UserID, messageID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &worded[MessageJSON]{in.spoken(), messageJSON(read, in.wanted())}, nil
}

func (s *Server) readAllMessages(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error { return notify.ReadAll(tx, caller(ctx).UserID) })
}
