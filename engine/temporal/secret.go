package temporal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Every call to the engine's frontend carries the gRPC metadata
//
//	authorization: Bearer <secret>
//
// where the secret is the content of the secret file without surrounding white
// space. A process that does not compile this package builds the same from the
// file and from these two words.
const (
	CredentialsHeader = "authorization"
	CredentialsScheme = "Bearer "
)

// Credentials are what the SDK's client.Options want as HeadersProvider to talk
// to an engine. The value is the secret.
type Credentials string

// GetHeaders returns the metadata of one call.
func (c Credentials) GetHeaders(context.Context) (map[string]string, error) {
	return map[string]string{CredentialsHeader: CredentialsScheme + string(c)}, nil
}

// SecretFrom reads the secret in a file, or makes one and writes it there for
// the owner alone. It stays the same from start to start, so that worker and API
// processes that have read it survive a restart of the engine. A file that
// others may read is refused, because then it is no secret any more.
func SecretFrom(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecret(path)
	}
	if err != nil {
		return "", fmt.Errorf("read the engine's secret: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("the engine's secret %s may be read by others (mode %s); delete it to get a new one", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the engine's secret: %w", err)
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" {
		return "", fmt.Errorf("the engine's secret %s is empty; delete it to get a new one", path)
	}
	return secret, nil
}

// makeSecret writes a new secret under another name first: the file either is
// not there or is complete.
func makeSecret(path string) (string, error) {
	secret := rand.Text() + rand.Text() // 256 bits
	draft := path + ".new"
	err := os.WriteFile(draft, []byte(secret+"\n"), 0o600)
	if err == nil {
		err = os.Rename(draft, path)
	}
	if err != nil {
		return "", fmt.Errorf("write the engine's secret: %w", err)
	}
	return secret, nil
}
