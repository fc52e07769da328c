package deal

// Receipt is what Perform gives back: the answer of this key, possibly long ago, and where the account stands now.
// The workflow takes over only Now, so a repeated old key can never move it back.
type Receipt struct {
	Answer Answer   `json:"answer"`
	Now    Position `json:"now"`
}

// Answer is what a command got.
type Answer struct {
	Outcome  AnswerKind `json:"outcome"`
	FirstSeq int64      `json:"first_seq,omitempty"`
	LastSeq  int64      `json:"last_seq,omitempty"`
	Refusals Refusals   `json:"refusals,omitempty"`
	Incident string     `json:"incident,omitempty"` // internal_error: what to ask operations about
}

// AnswerKind says how a command ended.
type AnswerKind string

// A command is done, changed nothing because nothing was to do (a tick that came late), was refused, or met a key that
// was used before with another body.
const (
	Done    AnswerKind = "done"
	Nothing AnswerKind = "nothing"
	Refused AnswerKind = "refused"
)

// RefusedAnswer is the answer that lists reasons.
func RefusedAnswer(no Refusals) Answer { return Answer{Outcome: Refused, Refusals: no} }

// Incident is the answer to a command that the rules could not judge (contract.md §1): refused for good, with a number
// to ask about.
func Incident(id string) Answer {
	return Answer{Outcome: Refused, Refusals: Refusals{{Code: CodeInternalError, Args: []string{id}}}, Incident: id}
}
