package postgres

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// superuser is the one role of a private cluster. Its password never leaves the
// machine: the server listens on the loopback address only.
const superuser = "closedloop"

// locales for the cluster, best first. With LC_CTYPE=C pg_trgm sees no Chinese
// letters at all, so plain "C" is not among them; systems without C.UTF-8
// (macOS) have en_US.UTF-8.
var locales = []string{"C.UTF-8", "en_US.UTF-8"}

// dataMajor returns the major version of the cluster in dataDir, 0 when there is
// none yet. Files without a version are somebody else's.
func dataMajor(dataDir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dataDir, "PG_VERSION"))
	if err == nil {
		major, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			return 0, fmt.Errorf("read version of %s: %w", dataDir, err)
		}
		return major, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("read version of %s: %w", dataDir, err)
	}
	entries, err := os.ReadDir(dataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, err
	case len(entries) > 0:
		return 0, fmt.Errorf("%s: %w (no PG_VERSION)", dataDir, ErrForeignDirectory)
	}
	return 0, nil
}

// createCluster makes a new cluster and leaves it at dataDir. It is made beside
// its place and renamed when complete, so a crash in the middle never leaves
// half a cluster that looks like a whole one.
func createCluster(ctx context.Context, dir string, bin Binaries, run *account, durable bool) (state, error) {
	st := state{User: superuser, Password: rand.Text()}
	work, err := os.MkdirTemp(dir, initPrefix)
	if err != nil {
		return st, err
	}
	passwordFile := work + ".password"
	if err := errors.Join(
		run.own(work),
		os.WriteFile(passwordFile, []byte(st.Password+"\n"), 0o600),
		run.own(passwordFile),
	); err != nil {
		return st, err
	}
	defer func() { _ = os.Remove(passwordFile) }() // only the owner could read it

	args := []string{"-D", work, "-U", st.User, "-E", "UTF8", "-A", "scram-sha-256", "--pwfile=" + passwordFile, "--no-instructions"}
	if !durable {
		args = append(args, "--no-sync")
	}
	for _, locale := range locales {
		if err = runInitdb(ctx, dir, bin, run, append(args, "--locale="+locale)); err == nil {
			break
		}
	}
	if err != nil {
		// initdb has emptied the directory it failed in; anything else stays.
		_ = os.Remove(work)
		return st, fmt.Errorf("create a database cluster: %w", err)
	}
	// The password is on disk before the cluster is in its place: the other way
	// round a crash would leave data that nobody can open.
	if err := st.save(dir); err != nil {
		return st, err
	}
	if err := os.Remove(filepath.Join(dir, clusterName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return st, err // not empty, so it stays
	}
	return st, os.Rename(work, filepath.Join(dir, clusterName))
}

func runInitdb(ctx context.Context, dir string, bin Binaries, run *account, args []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var output bytes.Buffer
	cmd := run.command(dir, filepath.Join(bin.Dir, "initdb"), args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLines(output.String(), 3))
	}
	return nil
}

// lastLines is the end of a program's output, on one line for an error message.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
