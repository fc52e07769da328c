package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities/leadsheet"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// shelf is a fake of Sheets: what is known of leads, what lies staged, what became of rows.
type shelf struct {
	Sheets

	known  map[string]deal.AccountID
	phones map[string][]string
	staged map[string]bool
	rows   map[int]view.ImportRow

	role    deal.Role
	org     deal.Org
	targets map[deal.AccountID]view.ImportTarget
	applied []view.ImportChange
	stale   int // how often a record moves under the importer's hands
}

func (s *shelf) KnownLeads(context.Context, []string, []string) (view.KnownLeads, error) {
	return view.KnownLeads{ByKey: s.known, ByPhone: s.phones}, nil
}

func (s *shelf) Stage(_ context.Context, staged view.Staged) error {
	s.staged[staged.Key] = true
	return nil
}

func (s *shelf) Unstage(_ context.Context, _ deal.AccountID, key string) error {
	delete(s.staged, key)
	return nil
}

func (s *shelf) RowDone(_ context.Context, _ string, row view.ImportRow) error {
	s.rows[row.Row] = row
	return nil
}

func (s *shelf) RowsDone(context.Context, string) (map[int]deal.AccountID, error) { return nil, nil }

func (s *shelf) Importer(_ context.Context, id deal.PersonID) (view.Viewer, deal.Org, error) {
	return view.Viewer{Person: deal.Person{ID: id, Role: s.role}, Owners: []deal.PersonID{id}}, s.org, nil
}

func (s *shelf) ImportTarget(_ context.Context, id deal.AccountID) (view.ImportTarget, error) {
	t := s.targets[id]
	if t.State.Account == "" {
		t.State.Account = id
	}
	return t, nil
}

func (s *shelf) ApplyImport(_ context.Context, change view.ImportChange, row view.ImportRow) error {
	if s.stale--; s.stale >= 0 {
		return deal.ErrStale
	}
	s.rows[row.Row] = row
	s.applied = append(s.applied, change)
	return nil
}

// counter is a fake of Opener: it remembers keys as the log does.
type counter struct{ opened map[deal.AccountID]string }

func (c *counter) Open(_ context.Context, cmd deal.Command) (deal.Receipt, error) {
	key, exists := c.opened[cmd.Account]
	if exists && key != cmd.Key {
		return deal.Receipt{Answer: deal.Answer{Outcome: deal.Refused, Refusals: deal.Refusals{{Code: deal.CodeAlreadyOpened}}}}, nil
	}
	c.opened[cmd.Account] = cmd.Key
	return deal.Receipt{Answer: deal.Answer{Outcome: deal.Done, LastSeq: 1}}, nil
}

func newShelf() *shelf {
	return &shelf{
		known: map[string]deal.AccountID{}, staged: map[string]bool{}, rows: map[int]view.ImportRow{}, role: deal.SalesOps,
		targets: map[deal.AccountID]view.ImportTarget{},
	}
}

// sign stands for a keyed hash: it is long, and differs where texts do.
func sign(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func known() surroundings { return surroundings{sign: sign, zone: time.UTC} }

// batchOf is a batch of a few rows, prepared.
func batchOf(t *testing.T, s *shelf, opener Opener, rows ...leadsheet.Row) *batch {
	t.Helper()
	imports, err := NewImports(s, opener, "installation", sign, time.UTC, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	b := &batch{Imports: imports, in: contract.ImportInput{ID: "this", Actor: "ops"}}
	_, err = b.prepare(t.Context(), rows)
	require.NoError(t, err)
	return b
}

func TestHandle_countsARowThatADeadAttemptOpenedAsOpenedByThisImport(t *testing.T) {
	t.Parallel()
	row := leadsheet.Row{Number: 2, Lead: leadsheet.Lead{Name: "远帆机械有限公司", Territory: "经济开发区"}}
	account := importedAccount("installation", row.Lead.Key())
	for name, c := range map[string]struct {
		by       string // import that opened the account; empty: nobody
		repeated bool
		want     view.ImportOutcome
	}{
		"nobody opened it":                        {"", false, view.RowOpened},
		"an import before opened it":              {"before", false, view.RowUnchanged},
		"an import before, and this batch died":   {"before", true, view.RowUnchanged},
		"the attempt before opened it, and died":  {"this", true, view.RowOpened},
		"the row came back for no visible reason": {"this", false, view.RowUnchanged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf()
			opener := &counter{opened: map[deal.AccountID]string{}}
			if c.by != "" {
				s.known[row.Lead.Key()] = account
				opener.opened[account] = deal.CommandKey("installation", "ops", account, "import/"+c.by+"/"+row.Lead.Key())
			}
			s.targets = map[deal.AccountID]view.ImportTarget{account: targetOf(account, draftOf(account, row.Lead, row.Lead.Key(), known()))}
			b := batchOf(t, s, opener, row)
			b.repeated = c.repeated
			got, err := b.handle(t.Context(), row)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			require.Equal(t, view.ImportRow{Row: 2, Outcome: c.want, Account: account}, s.rows[2])
			require.Empty(t, s.staged, "no draft is left lying")
		})
	}
}
