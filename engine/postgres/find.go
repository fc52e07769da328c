package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The major versions this product is tested with. SQL stays within the oldest,
// and a newer one has to be tried before it may hold anybody's data.
const (
	OldestMajor = 15
	NewestMajor = 18
)

// Binaries is an installed set of PostgreSQL server programs.
type Binaries struct {
	Dir     string // holds initdb and postgres
	Major   int    // 15 … 18
	Version string // as the programs say it, for logs: "15.14"
}

// NotFoundError says that no usable server programs are installed.
type NotFoundError struct {
	Install string   // one shell line that installs them
	Tried   []string // directories looked at, with what was wrong there
}

func (e *NotFoundError) Error() string {
	msg := fmt.Sprintf("no PostgreSQL %d to %d server programs found; install them with: %s", OldestMajor, NewestMajor, e.Install)
	if len(e.Tried) > 0 {
		msg += " (looked at " + strings.Join(e.Tried, "; ") + ")"
	}
	return msg
}

// distributionDirs are where systems keep server programs outside PATH: Debian
// and Ubuntu, the PGDG packages for RPM systems, Alpine, Homebrew on both
// processors and on Linux, Postgres.app.
var distributionDirs = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// Find returns the server programs to use: those in explicit when it is not
// empty, else the first of pg_config's directory, PATH, and the newest of the
// per-version directories that distributions use. Without any it returns a
// [NotFoundError], which carries the line that installs them.
func Find(explicit string) (Binaries, error) {
	found, err := candidates(explicit)
	if err != nil {
		return Binaries{}, err
	}
	return found[0], nil
}

// findMajor returns programs of one major version, for data that already exists.
func findMajor(explicit string, major int) (Binaries, error) {
	found, err := candidates(explicit)
	if err != nil {
		return Binaries{}, err
	}
	if i := slices.IndexFunc(found, func(b Binaries) bool { return b.Major == major }); i >= 0 {
		return found[i], nil
	}
	return found[0], nil
}

// candidates lists every usable set of programs, best first; never empty
// without an error.
func candidates(explicit string) ([]Binaries, error) {
	if explicit != "" {
		b, err := inspect(explicit)
		if err != nil {
			return nil, fmt.Errorf("use PostgreSQL programs in %s: %w", explicit, err)
		}
		return []Binaries{b}, nil
	}
	var found []Binaries
	var tried []string
	add := func(dir string) {
		if dir == "" || slices.ContainsFunc(found, func(b Binaries) bool { return b.Dir == dir }) {
			return
		}
		b, err := inspect(dir)
		if err != nil {
			tried = append(tried, fmt.Sprintf("%s: %v", dir, err))
			return
		}
		found = append(found, b)
	}
	add(configuredDir())
	add(pathDir())
	var byVersion []string
	for _, pattern := range distributionDirs {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("look for PostgreSQL in %s: %w", pattern, err)
		}
		byVersion = append(byVersion, dirs...)
	}
	first := len(found)
	for _, dir := range byVersion {
		add(resolved(dir))
	}
	slices.SortStableFunc(found[first:], func(a, b Binaries) int { return b.Major - a.Major })
	if len(found) == 0 {
		return nil, &NotFoundError{Install: InstallCommand(), Tried: tried}
	}
	return found, nil
}

// configuredDir is what pg_config names. It may belong to a client-only
// package, so the directory still has to be inspected.
func configuredDir() string {
	out, err := exec.Command("pg_config", "--bindir").Output()
	if err != nil {
		return ""
	}
	return resolved(strings.TrimSpace(string(out)))
}

// pathDir is the real directory of the first postgres in PATH; distributions
// and people link single programs into a directory of their own.
func pathDir() string {
	path, err := exec.LookPath("postgres")
	if err != nil {
		return ""
	}
	return filepath.Dir(resolved(path))
}

func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// inspect checks that dir holds a server of a supported version.
func inspect(dir string) (Binaries, error) {
	for _, program := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, program))
		if err != nil {
			return Binaries{}, fmt.Errorf("no program %s", program)
		}
		if info.IsDir() || info.Mode()&0o111 == 0 {
			return Binaries{}, fmt.Errorf("%s is not a program", program)
		}
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("ask postgres for its version: %w", err)
	}
	match := versionPattern.FindSubmatch(out)
	if match == nil {
		return Binaries{}, fmt.Errorf("unknown version %q", strings.TrimSpace(string(out)))
	}
	major, err := strconv.Atoi(string(match[2]))
	if err != nil {
		return Binaries{}, fmt.Errorf("unknown version %q: %w", match[1], err)
	}
	if major < OldestMajor || major > NewestMajor {
		return Binaries{}, fmt.Errorf("version %d is not supported", major)
	}
	return Binaries{Dir: dir, Major: major, Version: string(match[1])}, nil
}

// installers maps package managers to the line that brings the server programs
// together with the extensions pg_trgm and btree_gin, which RPM systems and
// Alpine keep in a package of their own.
var installers = []struct{ manager, line string }{
	{"apt-get", "apt-get install -y postgresql"},
	{"dnf", "dnf install -y postgresql-server postgresql-contrib"},
	{"yum", "yum install -y postgresql-server postgresql-contrib"},
	{"apk", "apk add postgresql postgresql-contrib"},
	{"zypper", "zypper install -y postgresql-server postgresql-contrib"},
	{"pacman", "pacman -S --noconfirm postgresql"},
	{"brew", "brew install postgresql@17"},
}

// InstallCommand is the shell line that installs PostgreSQL on this system,
// with sudo where the caller needs it.
func InstallCommand() string {
	for _, i := range installers {
		if _, err := exec.LookPath(i.manager); err != nil {
			continue
		}
		if i.manager == "brew" || os.Geteuid() == 0 {
			return i.line
		}
		return "sudo " + i.line
	}
	return "see https://www.postgresql.org/download/"
}
