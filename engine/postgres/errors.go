package postgres

import (
	"errors"
	"fmt"
	"time"
)

// ErrForeignDirectory says that a directory holds files this package did not
// put there. It is never emptied: choose another directory.
var ErrForeignDirectory = errors.New("directory holds files that are not ours")

// InUseError says that another process owns the data directory.
type InUseError struct {
	DataDir string
	PID     int
	Host    string
	Since   time.Time
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("data directory %s is in use by process %d on %s since %s; stop it, or choose another directory",
		e.DataDir, e.PID, e.Host, e.Since.Format(time.RFC3339))
}

// VersionError says that the data was written by another major version than the
// installed programs have. PostgreSQL cannot read it, and converting is for a
// person to decide.
type VersionError struct {
	DataDir string
	Data    int // major version that wrote the data
	Found   Binaries
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s holds data of PostgreSQL %d, but the programs in %s are version %d; "+
		"install PostgreSQL %d beside them (Debian: apt-get install -y postgresql-%d), name its directory in the configuration, "+
		"or convert the data with pg_upgrade",
		e.DataDir, e.Data, e.Found.Dir, e.Found.Major, e.Data, e.Data)
}
