package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"closedloop/config"
	"closedloop/deal/view"
	"closedloop/identity"
	"closedloop/store"
)

// houseKeyFile holds the key of a house whose configuration names none.
const houseKeyFile = "house.key"

// openHouse reads the key that the configuration names, or that of the data directory, which is made at the first start.
func openHouse(ctx context.Context, c config.Config, log *slog.Logger) (*identity.House, error) {
	if key := c.Secrets.Key.Reveal(); key != "" {
		house, err := identity.NewHouse(key)
		if err != nil {
			return nil, fmt.Errorf("secrets.key: %w", err)
		}
		return house, nil
	}
	if err := os.MkdirAll(c.DataDir, 0o755); err != nil { //nolint:gosec // see openDatabase
		return nil, fmt.Errorf("make data directory for the house key (secrets.key_file names another place): %w", err)
	}
	path := filepath.Join(c.DataDir, houseKeyFile)
	house, made, err := identity.HouseFrom(path)
	if err != nil {
		return nil, fmt.Errorf("%w (secrets.key_file names another place)", err)
	}
	if made {
		log.InfoContext(ctx, "made the house key; every process of this installation and every restored copy of it needs the same", "file", path)
	}
	return house, nil
}

// takeSecrets seals what an earlier release kept in clear, and refuses a key that cannot read what is sealed.
func takeSecrets(ctx context.Context, st *store.Store, house *identity.House, log *slog.Logger) error {
	n, err := st.SealSecrets(ctx, func(webhook, secret string) []byte { return house.Seal(view.WebhookPlace+webhook, secret) })
	if err != nil {
		return fmt.Errorf("seal secrets: %w", err)
	}
	if n > 0 {
		log.InfoContext(ctx, "sealed the secrets of webhooks, which were in clear", "webhooks", n)
	}
	if n, err = st.SealedElsewhere(ctx, house.Mark()); err != nil {
		return fmt.Errorf("look at seals: %w", err)
	}
	if n > 0 {
		return fmt.Errorf("%w: %d of them, and the key here is %s. "+otherKey, store.ErrSealedElsewhere, n, house)
	}
	return nil
}

// otherKey is what to do about another key.
const otherKey = "Give this process the key of the installation that sealed them (secrets.key_file, or house.key in data_dir). " +
	"If that key is lost, `closedloop secrets drop` stops these webhooks until administrators have made new secrets"

func (a *app) secretsCommand() *cobra.Command {
	root := &cobra.Command{Use: "secrets", Short: "What is sealed under the house key", Args: cobra.NoArgs}
	drop := &cobra.Command{
		Use: "drop", Short: "Stop webhooks whose secrets were sealed under a key that is lost, until new ones are made", Args: cobra.NoArgs,
	}
	data := a.dataFlag(drop)
	drop.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		c, st, log, err := a.beside(ctx, *data)
		if err != nil {
			return err
		}
		defer st.Close()
		house, err := openHouse(ctx, c, log)
		if err != nil {
			return err
		}
		n, err := st.DropSealed(ctx, house.Mark())
		if err != nil {
			return fmt.Errorf("drop sealed secrets: %w", err)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d webhooks stopped; POST /webhooks/{id}/secret makes a new secret and sets one going again\n", n)
		return err
	}
	root.AddCommand(drop)
	return root
}
