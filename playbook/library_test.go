package playbook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

func names(list []playbook.Summary) []deal.BookRef {
	refs := []deal.BookRef{}
	for _, s := range list {
		refs = append(refs, deal.BookRef{Name: s.Name, Version: s.Version})
	}
	return refs
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestLoad_bringsTheShippedPlaybooks(t *testing.T) {
	t.Parallel()
	want := []deal.BookRef{}
	for _, name := range slices.Sorted(slices.Values(playbooktest.Books())) {
		want = append(want, deal.BookRef{Name: name, Version: playbooktest.Version(name)})
	}
	require.Equal(t, want, names(load(t).List()))
}

func TestLoad_letsADirectoryReplaceAndAddPlaybooks(t *testing.T) {
	t.Parallel()
	quick := string(edition(t, 1))
	library, err := playbook.Load(playbook.Options{Overrides: fstest.MapFS{
		"quick.yaml":       file(strings.Replace(quick, "version: 1", "version: 5", 1)),
		"quick-old.yml":    file(strings.Replace(quick, "version: 1", "version: 4", 1)),
		"bakery.yaml":      file(strings.Replace(quick, "name: quick", "name: bakery", 1)),
		"README.md":        file("no playbook"),
		"below/other.yaml": file("not read"),
	}})
	require.NoError(t, err)
	require.Equal(t, []deal.BookRef{
		{Name: "bakery", Version: 1},
		{Name: "express", Version: 3},
		{Name: "group-buying", Version: 3},
		{Name: "industrial", Version: 3},
		{Name: "project", Version: 3},
		{Name: "quick", Version: 5},
	}, names(library.List()))
	_, err = library.Get(deal.BookRef{Name: "quick", Version: 4})
	require.NoError(t, err)
	_, err = library.Get(deal.BookRef{Name: "quick", Version: playbooktest.Version(playbooktest.Quick)})
	require.ErrorIs(t, err, deal.ErrNotFound, "the shipped one is replaced")
}

func TestLoad_refusesADirectoryWithNothingTwiceOrBroken(t *testing.T) {
	t.Parallel()
	quick := string(edition(t, 1))
	_, err := playbook.Load(playbook.Options{Overrides: fstest.MapFS{"README.md": file("")}})
	require.ErrorContains(t, err, "no playbook (*.yaml) is there")

	_, err = playbook.Load(playbook.Options{Overrides: fstest.MapFS{"a.yaml": file(quick), "b.yaml": file(quick)}})
	require.ErrorContains(t, err, "b.yaml: quick version 1 stands in a.yaml, too")

	_, err = playbook.Load(playbook.Options{Overrides: fstest.MapFS{
		"a.yaml": file(strings.Replace(quick, "version: 1", "version: x", 1)), "b.yaml": file("name: [\n"),
	}})
	var problems playbook.Problems
	require.ErrorAs(t, err, &problems)
	require.ErrorContains(t, err, `a.yaml:5: version "x"`)
	require.ErrorContains(t, err, "b.yaml:")
}

func TestLibrary_keepsStoredVersionsForThoseWhoArePinnedToThem(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	old := strings.Replace(sourceOf(t, library, playbooktest.Quick), "version: 1", "version: 9", 1)
	require.NoError(t, library.Add([]byte(old), "database"))
	require.NoError(t, library.Add([]byte(old), "database"), "the same content again is fine")
	p, err := library.Get(deal.BookRef{Name: "quick", Version: 9})
	require.NoError(t, err)
	require.Equal(t, 9, p.Book().Ref.Version)

	newest, err := library.Newest("quick")
	require.NoError(t, err)
	require.Equal(t, 1, newest.Ref().Version, "new cycles begin with the files, whatever is stored")

	require.NoError(t, library.Add([]byte(strings.Replace(old, "name: quick", "name: gone", 1)), "database"))
	_, err = library.Newest("gone")
	require.ErrorIs(t, err, deal.ErrNotFound)
	require.Len(t, library.List(), 1)
}

func TestLibrary_refusesAnotherContentUnderAKnownVersion(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	other := strings.Replace(sourceOf(t, library, playbooktest.Quick), "within: 8 seconds\n  ladder", "within: 9 seconds\n  ladder", 1)
	err := library.Add([]byte(other), "database")
	require.ErrorIs(t, err, playbook.ErrChanged)
	require.ErrorContains(t, err, "add playbook from database: playbook quick version 1")
}

func TestLibrary_givesItsSourcesToBeStored(t *testing.T) {
	t.Parallel()
	library := load(t)
	sources := library.Sources()
	require.Len(t, sources, len(playbooktest.Books()))
	again := &playbook.Library{}
	for _, s := range sources {
		sum := sha256.Sum256(s.Text)
		require.Equal(t, hex.EncodeToString(sum[:]), s.Checksum)
		p, err := library.Get(s.Ref)
		require.NoError(t, err)
		require.Equal(t, s.Checksum, p.Checksum())
		require.NoError(t, again.Add(s.Text, "database"))
		stored, err := again.Get(s.Ref)
		require.NoError(t, err)
		require.Equal(t, p.Book(), stored.Book())
	}
}

func TestLibrary_saysThatItDoesNotKnowAVersion(t *testing.T) {
	t.Parallel()
	library := load(t)
	ref := deal.BookRef{Name: "express", Version: 9}
	_, err := library.Get(ref)
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = library.Book(ref)
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = library.Describe("express", 9)
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = library.Describe("nothing", 0)
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = library.Chain(deal.Filing, deal.State{Book: ref}, deal.Records{}, 0, "", time.Now())
	require.ErrorIs(t, err, deal.ErrNotFound)
}
