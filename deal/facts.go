package deal

import "time"

// Facts are what the world says while a command is judged, read in the same transaction and under the account's lock.
type Facts struct {
	Org     Org
	Working Working // of the region of the account's team
	// WorkingOf is the working time of another team, for commands that give the account one; nil where every team has the
	// same.
	WorkingOf func(TeamID) Working
	Book      Book // the pinned playbook; for open, second-development and move-playbook the one that the account will be pinned to
	Records   Records
	Gate      Gate         // advance: the gate of the present step
	Chain     []LevelRules // request-approval: the levels whose condition holds
	Number    string       // open: the next human number
	Team      TeamID       // open: the team of the territory; empty when the territory is unknown
	Target    State        // merges, requests for them, set-parent: the account that is named; not existing when unknown
	// Agenda is what the records ask for on certain days, of a state at an instant; nil for commands that do not look.
	Agenda   func(s State, at time.Time) []Appointment
	Unfit    Refusals // request-approval about a record: what the record itself has against it
	Claim    Claim    // decide-approval and arbitrate about a filing: who holds its project; of no account when nobody does
	Lineage  Lineage  // merges and set-parent: where both stand in their families
	Next     Book     // promote: of the next cycle; empty when there is none of that name
	KeyTests []string // promote: the tests of a key account that hold
	// Against and Unusable are for move-playbook: what stands against the version that Book would be, and whether this
	// release cannot use the present one.
	Against  Refusals
	Unusable bool
}

// Gate is what must be true before a step may be left, evaluated.
type Gate struct {
	Met   []string // codes of the conditions that hold
	Unmet Refusals // the others, each a gate_unmet with text and hint
}
