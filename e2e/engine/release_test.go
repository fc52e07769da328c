//go:build e2e

package engine_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// formerRelease is the commit of the release before the one that is being made. Its binary is built from the repository's own
// history, and the histories that it left are in testdata/replay/ under this name. A new release goes here, and its
// histories there.
const formerRelease = "14eadc1"

// presentRelease is what the binary of the working tree calls itself.
const presentRelease = "next"

// formerBinary builds the former release, or skips the test where the repository's history is not at hand. The source lies at
// one place for good, beside the build cache, which knows what was compiled by where it lay.
func formerBinary(t *testing.T) string {
	t.Helper()
	commit, err := git(t.Context(), "rev-parse", "--verify", "--quiet", formerRelease+"^{commit}")
	if err != nil {
		t.Skipf("the source of release %s is not here (no git, no repository, or a shallow clone): %v", formerRelease, err)
	}
	home, err := os.UserCacheDir()
	if err != nil {
		home = t.TempDir()
	}
	dir := filepath.Join(home, "closedloop", "releases", strings.TrimSpace(string(commit)))
	if _, err := os.Stat(dir); err != nil {
		unpack(t, strings.TrimSpace(string(commit)), dir)
	}
	return build(t, dir, formerRelease, filepath.Join(dir, "bin", "closedloop")) // there it is linked once
}

// presentBinary builds the working tree.
func presentBinary(t *testing.T) string {
	t.Helper()
	top, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	return build(t, top, presentRelease, filepath.Join(t.TempDir(), "closedloop"))
}

func build(t *testing.T, source, version, binary string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-ldflags", "-X main.version="+version, "-o", binary, "./cmd/closedloop")
	cmd.Dir = source
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "build release %s: %s", version, said)
	return binary
}

// unpack puts the tree of a commit into a directory, all of it or nothing.
func unpack(t *testing.T, commit, dir string) {
	t.Helper()
	top, err := git(t.Context(), "rev-parse", "--show-toplevel")
	require.NoError(t, err)
	tree, err := git(t.Context(), "-C", strings.TrimSpace(string(top)), "archive", "--format=tar", commit)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(dir), 0o755)) //nolint:gosec // a cache of source that everybody may read
	half, err := os.MkdirTemp(filepath.Dir(dir), "unpacking-")
	require.NoError(t, err)
	defer func() { require.NoError(t, os.RemoveAll(half)) }() // nothing, once it has its name
	require.NoError(t, untar(bytes.NewReader(tree), half))
	if err := os.Rename(half, dir); err != nil { // somebody was faster
		require.DirExists(t, dir)
	}
}

func untar(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // nothing is written through it any more
	for entries := tar.NewReader(r); ; {
		e, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		switch e.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(filepath.Clean(e.Name), 0o755)
		case tar.TypeReg:
			var text []byte
			if text, err = io.ReadAll(entries); err == nil {
				err = root.WriteFile(e.Name, text, 0o644)
			}
		}
		if err != nil {
			return err
		}
	}
}

func git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil && said.Len() > 0 {
		err = errors.New(strings.TrimSpace(said.String()))
	}
	return out, err
}
