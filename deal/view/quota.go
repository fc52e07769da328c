package view

import (
	"time"

	"closedloop/deal"
)

// QuotaLead is a lead that somebody brought.
type QuotaLead struct {
	By   deal.PersonID
	At   time.Time
	Late bool // handed over after its day, or not yet
}

// QuotaBreach is so many working days in a row with too few leads, and what became of it.
type QuotaBreach struct {
	ID        string
	Person    deal.PersonID
	Team      deal.TeamID // of the person when it was found; empty: none
	First     string      // days
	Last      string
	Days      int
	State     BreachState
	OpenedAt  time.Time
	Reason    string        // as the manager stated it
	ReasonBy  deal.PersonID // empty: not stated yet
	DecidedBy deal.PersonID
	DecidedAt time.Time
	Steps     []BreachStep // in order
}

// BreachRef begins the IDs of breaches.
const BreachRef = "quota/"

// BreachState says how far a breach has come.
type BreachState string

// A breach is found, its reason is stated, and a deduction confirmed or waived.
const (
	BreachFound     BreachState = "found"
	BreachReasoned  BreachState = "reasoned"
	BreachConfirmed BreachState = "confirmed"
	BreachWaived    BreachState = "waived"
)

// BreachStep is one rung of a breach.
type BreachStep struct {
	Step    BreachState     `json:"step"`
	At      time.Time       `json:"at"`
	By      deal.PersonID   `json:"by"`
	People  []deal.PersonID `json:"people"` // whom it came to
	Comment string          `json:"comment"`
}

// Deactivation is a stretch in which somebody was switched off.
type Deactivation struct {
	Since time.Time
	Until time.Time // when they were switched on again; zero: they are off
}

// QuotaLine is one person of a bulletin or a board.
type QuotaLine struct {
	Person deal.PersonID `json:"person"`
	Name   string        `json:"name"` // as it was then
	Team   deal.TeamID   `json:"team"`
	Leads  int           `json:"leads"`
	Owed   int           `json:"owed"`
	Short  int           `json:"short"`  // days with too few
	Streak int           `json:"streak"` // such days in a row, up to the last
	Late   int           `json:"late"`
	Leave  int           `json:"leave"` // working days on leave
}

// Bulletin is one issue of a team's daily bulletin, as it was published.
type Bulletin struct {
	ID          string
	Number      int64
	Team        deal.TeamID
	Day         string
	Issue       int    // 1, and counting up with every correction
	Replaces    string // the issue before
	Reason      string // of a correction
	Lines       []QuotaLine
	PublishedBy deal.PersonID
	PublishedAt time.Time
}

// BulletinFilter chooses bulletins; empty fields choose all.
type BulletinFilter struct {
	Team     deal.TeamID
	From, To string // days
	Page     Page
}
