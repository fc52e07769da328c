package playbook_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// edition is quick under another version, with something else in it.
func edition(t *testing.T, version int, edits ...string) []byte {
	t.Helper()
	source := sourceOf(t, load(t), playbooktest.Quick)
	for i := 0; i < len(edits); i += 2 {
		require.Contains(t, source, edits[i])
		source = strings.Replace(source, edits[i], edits[i+1], 1)
	}
	return []byte(strings.Replace(source, "version: 2", fmt.Sprintf("version: %d", version), 1))
}

func newestOf(t *testing.T, library *playbook.Library, name string) int {
	t.Helper()
	p, err := library.Newest(name)
	require.NoError(t, err)
	return p.Ref().Version
}

func TestInstall_letsNewCyclesBeginWithTheVersionAtOnceAndKeepsTheOthers(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	ref, err := library.Install(edition(t, 2, "recheck: 30 seconds", "recheck: 40 seconds"), "upload")
	require.NoError(t, err)
	require.Equal(t, deal.BookRef{Name: "quick", Version: 2}, ref)
	require.Equal(t, 2, newestOf(t, library, "quick"))
	require.Equal(t, 2, library.List()[0].Version)
	old, err := library.Book(deal.BookRef{Name: "quick", Version: 1})
	require.NoError(t, err)
	require.Equal(t, 30.0, old.Recheck.Length.Seconds(), "running accounts stay on theirs")

	shelf, err := playbook.NewShelf(library, "quick")
	require.NoError(t, err)
	require.Equal(t, ref, shelf.Default())

	_, err = library.Install([]byte(strings.Replace(string(edition(t, 1)), "name: quick", "name: bakery", 1)), "upload")
	require.NoError(t, err)
	require.Equal(t, 1, newestOf(t, library, "bakery"))
}

func TestInstall_isHarmlessTwiceAndRefusesWhatIsNotNewer(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	for range 2 {
		_, err := library.Install(edition(t, 3), "upload")
		require.NoError(t, err)
		require.Equal(t, 3, newestOf(t, library, "quick"))
	}
	for name, c := range map[string]struct {
		source []byte
		want   error
	}{
		"the same version with another content":      {edition(t, 3, "recheck: 30 seconds", "recheck: 31 seconds"), playbook.ErrChanged},
		"a lower version that is known":              {edition(t, 1), playbook.ErrNotNewer},
		"a lower version that nobody knows":          {edition(t, 2), playbook.ErrNotNewer},
		"a lower version known with another content": {edition(t, 1, "recheck: 30 seconds", "recheck: 31 seconds"), playbook.ErrChanged},
	} {
		_, err := library.Install(c.source, "upload")
		require.ErrorIs(t, err, c.want, name)
		require.ErrorContains(t, err, "upload", name)
		_, err = library.Check(c.source, "upload")
		require.ErrorIs(t, err, c.want, name)
	}
	var problems playbook.Problems
	_, err := library.Install(edition(t, 4, "recheck: 30 seconds", "recheck: 30 moons"), "upload")
	require.ErrorAs(t, err, &problems)
	require.ErrorContains(t, err, "upload:")
	require.Equal(t, 3, newestOf(t, library, "quick"))
	require.Len(t, library.Sources(), 2)
}

func TestCheck_saysWhatToStoreAndInstallsNothing(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	source, err := library.Check(edition(t, 2), "upload")
	require.NoError(t, err)
	require.Equal(t, 1, newestOf(t, library, "quick"))
	_, err = library.Get(source.Ref)
	require.ErrorIs(t, err, deal.ErrNotFound)

	ref, err := library.Install(source.Text, "upload")
	require.NoError(t, err)
	require.Equal(t, source.Ref, ref)
	require.Contains(t, library.Sources(), source, "what is stored is what is in use")
}

func TestInstall_comesIntoForceAgainAfterARestartUnlessAFileIsNewer(t *testing.T) {
	t.Parallel()
	first := fresh(t)
	_, err := first.Install(edition(t, 3), "upload")
	require.NoError(t, err)
	stored := first.Sources()

	again := fresh(t)
	for _, s := range stored {
		doubt, err := again.AddStored(s)
		require.NoError(t, err)
		require.Equal(t, playbook.Doubt{Ref: s.Ref, Usable: true}, doubt)
	}
	require.Equal(t, 3, newestOf(t, again, "quick"))
	require.Equal(t, stored, again.Sources(), "it is stored as an installed one again")

	upgraded := new(playbook.Library)
	_, err = upgraded.Install(edition(t, 4), "file of the next release")
	require.NoError(t, err)
	for _, s := range stored {
		_, err := upgraded.AddStored(s)
		require.NoError(t, err)
	}
	require.Equal(t, 4, newestOf(t, upgraded, "quick"))
	_, err = upgraded.Get(deal.BookRef{Name: "quick", Version: 3})
	require.NoError(t, err)
}

func TestInstall_bringsAStoredVersionBackIntoForce(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	require.NoError(t, library.Add(edition(t, 9), "database"))
	require.Equal(t, 1, newestOf(t, library, "quick"))
	_, err := library.Install(edition(t, 9), "upload")
	require.NoError(t, err)
	require.Equal(t, 9, newestOf(t, library, "quick"))
}

func TestInstall_mayBeDoneByManyAtOnceWhileOthersRead(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	const versions = 8
	var wins, all sync.WaitGroup
	var mu sync.Mutex
	won := map[int]int{}
	for version := 2; version < 2+versions; version++ {
		for _, seconds := range []string{"41", "42"} { // two people, two contents, one version
			source := edition(t, version, "recheck: 30 seconds", "recheck: "+seconds+" seconds")
			wins.Go(func() {
				if _, err := library.Install(source, "upload "+seconds); err == nil {
					mu.Lock()
					defer mu.Unlock()
					won[version]++
				}
			})
		}
	}
	done := make(chan struct{})
	for range 2 {
		all.Go(func() {
			last := 0
			for {
				p, err := library.Newest("quick")
				if err != nil || p.Ref().Version < last {
					t.Errorf("the newest went from %d to %v, %v", last, p.Ref(), err)
				}
				last = p.Ref().Version
				if got, err := library.Get(p.Ref()); err != nil || got.Checksum() != p.Checksum() {
					t.Errorf("what is in force is not what is there: %v", err)
				}
				select {
				case <-done:
					return
				default:
					library.List()
				}
			}
		})
	}
	wins.Wait()
	close(done)
	all.Wait()
	require.Equal(t, 1, won[1+versions], "the highest version is installed by exactly one")
	for version, n := range won {
		require.Equal(t, 1, n, "version %d", version)
	}
	require.Equal(t, 1+versions, newestOf(t, library, "quick"))
}
