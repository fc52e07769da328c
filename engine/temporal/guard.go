package temporal

import (
	"crypto/sha256"
	"crypto/subtle"

	"go.temporal.io/server/common/authorization"
)

// guard turns the secret into the right to do everything, and anything else into
// no right at all. Temporal's own default, an empty authorizer, lets everybody
// in. What needs no right is its list of health checks.
type guard struct {
	want [sha256.Size]byte
}

func newGuard(secret string) *guard {
	return &guard{want: sha256.Sum256([]byte(CredentialsScheme + secret))}
}

// GetClaims is asked for calls to the frontend that clients use. The internal
// frontend of the server's own workers has claims of its own and is closed to
// others by its certificate.
func (g *guard) GetClaims(info *authorization.AuthInfo) (*authorization.Claims, error) {
	// Hashes have one length, so the time of the comparison says nothing.
	got := sha256.Sum256([]byte(info.AuthToken))
	if subtle.ConstantTimeCompare(got[:], g.want[:]) != 1 {
		return &authorization.Claims{}, nil
	}
	return &authorization.Claims{Subject: "closedloop", AuthType: "secret", System: authorization.RoleAdmin}, nil
}
