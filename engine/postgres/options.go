package postgres

import (
	"errors"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
)

// Options say where a private server lives and how careful it is.
type Options struct {
	// DataDir belongs to this package alone and is made when missing. Its
	// parents must be traversable for the user PostgreSQL runs as. Required.
	DataDir string
	// BinDir holds the server programs; empty means [Find] chooses, and prefers
	// the major version that wrote existing data.
	BinDir string
	// Logger tells about starts, restarts and stops; nil is silent. What
	// PostgreSQL itself says goes to postgres.log in DataDir.
	Logger *slog.Logger
	// Durable makes a commit survive a power cut. Without it nothing is ever
	// flushed to disk, which is for tests only.
	Durable bool
	// MaxConnections is the server's limit, 200 when zero: each of Temporal's
	// services has pools of its own beside ours (trust-and-speed §2.4).
	MaxConnections int
	// Settings are further server parameters; they win over ours, except for
	// the address, which the launcher must know.
	Settings map[string]string
}

func (o *Options) complete() error {
	if o.DataDir == "" {
		return errors.New("postgres: DataDir is required")
	}
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return err
	}
	o.DataDir = dir
	if o.MaxConnections == 0 {
		o.MaxConnections = 200
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// arguments are the command line of the server. Everything is given there and
// nothing in postgresql.conf, so the settings of a data directory are those of
// the program that runs it, also after an upgrade of that program.
func (o *Options) arguments(dataDir string, port int) []string {
	settings := map[string]string{
		"max_connections": strconv.Itoa(o.MaxConnections),
		// Temporal rewrites the same rows all day: rare, large checkpoints save
		// most of the full-page images (trust-and-speed §2.4).
		"max_wal_size":       "4GB",
		"checkpoint_timeout": "15min",
		"synchronous_commit": "on",
		"shared_buffers":     sharedBuffers(memory()),
		// One zone for logs and sessions; the product converts at its edges.
		"timezone":     "UTC",
		"log_timezone": "UTC",
		// The file must stay readable for an operator who looks for a reason.
		"log_line_prefix": "%m [%p] %q%a@%d ",
		"log_checkpoints": "off",
	}
	if !o.Durable {
		settings["fsync"] = "off"
		settings["synchronous_commit"] = "off"
		settings["full_page_writes"] = "off"
	}
	maps.Copy(settings, o.Settings)
	settings["listen_addresses"] = loopback
	settings["port"] = strconv.Itoa(port)
	// TCP serves every client we have. Without a socket there is no path to be
	// too long and no directory to be writable.
	settings["unix_socket_directories"] = ""

	args := []string{"-D", dataDir}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}
