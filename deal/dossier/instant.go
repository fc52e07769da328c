package dossier

import (
	"time"

	"closedloop/deal"
)

// Instant is a moment in a record, as RFC 3339 in UTC with microseconds at most; empty while there is none. Only the system
// writes such fields: a clock runs from them, where a day would be too coarse.
type Instant string

// InstantOf is a moment as it stands in a record.
func InstantOf(at time.Time) Instant {
	return Instant(at.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano))
}

// Time is the moment; the second value is false when there is none.
func (i Instant) Time() (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, string(i))
	return at, err == nil
}

// someInstant is a moment that may be there.
func (c *check) someInstant(at string, i Instant) {
	_, ok := i.Time()
	c.invalid(i != "" && !ok, at, "不是时间", " is no moment", "按 RFC 3339 填写时间", "Write a moment as in RFC 3339")
}

// granted is the moment at which a request about a document was approved: as an approval of the running cycle says, or as
// the document itself remembers. What was approved in an earlier cycle is on file for life.
func granted(s deal.State, kind Kind, id string, onFile Instant) (time.Time, bool) {
	if at, ok := onFile.Time(); ok {
		return at, true
	}
	for _, a := range s.Approvals {
		if a.Subject.ID == string(kind)+"/"+id && a.Subject.Type == deal.RecordSubject && a.Status == deal.Approved {
			return a.ClosedAt, true
		}
	}
	return time.Time{}, false
}
