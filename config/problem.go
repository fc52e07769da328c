package config

import "fmt"

// Problem is one setting that cannot be used: which, what it says, and what
// would be right. The value of a secret is masked.
type Problem struct {
	Key   string // the key, or the name of an environment variable
	Value string // as given; empty when there is none to show
	Want  string // the allowed range in words
}

// Error reads "worker.stop_timeout = 10ns: want a duration from 1s to 5m".
func (p Problem) Error() string {
	if p.Value == "" {
		return p.Key + ": want " + p.Want
	}
	return p.Key + " = " + p.Value + ": want " + p.Want
}

// problem reports value, which did not suit the field.
func (f field) problem(value any, want string) Problem {
	shown := fmt.Sprint(value)
	if f.secret() {
		shown = Secret(shown).String()
	}
	return Problem{Key: f.key, Value: shown, Want: want}
}
