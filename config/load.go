package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/viper"
)

// FileVariable names the configuration file when no flag does.
const FileVariable = envPrefix + "CONFIG"

// testPrefix opens the names of variables that belong to tests and are no
// settings.
const testPrefix = envPrefix + "TEST_"

// maxSecretBytes bounds what is read from a secret's file: the longest, a
// database URL or an API key, stays far below it.
const maxSecretBytes = 64 << 10

// Options says where to look beside defaults and environment.
type Options struct {
	// File is a YAML file. Empty means the one CLOSEDLOOP_CONFIG names, or none.
	File string
	// Set holds values of flags by key, such as "listen"; they win over file and
	// environment.
	Set map[string]any
}

// Default returns the settings of a run without file and environment.
func Default() (Config, error) { return decode(withDefaults()) }

// Load reads all sources, checks the whole and returns either a Config that is
// safe to use or every problem at once, joined.
func Load(opts Options) (Config, error) {
	v := withDefaults()
	if file := cmp.Or(opts.File, os.Getenv(FileVariable)); file != "" {
		if err := readFile(v, file); err != nil {
			return Config{}, err
		}
	}
	v.AutomaticEnv()
	for key, value := range opts.Set {
		v.Set(key, value)
	}
	if err := errors.Join(unknownKeys(v), unknownVariables(os.Environ())); err != nil {
		return Config{}, err
	}
	c, err := decode(v)
	if err != nil {
		return Config{}, err
	}
	if err := errors.Join(c.readSecrets(), c.Validate()); err != nil {
		return Config{}, err
	}
	return c, nil
}

// withDefaults returns an instance of our own that knows every key.
func withDefaults() *viper.Viper {
	v := viper.NewWithOptions(
		viper.ExperimentalBindStruct(), // the environment reaches keys without a default too
		viper.EnvKeyReplacer(strings.NewReplacer(".", "_")),
	)
	v.SetEnvPrefix(strings.TrimSuffix(envPrefix, "_"))
	for _, f := range fields() {
		v.SetDefault(f.key, f.def)
	}
	return v
}

// readFile merges a YAML file into v. It goes through an instance of its own,
// whose settings leave out keys without a value: a section whose lines are all
// commented out would otherwise hide the section's defaults.
func readFile(v *viper.Viper, path string) error {
	file := viper.New()
	file.SetConfigFile(path)
	file.SetConfigType("yaml")
	if err := file.ReadInConfig(); err != nil {
		return fmt.Errorf("read configuration %s: %w", path, err)
	}
	if err := v.MergeConfigMap(file.AllSettings()); err != nil {
		return fmt.Errorf("read configuration %s: %w", path, err)
	}
	return nil
}

// decode fills a Config, or names every value of the wrong type.
func decode(v *viper.Viper) (Config, error) {
	var c Config
	err := v.UnmarshalExact(&c)
	if err == nil {
		return c, nil
	}
	// The decoder's messages quote values and know no ranges. Ask key by key.
	var problems []error
	for _, f := range fields() {
		var scratch Config
		if v.UnmarshalKey(f.key, f.of(&scratch).Addr().Interface()) != nil {
			problems = append(problems, f.problem(v.Get(f.key), f.want()))
		}
	}
	if len(problems) == 0 {
		return Config{}, fmt.Errorf("decode configuration: %w", err)
	}
	return Config{}, errors.Join(problems...)
}

// unknownKeys refuses what no part of the program reads: most often a typo.
func unknownKeys(v *viper.Viper) error {
	known := map[string]bool{}
	for _, f := range fields() {
		known[f.key] = true
	}
	keys := v.AllKeys()
	slices.Sort(keys)
	var problems []error
	for _, key := range keys {
		if !known[key] {
			problems = append(problems, Problem{Key: key, Want: "a key that config.example.yaml lists; this one is unknown"})
		}
	}
	return errors.Join(problems...)
}

// unknownVariables refuses CLOSEDLOOP_ variables that are no settings. Empty
// ones say nothing, and Kubernetes adds some for a service named closedloop.
func unknownVariables(environ []string) error {
	known := map[string]bool{FileVariable: true}
	for _, f := range fields() {
		known[f.env()] = true
	}
	slices.Sort(environ)
	var problems []error
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if value == "" || known[name] || !strings.HasPrefix(name, envPrefix) ||
			strings.HasPrefix(name, testPrefix) || isServiceLink(name) {
			continue
		}
		problems = append(problems, Problem{Key: name, Want: "a variable that config.example.yaml lists; this one is unknown"})
	}
	return errors.Join(problems...)
}

// isServiceLink knows the variables by which Kubernetes tells a pod where the
// services of its namespace are; a service named closedloop or closedloop-api
// gives CLOSEDLOOP_PORT_8080_TCP or CLOSEDLOOP_API_SERVICE_HOST.
func isServiceLink(name string) bool {
	return strings.HasSuffix(name, "_SERVICE_HOST") || strings.Contains(name, "_SERVICE_PORT") ||
		strings.HasSuffix(name, "_PORT") || strings.Contains(name, "_PORT_")
}

// readSecrets replaces every secret whose twin names a file by its content.
func (c *Config) readSecrets() error {
	byKey := map[string]field{}
	for _, f := range fields() {
		byKey[f.key] = f
	}
	var problems []error
	for _, f := range fields() {
		if !f.secret() {
			continue
		}
		twin := byKey[f.key+fileSuffix]
		path := twin.of(c).String()
		if path == "" {
			continue
		}
		if f.of(c).String() != f.def {
			problems = append(problems, twin.problem(path, "only one of "+f.key+" and "+twin.key))
			continue
		}
		text, err := readSecret(path)
		if err != nil {
			problems = append(problems, twin.problem(path, "a file that holds the secret: "+err.Error()))
			continue
		}
		f.of(c).SetString(text)
	}
	return errors.Join(problems...)
}

// readSecret returns the content of a file without the line end that editors
// and `kubectl create secret` leave behind.
func readSecret(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // opened for reading, nothing is lost
	text, err := io.ReadAll(io.LimitReader(file, maxSecretBytes+1))
	if err != nil {
		return "", err
	}
	secret := strings.TrimRight(string(text), "\r\n")
	switch {
	case len(text) > maxSecretBytes:
		return "", fmt.Errorf("it is longer than %d bytes", maxSecretBytes)
	case secret == "":
		return "", errors.New("it is empty")
	}
	return secret, nil
}
