package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/store"
	"closedloop/testkit"
)

// books listens to a store.
type books struct {
	mu   sync.Mutex
	told int
	now  map[deal.BookRef]store.Playbook
	fail error
}

func listen(s *store.Store) *books {
	b := &books{now: map[deal.BookRef]store.Playbook{}}
	s.OnPlaybooks(func(_ context.Context, all []store.Playbook) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.fail != nil {
			return b.fail
		}
		b.told++
		for _, p := range all {
			b.now[p.Ref] = p
		}
		return nil
	})
	return b
}

func (b *books) knows(ref deal.BookRef) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.now[ref]
	return ok
}

func edition(version int) store.Playbook {
	return store.Playbook{Ref: deal.BookRef{Name: "express", Version: version}, Checksum: fmt.Sprint("c", version), Source: "steps: []", Installed: true}
}

func TestKeepPlaybook_refusesAnotherTextUnderTheSameVersion(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Database(t), store.Options{})
	one := edition(1)
	one.Installed = false
	require.NoError(t, s.KeepPlaybook(t.Context(), one))
	require.NoError(t, s.KeepPlaybook(t.Context(), one))
	changed := edition(1)
	changed.Checksum = "c2"
	require.ErrorIs(t, s.KeepPlaybook(t.Context(), changed), deal.ErrStale)
	changed.Ref.Version, changed.InstalledBy = 2, "admin"
	require.NoError(t, s.KeepPlaybook(t.Context(), changed))
	kept, err := s.Playbooks(t.Context())
	require.NoError(t, err)
	require.Len(t, kept, 2)
	require.False(t, kept[0].LoadedAt.IsZero())
	require.True(t, kept[0].InstalledAt.IsZero())
	require.Equal(t, []any{false, deal.PersonID("")}, []any{kept[0].Installed, kept[0].InstalledBy})
	require.Equal(t, []any{true, deal.PersonID("admin")}, []any{kept[1].Installed, kept[1].InstalledBy})
	require.False(t, kept[1].InstalledAt.IsZero())
}

func TestKeepPlaybook_letsAFilesVersionBeInstalledAndKeepsItSo(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Database(t), store.Options{})
	file, installed := edition(1), edition(1)
	file.Installed, installed.InstalledBy = false, "admin"
	for _, p := range []store.Playbook{file, installed, file} {
		require.NoError(t, s.KeepPlaybook(t.Context(), p))
	}
	again := edition(1)
	again.InstalledBy = "somebody else"
	require.NoError(t, s.KeepPlaybook(t.Context(), again))
	kept, err := s.Playbooks(t.Context())
	require.NoError(t, err)
	require.True(t, kept[0].Installed)
	require.Equal(t, deal.PersonID("admin"), kept[0].InstalledBy, "who installed it first")
}

func TestOnPlaybooks_tellsOfWhatAnotherProcessStoredAndOfNothingTwice(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	here, there := open(t, url, store.Options{}), open(t, url, store.Options{})
	heard := listen(there)
	require.NoError(t, there.SyncPlaybooks(t.Context()))
	require.Equal(t, 1, heard.told, "the first look")
	require.NoError(t, here.KeepPlaybook(t.Context(), edition(2)))
	for range 3 {
		require.NoError(t, there.SyncPlaybooks(t.Context()))
	}
	require.Equal(t, 2, heard.told)
	require.True(t, heard.knows(deal.BookRef{Name: "express", Version: 2}))
	require.NoError(t, here.KeepPlaybook(t.Context(), edition(2)))
	require.NoError(t, there.SyncPlaybooks(t.Context()))
	require.Equal(t, 2, heard.told, "what is there already tells nobody anything")
}

// Whoever judges a command of an account knows the version that it is pinned to, whichever process stored it: the account
// may have been pinned a moment ago.
func TestInTx_knowsEveryPlaybookThatTheAccountMayBePinnedTo(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	w, there := openWorld(t, url), open(t, url, store.Options{})
	heard := listen(there)
	id := w.lead("rep1", customer("晨风集团"))
	for version := 2; version < 12; version++ {
		ref := deal.BookRef{Name: "express", Version: version}
		require.NoError(t, w.KeepPlaybook(t.Context(), edition(version)))
		require.False(t, heard.knows(ref))
		err := there.InTx(t.Context(), w.command(id, "rep1", deal.ResumeNow{}), func(deal.LedgerTx) error {
			require.True(t, heard.knows(ref), "before anything is judged")
			return errors.New("nothing to keep")
		})
		require.ErrorContains(t, err, "nothing to keep")
	}
}

func TestOnPlaybooks_tellsOnceHoweverManyNoticeTheChange(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	here, there := open(t, url, store.Options{}), open(t, url, store.Options{MaxConns: 4})
	heard := listen(there)
	require.NoError(t, here.KeepPlaybook(t.Context(), edition(2)))
	var group sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		group.Go(func() { errs[i] = there.SyncPlaybooks(t.Context()) })
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, 1, heard.told)
}

func TestInTx_isTriedAgainWhenThePlaybooksCannotBeTakenIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	heard := listen(w.Store)
	heard.fail = errors.New("cannot be taken in")
	cmd := w.command(id, "rep1", deal.ResumeNow{})
	err := w.InTx(t.Context(), cmd, func(deal.LedgerTx) error { return errors.New("was judged") })
	require.ErrorIs(t, err, deal.ErrUnavailable)
	require.NotErrorIs(t, err, deal.ErrPermanent)
	heard.fail = nil
	require.ErrorContains(t, w.InTx(t.Context(), cmd, func(deal.LedgerTx) error { return errors.New("was judged") }), "was judged")
	require.Equal(t, 1, heard.told)
}
