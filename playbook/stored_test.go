package playbook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// stored is a version as the database has it.
func stored(name string, version int, text []byte) playbook.Source {
	sum := sha256.Sum256(text)
	return playbook.Source{Ref: deal.BookRef{Name: name, Version: version}, Text: text, Checksum: hex.EncodeToString(sum[:])}
}

// bearable are the faults of the list of broken playbooks with which a stored version goes on: a release that finds them
// for the first time understands all that was written. For every other one something would be missing.
var bearable = []string{
	"no zh", "blank en", "no hint", "long text", "nobody follows up", "rungs out of order", "rung before the start", "days before the start",
	"no default ladder", "condition twice", "return forward", "return twice", "deadline without name", "deadline without label",
	"until another step", "reopen with step", "chain for nobody", "audience", "audience among several", "audience of no role", "level until the evening",
	"condition code", "condition of the form", "no condition", "link", "link to no step", "CEL fails on nothing", "required twice",
	"label in one language", "label in a third", "no label", "no hints", "unknown hint", "widget", "unit of a text",
	"number without unit", "bounds crossed", "lengths crossed", "pattern without help", "option without label", "option name",
	"option twice", "options of no enum", "table without columns", "weights of nothing", "grades crossed", "credit upside down",
	"focus on everybody", "figures twice", "private twice", "veto without label", "reminders out of order",
	"visits in part", "visits upside down", "gifts without limit", "gifts upside down", "review by nobody", "review reassigned", "plan without end",
	"support of nobody",
}

func TestAddStored_keepsWhatIsUnderstoodAndNothingInPart(t *testing.T) {
	t.Parallel()
	quick := string(edition(t, 1))
	var usable []string
	for name, c := range broken {
		library := new(playbook.Library)
		s := stored("quick", 1, []byte(strings.Replace(quick, c.old, c.new, 1)))
		doubt, err := library.AddStored(s)
		require.NoError(t, err, name)
		require.NotEmpty(t, doubt.Problems, name)
		require.Equal(t, []playbook.Doubt{doubt}, library.Doubts(), name)
		require.Empty(t, library.List(), "%s: nothing begins with it", name)
		p, err := library.Get(s.Ref)
		if !doubt.Usable {
			require.ErrorIs(t, err, playbook.ErrUnusable, name)
			require.ErrorContains(t, err, doubt.Problems[0].Reason, name)
			require.Empty(t, library.Sources(), name)
			continue
		}
		usable = append(usable, name)
		require.NoError(t, err, name)
		require.Equal(t, s.Checksum, p.Checksum(), name)
		require.Len(t, p.Book().Steps, len(deal.Steps()), name)
		for _, step := range deal.Steps() {
			a := playbooktest.Ready(playbooktest.Quick, step)
			_, err := p.Gate(a.State, a.Records, a.At)
			require.NoError(t, err, "%s/%s", name, step)
		}
	}
	require.ElementsMatch(t, bearable, usable)
}

func TestAddStored_changesNoRuleOfAVersionThatGoesOn(t *testing.T) {
	t.Parallel()
	quick := string(edition(t, 1))
	good, err := fresh(t).Newest(playbooktest.Quick)
	require.NoError(t, err)
	for _, name := range []string{"no hint", "long text", "deadline without label", "no label", "number without unit", "link"} {
		library := new(playbook.Library)
		s := stored("quick", 1, []byte(strings.Replace(quick, broken[name].old, broken[name].new, 1)))
		doubt, err := library.AddStored(s)
		require.NoError(t, err)
		require.True(t, doubt.Usable, name)
		p, err := library.Get(s.Ref)
		require.NoError(t, err)
		require.Equal(t, good.Book(), p.Book(), name)
		for _, step := range deal.Steps() {
			a := playbooktest.Ready(playbooktest.Quick, step)
			require.Equal(t, gateOf(t, good, a).Met, gateOf(t, p, a).Met, "%s/%s", name, step)
		}
	}
}

func TestAddStored_isDoneAgainWithoutHarm(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	bad := stored("quick", 7, edition(t, 7, "quiet_hours: false", "silent_hours: false"))
	odd := stored("quick", 8, edition(t, 8, "        hint: {zh: 添加联系人。, en: Add a contact.}\n", ""))
	var first []playbook.Doubt
	for range 3 {
		for _, s := range []playbook.Source{bad, odd, stored("quick", 1, edition(t, 1))} {
			_, err := library.AddStored(s)
			require.NoError(t, err)
		}
		if first == nil {
			first = library.Doubts()
		}
		require.Equal(t, first, library.Doubts())
	}
	require.Equal(t, []deal.BookRef{bad.Ref, odd.Ref}, []deal.BookRef{first[0].Ref, first[1].Ref})
	require.Equal(t, []bool{false, true}, []bool{first[0].Usable, first[1].Usable})
	require.Equal(t, "quick version 7", first[0].Problems[0].File)
	require.Equal(t, 1, newestOf(t, library, "quick"))
}

func TestAddStored_offersNothingThatHasDoubtsEvenIfItWasInstalled(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	s := stored("quick", 8, edition(t, 8, "        hint: {zh: 添加联系人。, en: Add a contact.}\n", ""))
	s.Installed = true
	doubt, err := library.AddStored(s)
	require.NoError(t, err)
	require.True(t, doubt.Usable)
	require.Equal(t, 1, newestOf(t, library, "quick"))
}

func TestAddStored_stopsTheStartForAFileThatChangedUnderItsVersion(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	for _, text := range [][]byte{
		edition(t, 1, "recheck: 30 seconds", "recheck: 31 seconds"),
		edition(t, 1, "quiet_hours: false", "silent_hours: false"), // whether this release can read it or not
	} {
		_, err := library.AddStored(stored("quick", 1, text))
		require.ErrorIs(t, err, playbook.ErrChanged)
	}
	bad := stored("quick", 7, edition(t, 7, "quiet_hours: false", "silent_hours: false"))
	_, err := library.AddStored(bad)
	require.NoError(t, err)
	_, err = library.Install(edition(t, 7), "upload")
	require.ErrorIs(t, err, playbook.ErrChanged, "accounts are pinned to what nobody can read any more")
	require.ErrorIs(t, library.Add(edition(t, 7), "file"), playbook.ErrChanged)
}

// Somebody installs a next version of a shipped playbook, and the next release ships one under the same number.
func TestAddStored_whatWasInstalledGoesBeforeWhatALaterReleaseShips(t *testing.T) {
	t.Parallel()
	library, err := playbook.Load(playbook.Options{})
	require.NoError(t, err)
	s := stored("quick", 2, edition(t, 2, "        hint: {zh: 添加联系人。, en: Add a contact.}\n", ""))
	s.Installed = true
	_, err = library.AddStored(s)
	require.ErrorIs(t, err, playbook.ErrChanged, "nothing would be left that new cycles begin with")

	s = stored("quick", 2, edition(t, 2, "recheck: 30 seconds", "recheck: 31 seconds"))
	_, err = library.AddStored(s)
	require.ErrorIs(t, err, playbook.ErrChanged, "it was a file: whoever changed it can change it back")
	s.Installed = true
	for range 2 { // as at the next look
		doubt, err := library.AddStored(s)
		require.NoError(t, err)
		require.True(t, doubt.Usable)
		require.Empty(t, doubt.Problems)
	}
	p, err := library.Newest("quick")
	require.NoError(t, err)
	require.Equal(t, s.Checksum, p.Checksum(), "new cycles begin with what was installed, like those that are under way")
	require.Contains(t, library.Sources(), s)
	_, err = library.AddStored(stored("quick", 2, edition(t, 2)))
	require.ErrorIs(t, err, playbook.ErrChanged, "nobody takes its place again")
}

func TestAddStored_usesNoRowThatIsNotWhatItSays(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	other := stored("quick", 5, edition(t, 6))
	spoilt := stored("quick", 4, edition(t, 4))
	spoilt.Text = edition(t, 4, "recheck: 30 seconds", "recheck: 31 seconds")
	copied := stored("quick", 3, edition(t, 1)) // the text of a version that is there
	for reason, s := range map[string]playbook.Source{
		"the text is that of quick version 6": other, "its checksum differs": spoilt, "that of another version": copied,
	} {
		doubt, err := library.AddStored(s)
		require.NoError(t, err)
		require.False(t, doubt.Usable)
		require.ErrorContains(t, doubt.Problems, reason)
		_, err = library.Get(s.Ref)
		require.ErrorIs(t, err, playbook.ErrUnusable)
	}
	require.Equal(t, []deal.BookRef{{Name: "quick", Version: 1}}, refs(library.Sources()))
}

func refs(sources []playbook.Source) []deal.BookRef {
	list := []deal.BookRef{}
	for _, s := range sources {
		list = append(list, s.Ref)
	}
	return list
}

func TestBearable_namesBrokenPlaybooksOnly(t *testing.T) {
	t.Parallel()
	names := slices.Collect(maps.Keys(broken))
	require.Subset(t, names, bearable)
	require.Subset(t, names, beyondSchema)
}
