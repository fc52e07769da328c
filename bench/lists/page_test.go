package main

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/bench/crowd"
)

// answered is a question whose every answer took as long.
func answered(group, name, who string, took time.Duration) answer {
	a := answer{question: question{Group: group, Name: name, Who: who}, Items: 50, Slowest: "/api/v1/accounts"}
	for range 10 {
		a.Alone, a.Road = append(a.Alone, took), append(a.Road, took/10)
	}
	a.Executed = []executed{{Millis: 3, Hit: 7, Read: 1, Root: "Limit", Via: []string{"accounts_updated_at_idx"}}, {Millis: 1, Hit: 2, Root: "Sort"}}
	return a
}

func TestPage_saysWhatReachedTheAimAndWhatDidNot(t *testing.T) {
	t.Parallel()
	r := &results{
		Plan: fullPlan(), Count: crowd.Count{Accounts: 100_000, Events: 2_003_531}, Filled: time.Minute, Checked: 500, Crowd: []time.Duration{time.Millisecond},
		Answers: []answer{
			answered("Accounts", "as it opens", "ops-1", 4*time.Millisecond), answered("Accounts", "as it opens", "rep-1-1-1", 40*time.Millisecond),
			answered("Search", "pinyin", "ops-1", 60*time.Millisecond),
		},
	}
	page, err := render(r)
	require.NoError(t, err)
	require.Contains(t, page, "100,000 accounts, 2,003,531 events")
	require.Contains(t, page, "| Accounts | 20 | 40.0 | 40.0 | 40.0 | reached |")
	require.Contains(t, page, "| Search | 10 | 60.0 | 60.0 | 60.0 | **missed** |")
	require.Contains(t, page, "1 of 3 single questions missed it")
	require.Contains(t, page, "| as it opens | rep: most accounts | 40.0 | 40.0 | 40.0 | 10 |")
	require.Contains(t, page, "| as it opens | 50 | Limit: accounts_updated_at_idx | 3.0 | 10 | 2 |")
	require.NotContains(t, page, "Questions were left out")
	require.NotContains(t, page, "Monthly reviews")

	r.Monthly = &monthly{
		Teams: 40, Accounts: 90_000, Breaches: 7, Took: 6 * time.Second, Batch: 2 * time.Second,
		Idle: []time.Duration{10 * time.Millisecond}, Meanwhile: []time.Duration{20 * time.Millisecond},
	}
	page, err = render(r)
	require.NoError(t, err)
	require.Contains(t, page, "40 reviews of 90000 accounts with 7 missed deadlines in 6.0 s, 3.0 × the plain batch (2.0 s)")
	require.Contains(t, page, "p99 20.0 ms of 1, 2.00 × idle (10.0 ms of 1); aim 1.5 ×: **missed**")

	r.Answers, r.Partial = r.Answers[:1], true
	page, err = render(r)
	require.NoError(t, err)
	require.Contains(t, page, "Every single question below reached it.")
	require.Contains(t, page, "Questions were left out")
}

func TestLogged_readsPlansBehindAPlaceInTheLog(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "postgres.log")
	before := "2026 LOG:  duration: 9.000 ms  plan:\n\t{\"Plan\": {}}\n"
	text := before + "2026 LOG:  duration: 1.250 ms  plan:\n\t{\n\t  \"Query Text\": \"SELECT 1\",\n\t  \"Plan\": {\"Node Type\": \"Limit\", \"Actual Rows\": 3, " +
		"\"Shared Hit Blocks\": 5, \"Plans\": [{\"Node Type\": \"Index Scan\", \"Index Name\": \"one\", \"Actual Loops\": 1},\n\t  " +
		"{\"Node Type\": \"Seq Scan\", \"Relation Name\": \"two\", \"Actual Loops\": 1}, {\"Node Type\": \"Index Scan\", \"Index Name\": \"never\"}]}\n\t}\n2026 LOG:  other\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	found, err := logged(path, int64(len(before)))
	require.NoError(t, err)
	require.Equal(t, []executed{{Millis: 1.25, Rows: 3, Hit: 5, Root: "Limit", Via: []string{"one", "all of two"}}}, found)
}

func TestQuestions_areTheSameInEveryRunAndReachEverything(t *testing.T) {
	t.Parallel()
	drawn := func() (paths []string) {
		for i, q := range questions() {
			d := &drawer{random: randomOf(uint64(i)), people: []string{"p1", "p2"}, teams: []string{"t1"}} //nolint:gosec // small
			d.accounts = []accountRow{{ID: "a1", Number: "KA-2026-100001", Name: "江苏远东电子有限公司"}, {ID: "a2", Number: "KA-2026-100002", Name: "上海晨风集团"}}
			for range 20 {
				paths = append(paths, q.draw(d))
			}
		}
		return paths
	}
	paths := drawn()
	require.Equal(t, paths, drawn())
	asked := map[string]bool{}
	for _, path := range paths {
		at, err := url.Parse(path)
		require.NoError(t, err)
		for name, values := range at.Query() {
			asked[name] = true
			if name == "sort" {
				asked[values[0]] = true
			}
		}
	}
	for _, name := range []string{"step", "status", "grade", "overdue", "owner", "team", "q", "sort", "-deadline", "name", "unread", "assignee", "account", "kind"} {
		require.True(t, asked[name], name)
	}
	require.True(t, slices.IsSortedFunc(questions(), func(a, b question) int { return rank(a.Group) - rank(b.Group) }), "a group is one table")
}

func rank(group string) int {
	return slices.Index([]string{"Accounts", "Search", "Inbox", "Account page", "Besides"}, group)
}
