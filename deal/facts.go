package deal

// Facts are what the world says while a command is judged, read in the same transaction and under the account's lock.
type Facts struct {
	Org     Org
	Working Working
	Book    Book // the pinned playbook; for open and second-development the one that the new cycle will be pinned to
	Records Records
	Gate    Gate         // advance: the gate of the present step
	Chain   []LevelRules // request-approval: the levels whose condition holds
	Number  string       // open: the next human number
	Team    TeamID       // open: the team of the territory; empty when the territory is unknown
	Target  State        // intake merge: the account to merge into; not existing when unknown
}

// Gate is what must be true before a step may be left, evaluated.
type Gate struct {
	Met   []string // codes of the conditions that hold
	Unmet Refusals // the others, each a gate_unmet with text and hint
}
