package config

import "log/slog"

// mask stands for a secret wherever one would be printed; its length says
// nothing about the secret.
const mask = "********"

// Secret is a value that must not be seen: printed, logged or marshalled it
// shows asterisks, and nothing when empty. Reveal is the one way to the text.
type Secret string

// Reveal returns the text itself, for the call that needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns asterisks, or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// GoString keeps %#v from showing the text.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText keeps JSON and YAML from showing the text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue keeps slog from showing the text.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
