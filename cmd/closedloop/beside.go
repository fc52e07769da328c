package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"closedloop/config"
	"closedloop/deal"
	"closedloop/engine/postgres"
	"closedloop/identity"
	"closedloop/store"
)

// Commands beside a running installation: they reach its database, the configured one or that of `closedloop up` in
// the data directory, and nothing else.

func (a *app) dataFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("data", "", "data directory of a running closedloop up (data_dir)")
}

// beside opens the database of a running installation.
func (a *app) beside(ctx context.Context, data string) (config.Config, *store.Store, *slog.Logger, error) {
	if data != "" {
		a.set["data_dir"] = data
	}
	c, log, err := a.load()
	if err != nil {
		return c, nil, nil, err
	}
	url := c.Database.URL.Reveal()
	if url == "" {
		if url, err = postgres.Attach(filepath.Join(c.DataDir, "postgres"), database); err != nil {
			return c, nil, nil, fmt.Errorf("find the database: %w", err)
		}
	}
	st, err := store.Open(ctx, url, store.Options{
		MaxConns: 4, StatementTimeout: 30 * time.Second, ApplicationName: "closedloop-tool", FilesDir: c.Files.Place(c.DataDir),
		FilesInDatabase: c.Files.InDatabase(),
	})
	if errors.Is(err, deal.ErrUnavailable) {
		return c, nil, nil, fmt.Errorf("the database does not answer; a private one runs as long as its closedloop up does: %w", err)
	}
	if err != nil {
		return c, nil, nil, fmt.Errorf("open database: %w", err)
	}
	return c, st, log, nil
}

// person finds a login.
func person(ctx context.Context, st *store.Store, login string) (deal.Person, error) {
	org, err := st.Org(ctx)
	if err != nil {
		return deal.Person{}, fmt.Errorf("read organisation: %w", err)
	}
	for _, p := range org.People {
		if p.Login == login && p.Active {
			return p, nil
		}
	}
	return deal.Person{}, fmt.Errorf("there is no active user with login %q", login)
}

func (a *app) tokenCommand() *cobra.Command {
	root := &cobra.Command{Use: "token", Short: "Make API tokens", Args: cobra.NoArgs}
	create := &cobra.Command{Use: "create", Short: "Print a new API token of a user; it is shown once", Args: cobra.NoArgs}
	data := a.dataFlag(create)
	login := create.Flags().String("user", "", "login of the user (required)")
	name := create.Flags().String("name", "command line", "what the token is for")
	ttl := create.Flags().Duration("ttl", 0, "how long it lasts (api.token_ttl)")
	create.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		c, st, _, err := a.beside(ctx, *data)
		if err != nil {
			return err
		}
		defer st.Close()
		who, err := person(ctx, st, *login)
		if err != nil {
			return err
		}
		lasts := c.API.TokenTTL
		if *ttl > 0 {
			lasts = *ttl
		}
		token := identity.NewToken()
		if err := st.CreateToken(ctx, token.Hash(), who.ID, *name, time.Now().Add(lasts)); err != nil {
			return fmt.Errorf("keep token: %w", err)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), token.Reveal())
		return err
	}
	if err := create.MarkFlagRequired("user"); err != nil {
		panic(err) // the flag is three lines above
	}
	root.AddCommand(create)
	return root
}

func (a *app) replayCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "replay", Short: "Fold every account's log and compare it with what people read", Args: cobra.NoArgs,
	}
	data := a.dataFlag(cmd)
	rebuild := cmd.Flags().Bool("rebuild", false, "write what people read anew from the log, then compare")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		_, st, _, err := a.beside(ctx, *data)
		if err != nil {
			return err
		}
		defer st.Close()
		accounts := 0
		for after := deal.AccountID(""); ; {
			ids, err := st.Logged(ctx, after, 500)
			if err != nil {
				return fmt.Errorf("list accounts: %w", err)
			}
			if len(ids) == 0 {
				break
			}
			for _, id := range ids {
				if !*rebuild {
					break
				}
				if err := st.Rebuild(ctx, id); err != nil {
					return fmt.Errorf("rebuild account %s: %w", id, err)
				}
			}
			accounts += len(ids)
			after = ids[len(ids)-1]
		}
		differences, err := st.CompareAll(ctx)
		if err != nil {
			return fmt.Errorf("compare: %w", err)
		}
		for _, d := range differences {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%+v\n", d); err != nil {
				return err
			}
		}
		if len(differences) > 0 {
			return fmt.Errorf("%d differences in %d accounts; closedloop replay --rebuild writes the projections anew", len(differences), accounts)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d accounts: every row follows from its log\n", accounts)
		return err
	}
	return cmd
}
