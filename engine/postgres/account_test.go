package postgres

import (
	"os"
	"os/user"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPickAccount_neverRunsTheServerAsRoot(t *testing.T) {
	t.Parallel()
	users := func(names ...string) func(string) (*user.User, error) {
		return func(name string) (*user.User, error) {
			for i, known := range names {
				if known == name {
					id := []string{"101", "102"}[i]
					return &user.User{Username: name, Uid: id, Gid: id}, nil
				}
			}
			return nil, user.UnknownUserError(name)
		}
	}
	for _, c := range []struct {
		name   string
		euid   int
		owner  *account
		lookup func(string) (*user.User, error)
		want   *account
		fails  bool
	}{
		{"an ordinary user runs it as themselves", 1000, nil, users("postgres", "nobody"), nil, false},
		{"root has a user for it", 0, nil, users("postgres", "nobody"), &account{"postgres", 101, 101}, false},
		{"root without that user takes nobody", 0, nil, users("nobody"), &account{"nobody", 101, 101}, false},
		{"root carries on what a user began", 0, &account{"user 1000", 1000, 1000}, users("postgres"), &account{"user 1000", 1000, 1000}, false},
		{"a directory of root says nothing", 0, &account{"user 0", 0, 0}, users("postgres"), &account{"postgres", 101, 101}, false},
		{"root alone cannot run it", 0, nil, users(), nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := pickAccount(c.euid, c.owner, c.lookup)
			require.Equal(t, c.fails, err != nil)
			require.Equal(t, c.want, got)
		})
	}
}

func TestAccount_namesTheDirectoryItMayNotEnter(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(t.TempDir(), "closed")
	inner := filepath.Join(closed, "inner")
	require.NoError(t, os.MkdirAll(inner, 0o755))
	require.NoError(t, os.Chmod(closed, 0o700))
	stranger := &account{name: "postgres", uid: 4242, gid: 4242}
	require.ErrorContains(t, stranger.reaches(inner), closed+" ")
	require.NoError(t, (*account)(nil).reaches(inner), "nobody to ask without root")
}
