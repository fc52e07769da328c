package config

import (
	"fmt"
	"strings"
)

// Setting is one key of the effective configuration, fit to be printed.
type Setting struct {
	Key   string
	Env   string // the environment variable that sets it
	Value string // secrets masked
}

// Settings lists the effective configuration in the order of
// config.example.yaml, secrets masked.
func (c Config) Settings() []Setting {
	all := fields()
	settings := make([]Setting, 0, len(all))
	for _, f := range all {
		settings = append(settings, Setting{Key: f.key, Env: f.env(), Value: fmt.Sprint(f.of(&c).Interface())})
	}
	return settings
}

// String lists the effective configuration, one "key = value" a line, secrets
// masked.
func (c Config) String() string {
	var b strings.Builder
	for _, s := range c.Settings() {
		fmt.Fprintf(&b, "%s = %s\n", s.Key, s.Value)
	}
	return b.String()
}
