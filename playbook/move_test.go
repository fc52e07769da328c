package playbook_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestMovable_saysWhatStandsAgainstAVersion(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	broken := edition(t, 7, "quiet_hours: false", "silent_hours: false")
	doubtful := edition(t, 8, "        hint: {zh: 添加联系人。, en: Add a contact.}\n", "")
	for version, text := range map[int][]byte{7: broken, 8: doubtful} {
		_, err := library.AddStored(stored("quick", version, text))
		require.NoError(t, err)
	}
	for version, want := range map[int]deal.Code{7: deal.CodePlaybookUnusable, 8: deal.CodePlaybookOutdated, 9: deal.CodeUnknownPlaybook} {
		book, no, err := library.Movable(quickRef(version))
		require.NoError(t, err)
		require.Zero(t, book.Ref)
		require.Len(t, no, 1)
		require.Equal(t, want, no[0].Code)
		require.Equal(t, "/version", no[0].Field)
	}
	book, no, err := library.Movable(quickRef(1))
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, quickRef(1), book.Ref)
	require.False(t, library.Usable(quickRef(7)))
	require.True(t, library.Usable(quickRef(8)))
}

func TestRules_ofAVersionThatCannotBeUsedLetPeopleReadButShowNoFigures(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	_, err := library.AddStored(stored("quick", 7, edition(t, 7, "quiet_hours: false", "silent_hours: false")))
	require.NoError(t, err)
	rules, err := library.Rules(quickRef(7))
	require.NoError(t, err)
	require.NoError(t, rules.Check())
	require.False(t, rules.Figures.Shows(deal.Manager, true))
	require.False(t, rules.Private.On)
}

func TestErrUnusable_isRefusedAndNoFault(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	_, err := library.AddStored(stored("quick", 7, edition(t, 7, "quiet_hours: false", "silent_hours: false")))
	require.NoError(t, err)
	_, err = library.Book(quickRef(7))
	var known interface{ Refusal() deal.Refusal }
	require.ErrorAs(t, err, &known)
	require.Equal(t, deal.CodePlaybookUnusable, known.Refusal().Code)
}

// Two libraries stand for two processes; what they share is a list of what is stored.
func TestGet_asksWhatOthersStoredBeforeItSaysThatNobodyKnowsAVersion(t *testing.T) {
	t.Parallel()
	here, there := fresh(t), fresh(t)
	asked := 0
	var away error
	there.Ask(func() error {
		asked++
		for _, s := range here.Sources() {
			if _, err := there.AddStored(s); err != nil {
				return err
			}
		}
		return away
	})
	_, err := there.Book(quickRef(2))
	require.ErrorIs(t, err, deal.ErrNotFound)
	require.Equal(t, 1, asked)

	_, err = here.Install(edition(t, 2), "upload")
	require.NoError(t, err)
	book, err := there.Book(quickRef(2))
	require.NoError(t, err)
	require.Equal(t, quickRef(2), book.Ref)
	require.Equal(t, 2, newestOf(t, there, "quick"), "and new cycles begin with it there, too")
	_, err = there.Book(quickRef(2))
	require.NoError(t, err)
	require.Equal(t, 2, asked, "what is known is not asked for")

	away = errors.New("database is away")
	_, err = there.Book(quickRef(3))
	require.ErrorIs(t, err, away)
	require.NotErrorIs(t, err, deal.ErrNotFound, "nobody knows whether it is there")
}
