package testkit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Files in the directory of a shared server.
const (
	usersFile  = "users"       // locked shared by every process that uses the server, exclusively by a keeper that ends
	startFile  = "start"       // locked by the process that looks for a keeper or starts one
	keeperFile = "keeper"      // locked by the keeper as long as it lives
	noteFile   = "keeper.json" // what the keeper has to say, see note
	logFile    = "keeper.log"
	serverDir  = "postgres"
)

// errLocked says that somebody else holds a lock we did not want to wait for.
var errLocked = errors.New("locked by another process")

// lock opens and locks a file; how is one of the LOCK constants of flock. The lock
// ends with Close of the file, or with the process.
func lock(dir, name string, how int) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := relock(file, how); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// relock changes the lock on an open file.
func relock(file *os.File, how int) error {
	for {
		err := syscall.Flock(int(file.Fd()), how)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLocked
		default:
			return fmt.Errorf("lock %s: %w", file.Name(), err)
		}
	}
}
