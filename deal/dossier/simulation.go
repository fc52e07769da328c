package dossier

import (
	"time"

	"closedloop/deal"
)

// Simulation plays the customer's decision through before it is taken: who will say what, and why.
type Simulation struct {
	Votes   []Vote `json:"votes"`
	Outcome string `json:"outcome"` // what we expect of the meeting as a whole
}

// Vote is what we expect of one person.
type Vote struct {
	Contact   string `json:"contact"` // ID of the contact
	Vote      Voting `json:"vote"`
	Reason    string `json:"reason"`
	Objection string `json:"objection"` // what they will hold against us
	Answer    string `json:"answer"`    // what we say to that
}

// Voting is how somebody decides.
type Voting string

// For us, against us, or not to be told.
const (
	VotesFor     Voting = "for"
	VotesAgainst Voting = "against"
	VotesOpen    Voting = "open"
)

func votings() set[Voting] {
	return set[Voting]{opt(VotesFor, "支持", "For"), opt(VotesAgainst, "反对", "Against"), opt(VotesOpen, "未定", "Open")}
}

// AllVotings returns every way to vote.
func AllVotings() []Voting { return votings().all() }

// ParseVoting reads a vote's identifier.
func ParseVoting(s string) (Voting, error) { return votings().parse("vote", s) }

// Label is what people call it; empty for something that is no vote.
func (v Voting) Label() deal.Text { return votings().label(v) }

// Balance is how many votes for us we expect more than against us.
func (s Simulation) Balance() int {
	balance := 0
	for _, v := range s.Votes {
		switch v.Vote {
		case VotesFor:
			balance++
		case VotesAgainst:
			balance--
		case VotesOpen:
		}
	}
	return balance
}

// Expects tells whether somebody's vote was thought about.
func (s Simulation) Expects(contact string) bool {
	for _, v := range s.Votes {
		if v.Contact == contact {
			return true
		}
	}
	return false
}

// Kind implements [Record].
func (Simulation) Kind() Kind { return SimulationKind }

// Validate implements [Record].
func (s Simulation) Validate(now time.Time) deal.Refusals {
	c := begin(s, now)
	for i, v := range s.Votes {
		c.id(cell("/votes", i, "contact"), v.Contact)
		chosen(c, cell("/votes", i, "vote"), v.Vote, votings())
		c.reason(cell("/votes", i, "reason"), v.Reason)
	}
	unique(c, "/votes", s.Votes, "contact", func(v Vote) string { return v.Contact })
	return c.done()
}
