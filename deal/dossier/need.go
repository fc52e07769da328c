package dossier

import (
	"time"

	"closedloop/deal"
)

// Need is something the customer needs, said by themselves or brought up by us.
type Need struct {
	Need     string     `json:"need"`
	Origin   NeedOrigin `json:"origin"`
	Priority int        `json:"priority"` // 1 first … 5 last; 0 while not ranked
	Contact  string     `json:"contact"`  // ID of the contact who has it; empty for the house as a whole
	Evidence string     `json:"evidence"`
}

// NeedOrigin says whether a need was there before we came.
type NeedOrigin string

// Stated by the customer, or induced by our questions.
const (
	Stated  NeedOrigin = "stated"
	Induced NeedOrigin = "induced"
)

func needOrigins() set[NeedOrigin] {
	return set[NeedOrigin]{opt(Stated, "明示", "Stated"), opt(Induced, "引导", "Induced")}
}

// AllNeedOrigins returns every origin.
func AllNeedOrigins() []NeedOrigin { return needOrigins().all() }

// ParseNeedOrigin reads an origin's identifier.
func ParseNeedOrigin(s string) (NeedOrigin, error) { return needOrigins().parse("origin of a need", s) }

// Label is what people call it; empty for something that is no origin.
func (o NeedOrigin) Label() deal.Text { return needOrigins().label(o) }

// Prioritised tells whether the need has its place among the others.
func (n Need) Prioritised() bool { return n.Priority > 0 && needOrigins().has(n.Origin) }

// Kind implements [Record].
func (Need) Kind() Kind { return NeedKind }

// Validate implements [Record].
func (n Need) Validate(now time.Time) deal.Refusals {
	c := begin(n, now)
	c.text("/need", n.Need)
	chosen(c, "/origin", n.Origin, needOrigins())
	c.someScore("/priority", n.Priority)
	c.someID("/contact", n.Contact)
	return c.done()
}
