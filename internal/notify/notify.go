// Package notify tells people things: in an inbox inside the program, and by SMS. It
// knows no business nouns; what happened comes as a Message through the outbox, whose
// event id makes every delivery happen once. Its invariants:
//
//   - An event puts at most one row into a person's inbox, however often it comes.
//   - An SMS that the gateway is known to have taken is not sent again for the same event
//     and phone. One whose answer was lost is, with the same SMS.ID: a gateway that drops
//     repeats by it sends each once.
//   - No network inside a transaction, and no phone number in clear in any row or log.
package notify

import (
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"zique/internal/id"
)

// Topic is that of messages in the outbox: outbox.Emit(tx, notify.Topic, notify.Message{…}).
const Topic = "notify.message"

const maxParam = 1000 // characters

var link = regexp.MustCompile(`^/[!-~]{0,299}$`)

// Message is what some people are told. Templates and their parameters stand in
// templates.yaml.
type Message struct {
	UserIDs  []id.ID           `json:"user_ids,omitempty"`
	Phones   [][]byte          `json:"phones,omitempty"` // sealed by pii.Keyring; for people without an account; SMS only
	Template string            `json:"template"`
	Params   map[string]string `json:"params,omitempty"` // never a phone number
	Link     string            `json:"link,omitempty"`   // a path of ours, such as /organisations/1
	SMS      bool              `json:"sms,omitempty"`    // also to the phones of the users
}

// Check refuses a message that could not be delivered; outbox.Emit asks it.
func (m Message) Check() error {
	_, t, err := find(m.Template, m.Params)
	if err != nil {
		return err
	}
	for name, value := range m.Params {
		if utf8.RuneCountInString(value) > maxParam || !utf8.ValidString(value) {
			return fmt.Errorf("notify: parameter %s is longer than %d characters or not text", name, maxParam)
		}
	}
	switch {
	case len(m.UserIDs) > 0 && t.Chinese.Text == "":
		return fmt.Errorf("notify: template %s is not for inboxes", m.Template)
	case (m.SMS || len(m.Phones) > 0) && t.Chinese.SMS == "":
		return fmt.Errorf("notify: template %s has no sms", m.Template)
	case m.Link != "" && !link.MatchString(m.Link):
		return errors.New("notify: a link is a path of ours")
	}
	return nil
}
