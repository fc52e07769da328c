package store

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"closedloop/deal/view"
)

// dumped are the tables of an installation in an order in which they can be filled. Logins that are open, the owner's row
// and the engine's identity stay behind: the next place has its own.
func dumped() []string {
	return []string{
		"installation", "teams", "users", "deactivations", "team_regions", "territories", "leave", "delegations", "api_tokens", "counters", "playbooks", "calendar_changes", "calendar_rules", "request_keys",
		"accounts", "account_events", "account_commands", "account_profile", "account_texts", "staged", "step_forms", "contacts",
		"dossier", "replans", "record_changes", "erasures", "handovers", "handover_moves", "tasks", "approvals", "approval_levels", "decision_links", "calendar_feeds", "notifications", "notification_reads", "follow_ups", "interactions",
		"imports", "import_rows", "import_problems", "import_lines", "import_mappings", "import_marks", "history_notes", "outbox", "outbox_end", "files", "file_chunks",
		"person_tasks", "person_notices", "job_runs",
		"quota_breaches", "quota_breach_steps", "quota_bulletins",
		"cases",
		"relay_end", "channel_choices", "channel_changes", "webhooks", "deliveries", "channel_pauses",
		"team_reviews", "team_review_accounts", "team_review_breaches", "team_review_decisions", "team_actions", "team_review_actions", "team_review_changes",
	}
}

// ErrNotEmpty says that a dump can only be restored where nobody lives yet.
var ErrNotEmpty = errors.New("the database already has people or accounts")

// ErrSealedElsewhere says that the secrets of webhooks were sealed under a house key that is not here.
var ErrSealedElsewhere = errors.New("the secrets of webhooks are sealed under another house key")

// Seals is what a restore does about sealed secrets.
type Seals struct {
	// Mark is what everything sealed under the key of this place begins with.
	Mark []byte
	// Drop stops the webhooks whose secrets cannot be read here; otherwise they are [ErrSealedElsewhere].
	Drop bool
}

// ErrOtherSchema says that a dump comes from another release: restore it with that one, then update.
var ErrOtherSchema = errors.New("the dump comes from a release with another schema")

// manifest opens a dump.
type manifest struct {
	Product string   `json:"product"`
	Schema  int64    `json:"schema"`
	Tables  []string `json:"tables"`
}

const (
	product      = "closedloop"
	manifestName = "manifest.json"
)

// Dump writes the whole installation, as it was at one instant, as a tar of Postgres' own text format, with the files of
// uploads wherever they lie. Commands go on meanwhile.
func (s *Store) Dump(ctx context.Context, w io.Writer) error {
	archive := tar.NewWriter(w)
	err := s.bulk(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, "dump", func(tx pgx.Tx) error {
		m := manifest{Product: product, Tables: dumped()}
		if err := tx.QueryRow(ctx, string(schemaVersion)).Scan(&m.Schema); err != nil {
			return err
		}
		head, err := json.Marshal(m)
		if err != nil {
			return err
		}
		if err := member(archive, manifestName, bytes.NewReader(head), int64(len(head))); err != nil {
			return err
		}
		for _, table := range m.Tables {
			if err := dumpTable(ctx, tx, archive, table); err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
		}
		return s.dumpFiles(ctx, tx, archive)
	})
	if err != nil {
		return err
	}
	return archive.Close()
}

// dumpTable goes through a file, since a member of an archive says its size before its content.
func dumpTable(ctx context.Context, tx pgx.Tx, archive *tar.Writer, table string) (err error) {
	file, err := os.CreateTemp("", "closedloop-dump-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	if _, err := tx.Conn().PgConn().CopyTo(ctx, file, "COPY "+pgx.Identifier{table}.Sanitize()+" TO STDOUT"); err != nil {
		return err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return member(archive, table+".copy", file, size)
}

func member(archive *tar.Writer, name string, content io.Reader, size int64) error {
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := io.Copy(archive, content)
	return err
}

// Restore fills an empty, migrated database from a dump of the same schema, all or nothing. Accounts keep their IDs, keys
// and chains; the watchdog starts their workflows, with their timers, in the engine it finds. Files that lay in a
// directory go where this store keeps files. A dump whose secrets were sealed elsewhere is refused, unless they are dropped.
func (s *Store) Restore(ctx context.Context, r io.Reader, seals Seals) error {
	return s.bulk(ctx, pgx.TxOptions{}, "restore", func(tx pgx.Tx) error {
		var inhabited bool
		if err := tx.QueryRow(ctx, string(inhabitedNow)).Scan(&inhabited); err != nil {
			return err
		}
		if inhabited {
			return ErrNotEmpty
		}
		for _, prepare := range []statement{holdForRestore, clearForRestore} {
			if _, err := tx.Exec(ctx, string(prepare)); err != nil {
				return err
			}
		}
		archive := tar.NewReader(r)
		if err := restoreTables(ctx, tx, archive); err != nil {
			return err
		}
		if err := s.restoreFiles(ctx, tx, archive); err != nil {
			return err
		}
		if err := restoreSeals(ctx, tx, seals); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, string(settleRestore))
		return err
	})
}

var (
	inhabitedNow    = named("Inhabited")
	holdForRestore  = named("HoldForRestore")
	clearForRestore = named("ClearForRestore")
	settleRestore   = named("SettleRestore")
)

func restoreTables(ctx context.Context, tx pgx.Tx, archive *tar.Reader) error {
	first, err := archive.Next()
	if err != nil || first.Name != manifestName {
		return fmt.Errorf("this is no dump of %s", product)
	}
	var m manifest
	if err := json.NewDecoder(archive).Decode(&m); err != nil || m.Product != product {
		return fmt.Errorf("this is no dump of %s", product)
	}
	var schema int64
	if err := tx.QueryRow(ctx, string(schemaVersion)).Scan(&schema); err != nil {
		return err
	}
	if m.Schema != schema || strings.Join(m.Tables, " ") != strings.Join(dumped(), " ") {
		return fmt.Errorf("%w: it is at %d, this database at %d", ErrOtherSchema, m.Schema, schema)
	}
	for _, table := range m.Tables {
		next, err := archive.Next()
		if err != nil || next.Name != table+".copy" {
			return fmt.Errorf("the dump ends before table %s", table)
		}
		if _, err := tx.Conn().PgConn().CopyFrom(ctx, archive, "COPY "+pgx.Identifier{table}.Sanitize()+" FROM STDIN"); err != nil {
			return fmt.Errorf("table %s: %w", table, err)
		}
	}
	return nil
}

func restoreSeals(ctx context.Context, tx pgx.Tx, seals Seals) error {
	if seals.Drop {
		_, err := tx.Exec(ctx, string(dropSealed), seals.Mark, view.SecretLost)
		return err
	}
	var n int
	err := tx.QueryRow(ctx, string(sealedElsewhere), seals.Mark).Scan(&n)
	if err == nil && n > 0 {
		err = fmt.Errorf("%w: %d of them", ErrSealedElsewhere, n)
	}
	return err
}

// bulk is a transaction without the limit on single statements that keeps everything else quick.
func (s *Store) bulk(ctx context.Context, o pgx.TxOptions, doing string, fn func(pgx.Tx) error) error {
	err := pgx.BeginTxFunc(ctx, s.pool, o, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
			return err
		}
		return fn(tx)
	})
	if errors.Is(err, ErrNotEmpty) || errors.Is(err, ErrOtherSchema) || errors.Is(err, ErrSealedElsewhere) {
		return err
	}
	return fail(doing, err)
}
