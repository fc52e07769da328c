package postgres

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Names below the data directory.
const (
	lockName    = "lock"
	stateName   = "state.json"
	logName     = "postgres.log"
	clusterName = "data"
	initPrefix  = "initdb-"
)

// prepareDirectory makes dir, or checks that everything in it is ours. As root
// the directory is searchable for others, because the server runs as another
// user and has to reach the cluster below it; nothing in it is readable to them.
func prepareDirectory(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return makeDirectory(dir)
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == lockName, name == clusterName, strings.HasPrefix(name, stateName), strings.HasPrefix(name, logName), strings.HasPrefix(name, initPrefix):
		default:
			return fmt.Errorf("%s: %w (%s)", dir, ErrForeignDirectory, name)
		}
	}
	return nil
}

func makeDirectory(dir string) error {
	if parent := filepath.Dir(dir); parent != dir {
		if err := os.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Chmod(dir, mode) // the umask may have taken the search bit away
}

// lockDirectory takes the directory for this process. The lock is the kernel's
// and dies with the process; the text in the file only tells others who has it.
func lockDirectory(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(holder(dir, file, err), file.Close())
	}
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	text, err := json.Marshal(InUseError{DataDir: dir, PID: os.Getpid(), Host: host, Since: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = file.Truncate(0)
	}
	if err == nil {
		_, err = file.WriteAt(text, 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", file.Name(), err), file.Close())
	}
	return file, nil
}

// holder turns a lock that could not be taken into the error that says why.
func holder(dir string, file *os.File, err error) error {
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("lock %s: %w", file.Name(), err)
	}
	held := &InUseError{DataDir: dir, Host: "an unknown host"}
	// One that has not written its name yet leaves the zero values.
	_ = json.NewDecoder(file).Decode(held)
	return held
}

// state is what has to be known to reach the server again.
type state struct {
	Port     int    `json:"port"`
	User     string `json:"user"`
	Password string `json:"password"`
}

func loadState(dir string) (state, error) {
	var st state
	text, err := os.ReadFile(filepath.Join(dir, stateName))
	if err != nil {
		return st, err
	}
	if err := json.Unmarshal(text, &st); err != nil {
		return st, fmt.Errorf("read %s: %w", filepath.Join(dir, stateName), err)
	}
	return st, nil
}

// save replaces the state file in one step, so that a crash leaves the old one.
func (st state) save(dir string) error {
	text, err := json.MarshalIndent(st, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, stateName+"-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	err = errors.Join(err, file.Sync(), file.Close())
	// Root carrying on with an ordinary user's directory leaves it to that user.
	if owner := ownerOf(dir); err == nil && owner != nil && os.Geteuid() == 0 {
		err = owner.own(file.Name())
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, stateName))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(file.Name()))
	}
	return err
}
