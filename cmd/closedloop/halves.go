package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"closedloop/config"
	"closedloop/store"
)

func (a *app) apiCommand() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use: "api", Short: "Serve the REST API against a Postgres and an engine elsewhere", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("listen") {
				a.set["listen"] = listen
			}
			return a.half(cmd.Context(), cmd.OutOrStdout(), func(ctx context.Context, n *node, running *parts, out io.Writer) (<-chan error, error) {
				address, failed, err := n.startAPI(ctx, running)
				if err == nil {
					_, err = fmt.Fprintf(out, "closedloop %s serves http://%s/api/v1\n", version, address)
				}
				return failed, err
			})
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "address of the API (listen)")
	return cmd
}

func (a *app) workerCommand() *cobra.Command {
	return &cobra.Command{
		Use: "worker", Short: "Run workflows and activities against a Postgres and an engine elsewhere", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.half(cmd.Context(), cmd.OutOrStdout(), func(ctx context.Context, n *node, running *parts, out io.Writer) (<-chan error, error) {
				if err := n.startWorker(ctx, running); err != nil {
					return nil, err
				}
				_, err := fmt.Fprintf(out, "closedloop %s works for %s\n", version, n.config.Temporal.Address)
				return nil, err
			})
		},
	}
}

// half runs one half of the product until it is told to stop.
func (a *app) half(ctx context.Context, out io.Writer, start func(context.Context, *node, *parts, io.Writer) (<-chan error, error)) (err error) {
	c, log, err := a.load()
	if err != nil {
		return err
	}
	if err := c.Require("database.url", "temporal.address"); err != nil {
		return err //nolint:wrapcheck // names the settings
	}
	var running parts
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopDeadline)
		defer cancel()
		err = errors.Join(err, running.stop(stopping, log))
	}()
	n, err := a.outpost(ctx, c, &running, log)
	if err != nil {
		return err
	}
	if err := n.startAdmin(&running); err != nil {
		return err
	}
	failed, err := start(ctx, n, &running, out)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// outpost is a node whose database and engine are elsewhere.
func (a *app) outpost(ctx context.Context, c config.Config, running *parts, log *slog.Logger) (*node, error) {
	n, err := openNode(ctx, c, c.Database.URL.Reveal(), running, log)
	if err != nil {
		return nil, err
	}
	options, err := engineOptions(c.Temporal)
	if err != nil {
		return nil, err
	}
	return n, n.connect(ctx, options, running)
}

func (a *app) migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Bring the configured database to this release", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, log, err := a.load()
			if err != nil {
				return err
			}
			if err := c.Require("database.url"); err != nil {
				return err //nolint:wrapcheck // names the setting
			}
			if err := store.MigrateLogged(cmd.Context(), c.Database.URL.Reveal(), log); err != nil {
				return fmt.Errorf("migrate: %w", err)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "the database is at this release")
			return err
		},
	}
}
