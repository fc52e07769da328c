package identity_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/identity"
)

func house(t *testing.T, letter string) *identity.House {
	t.Helper()
	h, err := identity.NewHouse(strings.Repeat(letter, identity.MinHouseKey))
	require.NoError(t, err)
	return h
}

func TestHouse_sealsForOnePlaceUnderOneKey(t *testing.T) {
	t.Parallel()
	h := house(t, "a")
	sealed := h.Seal("row 1", "open sesame")
	require.NotContains(t, string(sealed), "sesame")
	require.NotEqual(t, sealed, h.Seal("row 1", "open sesame"), "nobody sees that two texts are the same")
	require.True(t, strings.HasPrefix(string(sealed), string(h.Mark())))
	text, err := house(t, "a").Open("row 1", sealed)
	require.NoError(t, err)
	require.Equal(t, "open sesame", text)

	_, err = h.Open("row 2", sealed)
	require.ErrorIs(t, err, identity.ErrSeal, "it opens nowhere else")
	_, err = house(t, "b").Open("row 1", sealed)
	require.ErrorIs(t, err, identity.ErrOtherHouse)
	for i := range sealed {
		changed := append([]byte{}, sealed...)
		changed[i] ^= 1
		_, err := h.Open("row 1", changed)
		require.Error(t, err, "byte %d", i)
	}
	for _, short := range [][]byte{nil, sealed[:1], sealed[:9], sealed[:20]} {
		_, err := h.Open("row 1", short)
		require.ErrorIs(t, err, identity.ErrSeal)
	}
}

func TestHouse_derivesTheSameTokenFromTheSamePartsOnly(t *testing.T) {
	t.Parallel()
	h := house(t, "a")
	token := h.Token("link", "ab", "c")
	require.True(t, token.WellFormed())
	require.Equal(t, token, house(t, "a").Token("link", "ab", "c"))
	require.NotEqual(t, token, h.Token("link", "a", "bc"))
	require.NotEqual(t, token, house(t, "b").Token("link", "ab", "c"))
}

func TestHouse_wantsAKeyThatCannotBeGuessed(t *testing.T) {
	t.Parallel()
	_, err := identity.NewHouse(strings.Repeat("a", identity.MinHouseKey-1))
	require.ErrorIs(t, err, identity.ErrHouseKey)
	require.NotContains(t, house(t, "a").String(), "aaaa")
}

func TestHouseFrom_makesOneKeyForWhoeverStartsAtTheSameTime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "house.key")
	marks := make([]string, 16)
	makers := make([]bool, len(marks))
	var group sync.WaitGroup
	for i := range marks {
		group.Go(func() {
			h, made, err := identity.HouseFrom(path)
			if err == nil {
				marks[i], makers[i] = h.String(), made
			}
		})
	}
	group.Wait()
	first := 0
	for i, mark := range marks {
		require.NotEmpty(t, mark)
		require.Equal(t, marks[0], mark)
		if makers[i] {
			first++
		}
	}
	require.Equal(t, 1, first)
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "no draft is left")

	require.NoError(t, os.Chmod(path, 0o644)) //nolint:gosec // what is refused
	_, _, err = identity.HouseFrom(path)
	require.ErrorContains(t, err, "may be read by others")
	require.NoError(t, os.WriteFile(path, []byte("short\n"), 0o600))
	require.NoError(t, os.Chmod(path, 0o600))
	_, _, err = identity.HouseFrom(path)
	require.ErrorIs(t, err, identity.ErrHouseKey)
}
