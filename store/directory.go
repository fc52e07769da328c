package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// directory keeps contents in files called by their hash, in 256 directories called by its first two digits. What is on
// its way lies in "incoming", in the same file system, so that a rename puts all of it in place at once.
type directory struct{ root string }

const incoming = "incoming"

// openDirectory makes sure that the directory is there and can be written to.
func openDirectory(root string) (*directory, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	d := &directory{root}
	if err := os.MkdirAll(filepath.Join(root, incoming), 0o700); err != nil { // full of people: for the owner alone
		return nil, err
	}
	probe, err := os.CreateTemp(filepath.Join(root, incoming), "probe-*")
	if err != nil {
		return nil, err
	}
	return d, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// isSum tells whether a name is a hash, and nothing that leads elsewhere.
func isSum(name string) bool {
	raw, err := hex.DecodeString(name)
	return err == nil && len(raw) == 32 && strings.ToLower(name) == name
}

func (d *directory) path(sum string) (string, error) {
	if !isSum(sum) {
		return "", fmt.Errorf("%q is no hash", sum)
	}
	return filepath.Join(d.root, sum[:2], sum), nil
}

// has tells whether a content is there whole.
func (d *directory) has(sum string, size int64) bool {
	path, err := d.path(sum)
	if err != nil {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == size
}

// write puts what fill writes in place, all of it or nothing: it is on the disk before it has its name, and the name
// before anybody hears of it.
func (d *directory) write(sum string, fill func(io.Writer) error) error {
	path, err := d.path(sum)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Join(d.root, incoming), sum[:8]+"-*")
	if err != nil {
		return err
	}
	err = fill(file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return errors.Join(syncDirectory(filepath.Dir(path)), syncDirectory(d.root))
}

// syncDirectory makes a new name survive a loss of power.
func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (d *directory) open(sum string) (*os.File, error) {
	path, err := d.path(sum)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// remove takes a content away; one that is not there is fine.
func (d *directory) remove(sum string) error {
	path, err := d.path(sum)
	if err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// old are the contents that came before an instant, by directory.
func (d *directory) old(before time.Time, each func(sums []string) error) error {
	dirs, err := os.ReadDir(d.root)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if !dir.IsDir() || len(dir.Name()) != 2 {
			continue
		}
		names, err := d.oldIn(dir.Name(), before)
		if err != nil {
			return err
		}
		if sums := slices.DeleteFunc(names, func(name string) bool { return !isSum(name) }); len(sums) > 0 {
			if err := each(sums); err != nil {
				return err
			}
		}
	}
	return nil
}

// clear removes what was on its way before an instant and never arrived.
func (d *directory) clear(before time.Time) error {
	names, err := d.oldIn(incoming, before)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := os.Remove(filepath.Join(d.root, incoming, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// oldIn are the files of a directory that came before an instant. What goes meanwhile is left out.
func (d *directory) oldIn(dir string, before time.Time) (names []string, err error) {
	entries, err := os.ReadDir(filepath.Join(d.root, dir))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if info.Mode().IsRegular() && info.ModTime().Before(before) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
