package identity

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// HouseFrom reads the house key in a file, or makes one and writes it there for the owner alone; made says so. Several
// processes that start at the same time come to the same key. A file that others may read is refused, because then it is
// no secret any more.
func HouseFrom(path string) (house *House, made bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if made, err = makeHouseKey(path); err == nil {
			info, err = os.Stat(path)
		}
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the house key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, false, fmt.Errorf("the house key %s may be read by others (mode %s): chmod 600 it", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, false, fmt.Errorf("read the house key: %w", err)
	}
	if house, err = NewHouse(strings.TrimSpace(string(text))); err != nil {
		return nil, false, fmt.Errorf("read the house key %s: %w", path, err)
	}
	return house, made, nil
}

// makeHouseKey puts a complete file in its place, unless another process was faster: then that one's stays.
func makeHouseKey(path string) (made bool, err error) {
	draft, err := os.CreateTemp(filepath.Dir(path), ".house-*") // for the owner alone
	if err != nil {
		return false, err
	}
	defer func() {
		if gone := os.Remove(draft.Name()); err == nil {
			err = gone
		}
	}()
	_, err = draft.WriteString(rand.Text() + rand.Text() + "\n") // 256 bits
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return false, err
	}
	if err = os.Link(draft.Name(), path); errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}
