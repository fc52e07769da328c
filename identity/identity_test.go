package identity_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/identity"
)

// light is cheap enough for tests; the rules are the same at every cost.
func light() identity.Cost { return identity.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1} }

func passwords(t *testing.T, cost identity.Cost, parallel int) *identity.Passwords {
	t.Helper()
	p, err := identity.NewPasswords(cost, parallel)
	require.NoError(t, err)
	return p
}

func TestPasswords_acceptTheRightOneOnly(t *testing.T) {
	t.Parallel()
	p := passwords(t, light(), 2)
	stored, err := p.Hash(t.Context(), "山高水长-2026")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(stored, "$argon2id$v=19$m=64,t=1,p=1$"), stored)
	require.NotContains(t, stored, "2026$")

	for password, want := range map[string]bool{"山高水长-2026": true, "山高水长-2027": false, "": false, "山高水长-2026 ": false} {
		ok, stale, err := p.Verify(t.Context(), stored, password)
		require.NoError(t, err)
		require.Equal(t, want, ok, password)
		require.False(t, stale)
	}
}

func TestPasswords_saltEveryHash(t *testing.T) {
	t.Parallel()
	p := passwords(t, light(), 2)
	one, err := p.Hash(t.Context(), "same")
	require.NoError(t, err)
	two, err := p.Hash(t.Context(), "same")
	require.NoError(t, err)
	require.NotEqual(t, one, two)
}

func TestPasswords_sayWhenAHashIsDueForANewCost(t *testing.T) {
	t.Parallel()
	stored, err := passwords(t, light(), 1).Hash(t.Context(), "secret")
	require.NoError(t, err)
	ok, stale, err := passwords(t, identity.Cost{MemoryKiB: 128, Passes: 1, Lanes: 1}, 1).Verify(t.Context(), stored, "secret")
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, stale)
}

func TestPasswords_neverAcceptAnUnknownLogin(t *testing.T) {
	t.Parallel()
	p := passwords(t, light(), 1)
	for _, password := range []string{"", "x", strings.Repeat("x", identity.MaxPasswordBytes+1)} {
		ok, _, err := p.Verify(t.Context(), "", password)
		require.NoError(t, err)
		require.False(t, ok)
	}
}

func TestPasswords_refuseEmptyAndEndlessOnes(t *testing.T) {
	t.Parallel()
	p := passwords(t, light(), 1)
	for _, password := range []string{"", strings.Repeat("x", identity.MaxPasswordBytes+1)} {
		_, err := p.Hash(t.Context(), password)
		require.ErrorIs(t, err, identity.ErrPasswordLength)
	}
	long := strings.Repeat("x", identity.MaxPasswordBytes)
	stored, err := p.Hash(t.Context(), long)
	require.NoError(t, err)
	ok, _, err := p.Verify(t.Context(), stored, long+"y")
	require.NoError(t, err)
	require.False(t, ok, "a longer password must not pass by its beginning")
}

func TestPasswords_refuseDamagedHashes(t *testing.T) {
	t.Parallel()
	p := passwords(t, light(), 1)
	good, err := p.Hash(t.Context(), "secret")
	require.NoError(t, err)
	for _, damaged := range []string{
		"secret", "$2a$10$abcdefghijklmnopqrstuv", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=64", "m=4294967295", 1), strings.Replace(good, "t=1", "t=0", 1), strings.Replace(good, "p=1", "p=0", 1),
		good[:len(good)-4], good + "$",
	} {
		_, _, err := p.Verify(t.Context(), damaged, "secret")
		require.ErrorIs(t, err, identity.ErrDamagedHash, damaged)
	}
}

func TestPasswords_waitForASlotOnlyAsLongAsTheCallerDoes(t *testing.T) {
	t.Parallel()
	p := passwords(t, light(), 1)
	free := identity.Occupy(p)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Hash(ctx, "secret")
	require.ErrorIs(t, err, context.Canceled)
	free()
	_, err = p.Hash(t.Context(), "secret")
	require.NoError(t, err)
}

func TestNewPasswords_refusesCostsOutOfBounds(t *testing.T) {
	t.Parallel()
	for _, bad := range []identity.Cost{{}, {MemoryKiB: 4, Passes: 1, Lanes: 1}, {MemoryKiB: 64, Passes: 17, Lanes: 1}, {MemoryKiB: 1 << 21, Passes: 1, Lanes: 1}} {
		_, err := identity.NewPasswords(bad, 1)
		require.Error(t, err, "%+v", bad)
	}
	_, err := identity.NewPasswords(identity.DefaultCost(), 0)
	require.Error(t, err)
}

func TestToken_isRecognisableRandomAndNeverPrinted(t *testing.T) {
	t.Parallel()
	one, two := identity.NewToken(), identity.NewToken()
	require.NotEqual(t, one, two)
	require.True(t, strings.HasPrefix(one.Reveal(), identity.TokenPrefix))
	require.Len(t, one.Reveal(), len(identity.TokenPrefix)+43) // 32 bytes in base64url
	require.True(t, one.WellFormed())
	require.Len(t, one.Hash(), 32)
	require.NotEqual(t, one.Hash(), two.Hash())
	require.NotContains(t, fmt.Sprintf("%v %s", one, one), one.Reveal()[5:])
}

func TestToken_knowsWhatCannotBeOne(t *testing.T) {
	t.Parallel()
	good := identity.NewToken().Reveal()
	for _, bad := range []string{"", "cl_", good[3:], good + "A", good[:len(good)-1], "cl_" + strings.Repeat("*", 43), "xx_" + good[3:]} {
		require.False(t, identity.Token(bad).WellFormed(), bad)
	}
}

func TestToken_hasANameThatDoesNotGiveItAway(t *testing.T) {
	t.Parallel()
	token := identity.NewToken()
	require.Equal(t, identity.PublicID(token), identity.PublicID(token))
	require.NotEqual(t, identity.PublicID(token), identity.PublicID(identity.NewToken()))
	require.NotContains(t, token.Reveal(), identity.PublicID(token))
}
