package store_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
	"closedloop/testkit"
)

// crowd is 20,000 accounts of a house with forty teams, with their profiles, tasks, requests and notices: rows only, without
// logs, for plans. Somebody named 'staff' has a seat in a sixth of them. What it lacks bench/crowd has.
const crowd = `
CREATE TEMP TABLE one AS SELECT i, 'a' || lpad(i::text, 6, '0') AS id, 't' || i % 40 AS team, 'p' || i % 800 AS owner, 'c' || i % 200 AS opener,
	(ARRAY['collect','collect','collect','screen','screen','survey','analyse','plan','visit','maintain'])[1 + i * 7 % 10] AS step,
	(ARRAY['active','active','active','closed','active','resting','closed','active','paused','active'])[1 + i * 3 % 10] AS status,
	timestamptz '2026-01-01' + (i * 7919 % 20000) * interval '20 minutes' AS at
FROM generate_series(1, 20000) i;
INSERT INTO accounts (id, number, seq, head, cycle, step, pass, status, owner_id, team_id, opened_by, grade, late, overdue, deadline_at, next_follow_up_at,
	wake_at, book_name, book_version, provisional, opened_at, entered_at, updated_at, state, seen_by)
SELECT id, 'KA-2026-' || lpad(i::text, 6, '0'), 3, 'head', 1, step, 1, status, owner, team, opener, (ARRAY['A','B',NULL,NULL,'D'])[1 + i % 5], false, i % 9 = 0,
	CASE WHEN status = 'active' THEN at + interval '90 days' END, CASE WHEN i % 3 > 0 THEN at + interval '30 days' END, at, 'express', 1, false,
	at - interval '60 days', at, at, '{}', ARRAY[owner, team, opener] || CASE WHEN i % 6 = 0 THEN ARRAY['staff'] ELSE '{}' END
FROM one;
INSERT INTO account_profile (account_id, version, name, aliases, premises, territory, address, industry, author, collected_on, search_text, upsert_keys,
	updated_by, updated_at)
SELECT id, 1, '名' || md5(i::text), '{}', '', '', '', '', '', '', '江苏' || md5(i::text) || ' ' || substr(md5(id), 1, 8) || ' 有限公司', '{}', 'x', at FROM one;
INSERT INTO tasks (id, account_id, kind, assignee_id, ref, due_at, status, opened_at)
SELECT 'k' || i || '/' || n, id, 'review_intake', CASE WHEN i % 4 = 0 THEN 'boss' ELSE owner END, 'x', at + n * interval '1 day',
	CASE WHEN (i + n) % 10 = 0 THEN 'open' ELSE 'done' END, at FROM one, generate_series(1, 3) n;
INSERT INTO approvals (id, account_id, cycle, kind, requester_id, requested_at, subject_type, subject_id, subject_version, amount_minor, status, level, levels, used, waiting)
SELECT 'r' || i, id, 1, 'filing', owner, at, 'form', 'screen', 1, 0, CASE WHEN i % 50 = 0 THEN 'pending' ELSE 'approved' END, 1, '[]', false,
	CASE WHEN i % 50 = 0 THEN ARRAY['m' || i % 40] ELSE '{}' END FROM one;
INSERT INTO approval_levels (approval_id, level, seat, account_id, requester_id, holder_id, people, decision)
SELECT 'r' || i, 1, 1, id, owner, team, ARRAY['m' || i % 40], CASE WHEN i % 50 > 0 THEN 'approve' END FROM one;
INSERT INTO notifications (id, account_id, seq, recipient_id, kind, ref, at, unread)
SELECT 'n' || i || '/' || n, id, n, CASE WHEN i % 4 = 0 THEN 'boss' ELSE owner END, 'step_remind', 'x', at, (i + n) % 100 = 0 FROM one, generate_series(1, 3) n;
INSERT INTO person_tasks (id, kind, assignee_id, ref, args, reason_wanted, due_at, status, opened_at, closed_at)
SELECT 'q' || i, 'quota_reason', CASE WHEN i % 4 = 0 THEN 'boss' ELSE owner END, 'x' || i, '[]', false, at, CASE WHEN i % 10 = 0 THEN 'open' ELSE 'done' END, at,
	CASE WHEN i % 10 > 0 THEN at END FROM one;
INSERT INTO person_notices (id, kind, person_id, ref, args, at, read_at)
SELECT 'm' || i, 'bulletin_published', CASE WHEN i % 4 = 0 THEN 'boss' ELSE owner END, 'x' || i, '[]', at, CASE WHEN i % 100 > 0 THEN at END FROM one;
DROP TABLE one;
SET random_page_cost = 0.2; SET seq_page_cost = 0.2; SET max_parallel_workers_per_gather = 0;`

// planned is a statement and the indexes that answer it.
type planned struct {
	store.Question

	indexes []string
}

// plans are the questions of every list, each with the indexes that must answer it.
func plans() map[string]planned {
	all := map[string]planned{}
	rep := view.Viewer{Person: deal.Person{ID: "p7", Role: deal.Rep}, Owners: []deal.PersonID{"p7"}}
	lead := view.Viewer{Person: deal.Person{ID: "m3", Role: deal.Manager}, Owners: []deal.PersonID{"m3"}, Teams: []deal.TeamID{"t3"}}
	staff := view.Viewer{Person: deal.Person{ID: "staff", Role: deal.Finance}, Owners: []deal.PersonID{"staff"}}
	house := view.Viewer{All: true}
	overdue := true
	accounts := func(name string, v view.Viewer, f view.AccountFilter, which string, indexes ...string) {
		questions := store.AccountQuestions(v, f)
		all["accounts, "+name] = planned{questions["Accounts by "+which], indexes}
	}
	for order, index := range map[string]string{
		"number": "accounts_number_idx", "opened_at": "accounts_opened_at_idx", "updated_at": "accounts_updated_at_idx", "name": "account_profile_name_idx",
		"deadline": "accounts_deadline_at_idx", "next_follow_up": "accounts_next_follow_up_at_idx",
	} {
		for _, descending := range []string{"false", "true"} {
			for page, name := range map[string]string{"0": "first page", "1": "later page"} {
				which := order + ", descending " + descending + ", page kind " + page + ", walk"
				if order == "number" { // without a filter, the index behind its constraint is as good
					accounts(which+", filtered, "+name, house, view.AccountFilter{Status: deal.Closed}, which, index)
					continue
				}
				accounts(which+", everything, "+name, house, view.AccountFilter{}, which, index)
				accounts(which+", of a team, "+name, lead, view.AccountFilter{}, which, index)
			}
		}
	}
	for _, order := range []string{"deadline", "next_follow_up"} {
		which := order + ", descending true, page kind 2, walk"
		accounts(order+", among those without", house, view.AccountFilter{}, which, "accounts_"+order+"_at_idx")
	}
	const gather = "updated_at, descending true, page kind 0, gather"
	accounts("my own", rep, view.AccountFilter{}, gather, "accounts_seen_by_idx")
	accounts("my own with a filter", rep, view.AccountFilter{Status: deal.Active}, gather, "accounts_seen_by_idx")
	accounts("of my team, filtered", lead, view.AccountFilter{Step: deal.Visit, Grade: deal.GradeA}, gather, "accounts_seen_by_idx")
	accounts("of many requests, filtered", staff, view.AccountFilter{Step: deal.Visit}, gather, "accounts_seen_by_idx")
	accounts("what filters leave", house, view.AccountFilter{Status: deal.Paused, Step: deal.Visit, Overdue: &overdue}, gather, "accounts_filters_idx")
	accounts("of an owner", house, view.AccountFilter{Owner: "p9"}, gather, "accounts_owner_id_idx")
	accounts("of a team", house, view.AccountFilter{Team: "x", Status: deal.Paused}, gather, "accounts_team_id_idx")
	accounts("found by a part of a name", house, view.AccountFilter{Query: "4c9f3a"}, gather, "account_profile_search_text_idx")
	accounts("found by two letters", house, view.AccountFilter{Query: "zq"}, gather, "account_search_grams_idx")
	accounts("found by one character", house, view.AccountFilter{Query: "淮"}, gather, "account_search_grams_idx")
	accounts("found by one letter", house, view.AccountFilter{Query: "q"}, gather, "account_search_grams_idx")
	accounts("my own by name", rep, view.AccountFilter{}, "name, descending false, page kind 1, by name", "account_profile_name_idx", "accounts_seen_by_idx")
	maps.Copy(all, workPlans())
	return all
}

// workPlans are those of tasks, requests and the inbox.
func workPlans() map[string]planned {
	all := map[string]planned{}
	at := time.Date(2026, 5, 4, 2, 0, 0, 0, time.UTC)
	scope := pgx.StrictNamedArgs{"all": false, "owners": []string{"m3"}, "teams": []string{"t3"}}
	ask := func(name, statement string, args pgx.StrictNamedArgs, scoped bool, indexes ...string) {
		for page, first := range map[string]bool{"first page": true, "later page": false} {
			with := maps.Clone(args)
			if with["first"] = first; scoped {
				maps.Copy(with, scope)
			}
			all[name+", "+page] = planned{store.Question{SQL: store.Statements()[statement], Args: with}, indexes}
		}
	}
	tasks := func(status string, foreign bool) pgx.StrictNamedArgs {
		return pgx.StrictNamedArgs{"people": []string{"boss"}, "status": status, "account": "", "foreign": foreign, "due": &at, "after": "x", "limit": 51}
	}
	ask("tasks, open", "Tasks", tasks("open", false), true, "tasks_assignee_status_due_idx", "person_tasks_assignee_status_due_idx")
	ask("tasks, any", "Tasks", tasks("", false), true, "tasks_assignee_due_idx", "person_tasks_assignee_due_idx")
	ask("tasks, somebody's", "Tasks", tasks("open", true), true, "tasks_assignee_status_due_idx", "person_tasks_assignee_status_due_idx", "accounts_pkey")
	approvals := func(more pgx.StrictNamedArgs) pgx.StrictNamedArgs {
		args := pgx.StrictNamedArgs{"status": "", "kind": "", "at": at, "after": "x", "limit": 51}
		maps.Copy(args, more)
		return args
	}
	ask("approvals, newest", "ApprovalsWalked", approvals(pgx.StrictNamedArgs{"rows": 2000}), true, "approvals_requested_at_idx", "accounts_pkey")
	ask("approvals, my own", "ApprovalsGathered", approvals(pgx.StrictNamedArgs{"account": ""}), true, "accounts_seen_by_idx")
	ask("approvals, of an account", "ApprovalsGathered", approvals(pgx.StrictNamedArgs{"account": "a000007"}), true, "approvals_account_id_idx")
	ask("approvals, waiting", "ApprovalsWaiting", approvals(pgx.StrictNamedArgs{"account": "", "assignees": []string{"m10"}}), true, "approvals_waiting_idx")
	timed := pgx.StrictNamedArgs{"owners": []string{"p7"}, "teams": []string{"t1", "t2", "t3", "t4"}, "ends": []string{}, "unled": false, "at": at, "after": "x", "limit": 50}
	all["timed"] = planned{store.Question{SQL: store.Statements()["Timed"], Args: timed}, []string{"accounts_wake_at_idx"}}
	few := maps.Clone(timed)
	few["teams"] = []string{}
	ends := maps.Clone(few)
	ends["ends"], ends["unled"] = []string{"p9"}, true
	all["timed, for sales operations"] = planned{store.Question{SQL: store.Statements()["TimedFew"], Args: ends}, []string{"accounts_owner_id_idx"}}
	all["reassigning"] = planned{
		store.Question{SQL: store.Statements()["Reassigning"], Args: pgx.StrictNamedArgs{"at": at, "after": "x", "limit": 50}}, []string{"accounts_reassign_at_idx"},
	}
	all["timed, few"] = planned{store.Question{SQL: store.Statements()["TimedFew"], Args: few}, []string{"accounts_owner_id_idx"}}
	notices := func(unread bool) pgx.StrictNamedArgs {
		return pgx.StrictNamedArgs{"who": "boss", "unread": unread, "at": at, "after": "x", "limit": 51}
	}
	ask("notices", "Notices", notices(false), false, "notifications_recipient_id_idx", "person_notices_person_id_idx")
	ask("notices, unread", "Notices", notices(true), false, "notifications_unread_idx", "person_notices_unread_idx")
	return all
}

// indexesOf are the indexes that a plan names.
func indexesOf(plan any) []string {
	var found []string
	switch node := plan.(type) {
	case []any:
		for _, one := range node {
			found = append(found, indexesOf(one)...)
		}
	case map[string]any:
		for name, value := range node {
			if name == "Index Name" {
				found = append(found, value.(string)) //nolint:errcheck,forcetypeassert // as Postgres writes it
			}
			found = append(found, indexesOf(value)...)
		}
	}
	return found
}

func TestPlans_everyListIsAnsweredByItsIndex(t *testing.T) {
	t.Parallel()
	conn := connect(t, testkit.Database(t))
	_, err := conn.Exec(t.Context(), crowd)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "VACUUM (ANALYZE) accounts, account_profile, account_search, tasks, approvals, approval_levels, notifications")
	require.NoError(t, err)
	for name, p := range plans() {
		require.NotEmpty(t, p.SQL, name)
		var text []byte
		err := conn.QueryRow(t.Context(), "EXPLAIN (FORMAT JSON) "+p.SQL, pgx.QueryExecModeCacheDescribe, p.Args).Scan(&text)
		require.NoError(t, err, name)
		var plan any
		require.NoError(t, json.Unmarshal(text, &plan))
		found := indexesOf(plan)
		for _, index := range p.indexes {
			require.Contains(t, found, index, name)
		}
		require.NotContains(t, string(text), `"Seq Scan"`, name)
	}
}

// filed are 15,000 filings among ten times as many other documents, of customers with names that share much.
const filed = `
UPDATE account_profile SET name_key = (ARRAY['晨风','海澜','远大','华东','天虹'])[1 + right(account_id, 3)::integer % 5] || substr(md5(name), 1, 3)
	|| (ARRAY['集团','服饰','科技'])[1 + right(account_id, 3)::integer % 3];
INSERT INTO dossier (account_id, kind, id, cycle, version, body, created_at, updated_by, updated_at)
SELECT a.id, 'filing', 'f', 1, 1, jsonb_build_object('project', 'p', 'filed_on', '2026-01-01', 'valid_until', '2026-0' || 1 + right(a.id, 1)::integer % 9 || '-01',
	'released_on', CASE WHEN right(a.id, 2)::integer % 3 = 0 THEN '2026-02-01' ELSE '' END), a.opened_at, 'x', a.opened_at
FROM accounts a WHERE right(a.id, 2)::integer % 4 < 3;
INSERT INTO dossier (account_id, kind, id, cycle, version, body, created_at, updated_by, updated_at)
SELECT a.id, kind, 'd' || n, 1, 1, jsonb_build_object('note', md5(a.id)), a.opened_at, 'x', a.opened_at
FROM accounts a, unnest(ARRAY['stakeholder','relation','trust','agreement']) kind, generate_series(1, 2) n`

func TestPlans_liveFilingsOfCommonNamesAreFoundWithoutReadingEveryDocument(t *testing.T) {
	t.Parallel()
	conn := connect(t, testkit.Database(t))
	_, err := conn.Exec(t.Context(), crowd+filed)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "VACUUM (ANALYZE) accounts, account_profile, dossier")
	require.NoError(t, err)
	args := pgx.StrictNamedArgs{
		"all": false, "owners": []string{"m3"}, "teams": []string{"t3"}, "account": "a000007", "credit_code": nil, "grams": []string{"晨风", "风集", "集团"},
		"today": "2026-05-01", "limit": 300,
	}
	var text []byte
	err = conn.QueryRow(t.Context(), "EXPLAIN (FORMAT JSON) "+store.Statements()["LiveFilings"], pgx.QueryExecModeCacheDescribe, args).Scan(&text)
	require.NoError(t, err)
	var plan any
	require.NoError(t, json.Unmarshal(text, &plan))
	require.Contains(t, indexesOf(plan), "dossier_filing_idx")
	require.NotContains(t, string(text), `"Seq Scan"`)
}

func TestPlans_everyIndexOfTheListsAnswersOne(t *testing.T) {
	t.Parallel()
	migration, err := os.ReadFile("migrations/00015_lists.sql")
	require.NoError(t, err)
	var wanted []string
	for _, p := range plans() {
		wanted = append(wanted, p.indexes...)
	}
	made := regexp.MustCompile(`CREATE INDEX (\w+) ON`).FindAllStringSubmatch(string(migration), -1)
	require.Greater(t, len(made), 10)
	for _, m := range made {
		require.True(t, slices.Contains(wanted, m[1]), "no plan needs %s", m[1])
	}
}
