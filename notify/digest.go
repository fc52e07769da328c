package notify

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// Notice is a row that waits to go out to one person over one channel.
type Notice struct {
	ID string    // of its message, see [MessageID]
	At time.Time // when it was fired
}

// Parcel is what goes out together: one message.
type Parcel struct {
	ID      string    // the notice's, or one that follows from those of the bundle
	Due     time.Time // when to send it; in the past or now means now
	Notices []Notice  // in the order in which they were fired
}

// Bundled says that several notices share this message.
func (p Parcel) Bundled() bool { return len(p.Notices) > 1 }

// Plan says what goes out when. Notices of one digest make one parcel, the others
// one each, unless there are more than AtOnce for the same instant.
//
// A bundle's ID depends on its notices and nothing else: whoever sends
// it writes down which they were before the first attempt, and sends those again
// if it fails, however many have come since.
func (c Choices) Plan(notices []Notice, now time.Time, calendar Calendar) []Parcel {
	if c.Off || len(notices) == 0 {
		return nil
	}
	ordered := slices.SortedFunc(slices.Values(notices), func(a, b Notice) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
	})
	seen := make(map[string]bool, len(ordered))
	ordered = slices.DeleteFunc(ordered, func(n Notice) bool {
		again := seen[n.ID]
		seen[n.ID] = true
		return again
	})
	byDue := map[int64][]Notice{}
	instants := map[int64]time.Time{}
	for _, n := range ordered {
		due := c.Due(n.At, now, calendar)
		byDue[due.UnixNano()] = append(byDue[due.UnixNano()], n)
		instants[due.UnixNano()] = due
	}
	var parcels []Parcel
	for key, together := range byDue {
		due := instants[key]
		if len(c.Digests) > 0 || c.AtOnce > 0 && len(together) > c.AtOnce {
			parcels = append(parcels, parcel(due, together))
			continue
		}
		for _, n := range together {
			parcels = append(parcels, parcel(due, []Notice{n}))
		}
	}
	slices.SortFunc(parcels, func(a, b Parcel) int {
		return cmp.Or(a.Due.Compare(b.Due), a.Notices[0].At.Compare(b.Notices[0].At), strings.Compare(a.ID, b.ID))
	})
	return parcels
}

func parcel(due time.Time, together []Notice) Parcel {
	if len(together) == 1 {
		return Parcel{ID: together[0].ID, Due: due, Notices: together}
	}
	ids := make([]string, 0, len(together))
	for _, n := range together {
		ids = append(ids, n.ID)
	}
	return Parcel{ID: digestID("dig_", ids...), Due: due, Notices: together}
}

// Bundle makes one message of several to the same recipient, in their order, under
// the ID and the subject given. It points to link, where all of them are listed;
// each keeps its own link below its text. Webhooks are not bundled: a bundle has no
// kind and no data.
func Bundle(id, subject, link string, messages []Message) (Message, error) {
	if len(messages) == 0 {
		return Message{}, errors.New("bundle has no messages")
	}
	first := messages[0]
	var text strings.Builder
	for i, m := range messages {
		if m.To != first.To || m.Lang != first.Lang {
			return Message{}, errors.New("bundle has messages for several people")
		}
		if i > 0 {
			text.WriteString("\n\n")
		}
		text.WriteString("• " + oneLine(m.Subject))
		for _, part := range []string{strings.TrimSpace(m.Text), m.Link} {
			if part != "" {
				text.WriteString("\n" + part)
			}
		}
	}
	return Message{
		ID: id, To: first.To, Lang: first.Lang, Subject: subject, Text: text.String(), Link: link,
		At: messages[len(messages)-1].At,
	}, nil
}
