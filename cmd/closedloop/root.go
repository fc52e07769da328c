package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"closedloop/config"
)

// version is set by the build from the repository's tag.
var version = "dev"

// app carries what all subcommands share.
type app struct {
	configFile string
	set        map[string]any // flags that stand for settings
}

func newRoot() *cobra.Command {
	a := &app{set: map[string]any{}}
	root := &cobra.Command{
		Use:           "closedloop",
		Short:         "Key-account deals that run the way the company's rule book says",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().StringVar(&a.configFile, "config", "", "settings file (YAML); the environment CLOSEDLOOP_… wins over it")
	root.AddCommand(a.upCommand(), a.apiCommand(), a.workerCommand(), a.migrateCommand(), a.organisationCommand(), a.tokenCommand(), a.importCommand(),
		a.dumpCommand(), a.restoreCommand(), a.secretsCommand(), a.replayCommand(), a.doctorCommand(), a.playbookCommand(), a.calendarCommand(), a.jobsCommand(), a.configCommand(),
		versionCommand())
	return root
}

// load reads the settings and makes the logger.
func (a *app) load() (config.Config, *slog.Logger, error) {
	c, err := config.Load(config.Options{File: a.configFile, Set: a.set})
	if err != nil {
		return c, nil, fmt.Errorf("settings: %w", err)
	}
	return c, newLogger(os.Stderr, c.Log), nil
}

func newLogger(w *os.File, c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(strings.ToUpper(c.Level))); err != nil {
		level = slog.LevelInfo // the settings were checked
	}
	options := &slog.HandlerOptions{Level: level}
	info, err := w.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	if c.Format == "text" || (c.Format == "auto" && terminal) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "closedloop %s (%s %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

func (a *app) configCommand() *cobra.Command {
	return &cobra.Command{
		Use: "config", Short: "Print the effective settings, secrets masked", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := a.load()
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), c.String())
			return err
		},
	}
}

// stoppable is a part that was started and has to be stopped.
type stoppable struct {
	name string
	stop func(context.Context) error
}

// parts are what runs, in the order in which it was started.
type parts []stoppable

func (p *parts) add(name string, stop func(context.Context) error) {
	*p = append(*p, stoppable{name, stop})
}

// stop ends the parts, last one first. One that cannot be stopped does not keep the others from it.
func (p parts) stop(ctx context.Context, log *slog.Logger) error {
	var first error
	for i := len(p) - 1; i >= 0; i-- {
		log.DebugContext(ctx, "stopping", "part", p[i].name)
		if err := p[i].stop(ctx); err != nil {
			log.WarnContext(ctx, "part did not stop cleanly", "part", p[i].name, "error", err)
			if first == nil {
				first = fmt.Errorf("stop %s: %w", p[i].name, err)
			}
		}
	}
	return first
}
