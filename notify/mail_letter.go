package notify

import (
	"bytes"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"unicode/utf8"

	"github.com/wneessen/go-mail"
)

// letter writes m as a mail, the same bytes in every attempt, or says why that
// cannot be.
func (s *MailServer) letter(m Message) ([]byte, *Outcome) {
	if err := m.check(); err != nil {
		o := badMessage(err)
		return nil, &o
	}
	if !addressForm.MatchString(m.To) {
		return nil, &Outcome{Class: Permanent, Reason: ReasonAddress, Detail: "not an address that mail can be sent to"}
	}
	if m.At.IsZero() {
		o := badMessage(errors.New("a mail needs an instant"))
		return nil, &o
	}
	text := cutBytes(plain(m.Text), maxMailText)
	if m.Link != "" {
		text = strings.TrimRight(text, "\n") + "\n\n" + m.Link
	}
	encoding := mail.EncodingQP
	if utf8.RuneCountInString(text) != len(text) {
		encoding = mail.EncodingB64 // of Chinese, quoted-printable makes nine bytes a character
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(encoding))
	msg.FromMailAddress(&s.from)
	msg.ToMailAddress(&netmail.Address{Address: m.To})
	msg.Subject(cutBytes(oneLine(m.Subject), maxSubject))
	msg.SetMessageIDWithValue(m.ID + "@" + s.domain)
	msg.SetDateWithValue(m.At)
	msg.SetBodyString(mail.TypeTextPlain, text+"\n")
	if m.Lang != "" {
		msg.SetGenHeader(mail.HeaderContentLang, oneLine(m.Lang))
	}
	// Whoever is away answers people, not programs: RFC 3834, and what Exchange reads.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader("List-Id", fmt.Sprintf("<%s.%s>", s.options.ListName, s.domain))
	if s.options.Settings != "" {
		msg.SetGenHeader(mail.HeaderListUnsubscribe, "<"+s.options.Settings+">")
	}
	var buf bytes.Buffer
	if _, err := msg.WriteTo(&buf); err != nil {
		o := badMessage(fmt.Errorf("write mail: %w", err))
		return nil, &o
	}
	return buf.Bytes(), nil
}
