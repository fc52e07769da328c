package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"closedloop/store"
)

func (a *app) dumpCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dump FILE",
		Short: "Write the whole installation to a file (- is standard output); commands go on meanwhile",
		Args:  cobra.ExactArgs(1),
	}
	data := a.dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		_, st, _, err := a.beside(cmd.Context(), *data)
		if err != nil {
			return err
		}
		defer st.Close()
		out := cmd.OutOrStdout()
		if args[0] != "-" {
			file, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // full of people: for the owner alone
			if err != nil {
				return fmt.Errorf("make the dump's file: %w", err)
			}
			defer func() { err = errors.Join(err, file.Close()) }()
			out = file
		}
		return st.Dump(cmd.Context(), out) //nolint:wrapcheck // says what it was doing
	}
	return cmd
}

func (a *app) restoreCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Fill an empty installation from a dump (- is standard input); restart its processes afterwards",
		Args:  cobra.ExactArgs(1),
	}
	data := a.dataFlag(cmd)
	drop := cmd.Flags().Bool("drop-secrets", false, "stop webhooks whose secrets were sealed under another house key, which is lost")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, st, log, err := a.beside(cmd.Context(), *data)
		if err != nil {
			return err
		}
		defer st.Close()
		house, err := openHouse(cmd.Context(), c, log)
		if err != nil {
			return err
		}
		in := io.NopCloser(cmd.InOrStdin())
		if args[0] != "-" {
			if in, err = os.Open(args[0]); err != nil {
				return fmt.Errorf("open the dump: %w", err)
			}
		}
		err = errors.Join(st.Restore(cmd.Context(), in, store.Seals{Mark: house.Mark(), Drop: *drop}), in.Close())
		if errors.Is(err, store.ErrSealedElsewhere) {
			return fmt.Errorf("%w, and the key here is %s: restore with the house key of the installation that was dumped "+
				"(its secrets.key_file, or house.key in its data_dir), or with --drop-secrets if that is lost", err, house)
		}
		if err != nil {
			return err //nolint:wrapcheck // says what it was doing
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), "restored; restart every process of this installation, their watchdog then starts all accounts")
		return err
	}
	return cmd
}
