package postgres

import (
	"errors"
	"fmt"
	"io/fs"
)

// Attach is the address of a database on the server that another process runs in
// a data directory: for tools beside a running `closedloop up`. It does not ask
// whether the server is up.
func Attach(dataDir, database string) (string, error) {
	st, err := loadState(dataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no private server in %s yet; start closedloop up first", dataDir)
	}
	if err != nil {
		return "", err
	}
	return st.url(database), nil
}
