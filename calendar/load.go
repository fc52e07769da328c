package calendar

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed data/*.yaml
var shipped embed.FS

const officeName = "office.yaml"

// Default is the calendar compiled in: the office hours and the Chinese years
// of data/. It panics when those files are broken, which a test rules out.
func Default() *Calendar {
	c, err := Load(nil)
	if err != nil {
		panic(err)
	}
	return c
}

// Load makes the calendar from the files compiled in and those at the top of
// override, which may be nil. A file of override replaces its counterpart:
// office.yaml the office, any file of a year the year compiled in.
//
// Files are called office.yaml or region-year.yaml, such as cn-2027.yaml. A
// YAML file with another name is an error rather than silently without effect;
// other files, hidden ones and folders are left alone. The error joins a
// *FileError for every file that is broken.
func Load(override fs.FS) (*Calendar, error) {
	data, err := fs.Sub(shipped, "data")
	if err != nil {
		return nil, fmt.Errorf("open the calendar compiled in: %w", err)
	}
	base, err := readSet(data)
	if err != nil {
		return nil, fmt.Errorf("read the calendar compiled in: %w", err)
	}
	if override != nil {
		ours, err := readSet(override)
		if err != nil {
			return nil, fmt.Errorf("read the calendar directory: %w", err)
		}
		base.replaceBy(ours)
	}
	years := make([]Year, 0, len(base.years))
	for _, y := range base.years {
		years = append(years, y)
	}
	return New(*base.office, years...)
}

// ParseFile reads one file, which describes the office when it is called
// office.yaml or has office hours, and else a year; the other one of the two
// is nil. A year of company days alone needs no holidays. The error is a
// *FileError.
func ParseFile(name string, data []byte) (*Office, *Year, error) {
	var keys map[string]any
	if err := yaml.Unmarshal(data, &keys); err != nil {
		keys = nil // said with its line below
	}
	if _, hours := keys["hours"]; hours || name == officeName {
		office, err := parseOffice(name, data)
		if err != nil {
			return nil, nil, err
		}
		return &office, nil, nil
	}
	year, err := parseYear(name, data, true)
	if err != nil {
		return nil, nil, err
	}
	return nil, &year, nil
}

// A set is what one directory says.
type set struct {
	office *Office // nil when the directory has none
	years  map[int]Year
}

func (s *set) replaceBy(other set) {
	if other.office != nil {
		s.office = other.office
	}
	for number, year := range other.years {
		s.years[number] = year
	}
}

var yearName = regexp.MustCompile(`^[a-z]{2,8}-([0-9]{4})\.yaml$`)

func readSet(dir fs.FS) (set, error) {
	out := set{years: map[int]Year{}}
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return set{}, fmt.Errorf("list the files: %w", err)
	}
	var faults []error
	for _, entry := range entries {
		if entry.IsDir() || !isYAML(entry.Name()) {
			continue
		}
		if err := out.read(dir, entry.Name()); err != nil {
			faults = append(faults, err)
		}
	}
	return out, errors.Join(faults...)
}

func isYAML(name string) bool {
	return !strings.HasPrefix(name, ".") && slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(path.Ext(name)))
}

func (s *set) read(dir fs.FS, name string) error {
	match := yearName.FindStringSubmatch(name)
	if name != officeName && match == nil {
		return whole(name, "want the name office.yaml or region-year.yaml, such as cn-2027.yaml")
	}
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if name == officeName {
		office, err := parseOffice(name, data)
		if err != nil {
			return err
		}
		s.office = &office
		return nil
	}
	year, err := parseYear(name, data, false)
	if err != nil {
		return err
	}
	if match[1] != strconv.Itoa(year.number) {
		return whole(name, "the file describes %d, its name another year", year.number)
	}
	if _, twice := s.years[year.number]; twice {
		return whole(name, "another file of the directory describes %d as well", year.number)
	}
	s.years[year.number] = year
	return nil
}

// whole is a fault of a file as such.
func whole(name, format string, args ...any) error {
	faults := &FileError{File: name}
	faults.add(0, format, args...)
	return faults
}
