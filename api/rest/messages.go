package rest

import (
	"context"
	"time"

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
	Lang string `query:"lang" enum:"zh-CN,en" default:"zh-CN"`
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

func (s *Server) listMessages(ctx context.Context, in *messagesIn) (*body[InboxJSON], error) {
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
	out := &body[InboxJSON]{InboxJSON{list: list[MessageJSON]{Items: []MessageJSON{}, NextCursor: next}}}
	for _, r := range page {
		out.Body.Items = append(out.Body.Items, messageJSON(r, in.Lang.Lang))
	}
	out.Body.Unread, err = notify.Unread(view, who)
	return out, err
}

type readMessageIn struct {
	PathID
	Lang
}

func (s *Server) readMessage(ctx context.Context, in *readMessageIn) (*body[MessageJSON], error) {
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
	return &body[MessageJSON]{messageJSON(read, in.Lang.Lang)}, nil
}

func (s *Server) readAllMessages(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error { return notify.ReadAll(tx, caller(ctx).UserID) })
}
