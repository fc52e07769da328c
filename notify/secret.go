package notify

import (
	"log/slog"
	"strings"
)

// Secret is a key, a token or a password. Whatever prints it prints stars.
type Secret string

const masked = "***"

// String hides the secret.
func (s Secret) String() string { return masked }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return masked }

// MarshalText hides the secret from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// maxDetail is how much of what a channel said is worth keeping.
const maxDetail = 300

// detail makes one short line of what a channel or the network said. Channels
// like to quote what they were sent, keys included.
func detail(text string, secrets ...Secret) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, string(secret), masked)
		}
	}
	return cutBytes(oneLine(strings.ToValidUTF8(text, "?")), maxDetail)
}
