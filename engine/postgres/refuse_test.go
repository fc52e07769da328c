package postgres_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
)

func TestStart_refusesDirectoriesOfOthersAndLeavesThemAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file string }{
		{"a home directory", "notes.txt"},
		{"a cluster somebody else made", "PG_VERSION"},
		{"files where the cluster should be", "data/notes.txt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := dataDir(t)
			file := filepath.Join(dir, c.file)
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, []byte("15\n"), 0o600))
			_, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir})
			require.ErrorIs(t, err, postgres.ErrForeignDirectory)
			require.ErrorContains(t, err, dir)
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, "15\n", string(text))
		})
	}
}

func TestStart_refusesDataOfAnotherMajorVersion(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data"), 0o755))
	version := filepath.Join(dir, "data", "PG_VERSION")
	require.NoError(t, os.WriteFile(version, []byte("14\n"), 0o600))
	_, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir})
	var other *postgres.VersionError
	require.ErrorAs(t, err, &other)
	require.Equal(t, 14, other.Data)
	require.ErrorContains(t, err, "install PostgreSQL 14")
	require.FileExists(t, version)
}

func TestStart_refusesDataWhosePasswordIsLost(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := start(t, postgres.Options{DataDir: dir})
	require.NoError(t, s.Stop(t.Context()))
	require.NoError(t, os.Remove(filepath.Join(dir, "state.json")))
	_, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "state.json")
}

func TestStart_needsADirectory(t *testing.T) {
	t.Parallel()
	_, err := postgres.Start(t.Context(), postgres.Options{})
	require.ErrorContains(t, err, "DataDir")
}
