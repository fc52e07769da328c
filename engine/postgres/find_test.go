package postgres_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
)

func TestFind_takesTheDirectoryItIsGivenOrNone(t *testing.T) {
	t.Parallel()
	found, err := postgres.Find("")
	require.NoError(t, err)
	same, err := postgres.Find(found.Dir)
	require.NoError(t, err)
	require.Equal(t, found, same)
	require.GreaterOrEqual(t, found.Major, postgres.OldestMajor)

	_, err = postgres.Find(t.TempDir())
	require.ErrorContains(t, err, "no program initdb", "nothing else is tried when a directory is named")
}

func TestFind_refusesVersionsNobodyTried(t *testing.T) {
	t.Parallel()
	for version, says := range map[string]string{
		"14.19":   "version 14 is not supported",
		"19beta1": "version 19 is not supported",
		"devel":   "unknown version",
	} {
		dir := t.TempDir()
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
		for _, program := range []string{"initdb", "postgres"} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, program), []byte(script), 0o755))
		}
		_, err := postgres.Find(dir)
		require.ErrorContains(t, err, says)
	}
}

func TestNotFoundError_namesTheLineThatInstalls(t *testing.T) {
	t.Parallel()
	err := &postgres.NotFoundError{Install: postgres.InstallCommand(), Tried: []string{"/opt/pg: no program initdb"}}
	require.ErrorContains(t, err, postgres.InstallCommand())
	require.ErrorContains(t, err, "/opt/pg")
	require.NotEmpty(t, postgres.InstallCommand())
}
