package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost is what one argon2id hash costs. It is stored with every hash, so it may be raised at any time: old hashes still
// verify, and [Passwords.Verify] says that they are due for a new one.
type Cost struct {
	MemoryKiB uint32 // memory of one hash in KiB
	Passes    uint32 // over that memory
	Lanes     uint8  // computed in parallel
}

// DefaultCost is the first of the settings that the OWASP Password Storage Cheat Sheet names for argon2id: 19 MiB, two
// passes, one lane.
func DefaultCost() Cost { return Cost{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1} }

// Bounds of what is accepted: below, a hash protects nothing; above, one damaged row would stop the process.
const (
	minMemoryKiB = 8
	maxMemoryKiB = 1 << 20
	maxPasses    = 16
	maxLanes     = 16
	saltBytes    = 16
	hashBytes    = 32

	// MaxPasswordBytes is the longest password that is looked at.
	MaxPasswordBytes = 1024
)

// Errors of this package.
var (
	// ErrPasswordLength is given for an empty password and for one beyond [MaxPasswordBytes].
	ErrPasswordLength = errors.New("password is empty or too long")
	// ErrDamagedHash is given for a stored text that is no argon2id hash.
	ErrDamagedHash = errors.New("stored password hash is not a usable argon2id hash")
)

// Passwords hashes and checks passwords. Every hash takes tens of megabytes, so only a few run at a time; the others
// wait as long as their context allows.
type Passwords struct {
	cost  Cost
	slots chan struct{}
	// decoy is a hash of nothing anybody knows, checked where a login does not exist.
	decoy string
}

// NewPasswords checks the cost and prepares at most parallel hashes at a time.
func NewPasswords(cost Cost, parallel int) (*Passwords, error) {
	if !cost.sane() || parallel < 1 {
		return nil, fmt.Errorf("password hashing: cost %+v with %d in parallel is out of bounds", cost, parallel)
	}
	p := &Passwords{cost: cost, slots: make(chan struct{}, parallel)}
	p.decoy = p.hash(NewToken().Reveal())
	return p, nil
}

// Hash makes the text to store for a password: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if password == "" || len(password) > MaxPasswordBytes {
		return "", ErrPasswordLength
	}
	release, err := p.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return p.hash(password), nil
}

// Verify tells whether the password is the one behind a stored hash. Stale says that the hash was made with another cost
// than today's and should be made anew now that the password is at hand. An empty stored hash (no such login, or no
// password set) costs the same time as a wrong password, so nobody learns which logins exist.
func (p *Passwords) Verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	known := stored != ""
	if !known {
		stored = p.decoy
	}
	cost, salt, want, err := parse(stored)
	if err != nil {
		return false, false, err
	}
	if len(password) > MaxPasswordBytes {
		password = password[:MaxPasswordBytes] // cannot match: such a password was never hashed
		known = false
	}
	release, err := p.acquire(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	got := argon2.IDKey([]byte(password), salt, cost.Passes, cost.MemoryKiB, cost.Lanes, hashBytes)
	same := subtle.ConstantTimeCompare(got, want) == 1
	return same && known, cost != p.cost, nil
}

func (p *Passwords) acquire(ctx context.Context) (release func(), err error) {
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a password hash: %w", ctx.Err())
	}
}

func (p *Passwords) hash(password string) string {
	var salt [saltBytes]byte
	_, _ = rand.Read(salt[:]) // never fails, see NewToken
	sum := argon2.IDKey([]byte(password), salt[:], p.cost.Passes, p.cost.MemoryKiB, p.cost.Lanes, hashBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.MemoryKiB, p.cost.Passes, p.cost.Lanes,
		b64.EncodeToString(salt[:]), b64.EncodeToString(sum))
}

func parse(stored string) (cost Cost, salt, sum []byte, err error) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return Cost{}, nil, nil, ErrDamagedHash
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return Cost{}, nil, nil, ErrDamagedHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.MemoryKiB, &cost.Passes, &cost.Lanes); err != nil || !cost.sane() {
		return Cost{}, nil, nil, ErrDamagedHash
	}
	salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	if err != nil || len(salt) < 8 {
		return Cost{}, nil, nil, ErrDamagedHash
	}
	sum, err = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err != nil || len(sum) != hashBytes {
		return Cost{}, nil, nil, ErrDamagedHash
	}
	return cost, salt, sum, nil
}

func (c Cost) sane() bool {
	return c.MemoryKiB >= minMemoryKiB*uint32(c.Lanes) && c.MemoryKiB <= maxMemoryKiB &&
		c.Passes >= 1 && c.Passes <= maxPasses && c.Lanes >= 1 && c.Lanes <= maxLanes
}
