package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/testkit"
)

// reached are the columns out of which erasing a person takes names and numbers, or whose rows it removes.
func reached() []string {
	return []string{
		"account_profile.address", "account_texts.text", "cases.open_search", "cases.open_texts", "cases.search_text", "cases.texts",
		"channel_pauses.detail",
		"contacts.mobile", "contacts.name", "contacts.note", "contacts.phone", "contacts.title", "deliveries.detail", "dossier.body", "erasures.reason",
		"handovers.reason", "history_notes.author", "history_notes.how", "import_lines.cells", "import_problems.text_en", "import_problems.text_zh",
		"import_problems.value", "import_rows.cells", "import_rows.changes", "import_rows.trail", "imports.filename", "leave.note", "person_notices.args",
		"person_tasks.args", "person_tasks.reason", "quota_breach_steps.comment", "quota_breaches.reason", "quota_bulletins.reason",
		"record_changes.after", "record_changes.before", "request_keys.body", "step_forms.content", "team_actions.done_note", "team_actions.text",
		"team_review_actions.done_note", "team_review_actions.text", "team_review_breaches.reason", "team_review_changes.after",
		"team_review_changes.before", "team_review_decisions.text", "team_reviews.note",
	}
}

// notReached are the columns that erasing leaves alone, each with its reason. A closed set is one that a constraint or the
// rules know every word of.
func notReached() map[string]string {
	const (
		set      = "a closed set"
		ids      = "IDs, figures and instants"
		customer = "of the customer, not of a person there"
		ours     = "of a colleague, who is named as long as what they signed is kept"
		house    = "what administrators set up"
	)
	return map[string]string{
		"account_commands.receipt": ids, "account_events.body": ids + "; texts stand beside the log", "account_events.kind": set, "account_events.step": set,
		"account_profile.aliases": customer, "account_profile.author": ours, "account_profile.collected_on": "a day", "account_profile.industry": customer,
		"account_profile.name": customer, "account_profile.premises": customer, "account_profile.search_text": "follows from the customer's names",
		"account_profile.territory": house, "accounts.book_name": house, "accounts.grade": set, "accounts.intake": set, "accounts.outcome": set,
		"accounts.state": ids, "accounts.status": set, "accounts.step": set, "api_tokens.hash": "a hash", "api_tokens.name": ours,
		"approval_levels.decision": set, "approvals.currency": set, "approvals.grade": set, "approvals.kind": set, "approvals.levels": ids, "approvals.status": set,
		"approvals.subject_id": ids, "approvals.subject_type": set, "calendar_changes.document": house, "calendar_feeds.hash": "a hash",
		"calendar_rules.rules": house, "cases.account_kind": set, "cases.book_name": house, "cases.customer": customer, "cases.grade": set,
		"cases.industry": customer, "cases.outcome": set, "cases.premises": customer, "cases.step": set, "channel_choices.address": ours,
		"channel_choices.channel": set, "channel_choices.kinds": set, "channel_choices.language": set, "channel_choices.mention": ours,
		"channel_changes.address": ours, "channel_changes.channel": set, "channel_changes.former_address": ours,
		"channel_pauses.channel": set, "channel_pauses.reason": set, "channel_pauses.settings": "a keyed hash", "deliveries.address": ours, "webhooks.sealed": "sealed",
		"webhooks.former_sealed": "sealed", "contacts.role": set, "decision_links.hash": "a hash", "deliveries.channel": set, "deliveries.kind": set,
		"deliveries.reason": set, "deliveries.source": set, "deliveries.state": set, "file_chunks.bytes": "documents of people's own; said in the API's description",
		"files.place": set, "follow_ups.status": set, "handover_moves.holds": ids, "handover_moves.reasons": "codes of refusals, and IDs",
		"handover_moves.status": set, "handovers.beside": ids, "handovers.rules": ids, "handovers.status": set, "history_notes.day": "a day",
		"import_mappings.field": set, "import_mappings.header": "the heading of a column", "import_marks.collected_on": "a day",
		"import_marks.said": "keyed hashes, which keep the same sheet from bringing the person back", "import_problems.cell": "a place in a sheet",
		"import_problems.code": set, "import_problems.col": "the heading of a column", "import_rows.outcome": set, "imports.heads": "headings of columns",
		"imports.mapping": "headings of columns", "imports.raw": "headings of columns", "imports.sheet": "goes when it was read; said in the API's description",
		"imports.status": set, "installation.engine_identity": house, "installation.secret": house, "interactions.kind": set, "interactions.step": set,
		"job_runs.detail": ids, "job_runs.error": "of our own code, which names IDs", "job_runs.state": set, "leave.kind": set, "notifications.kind": set,
		"notifications.ref": ids, "outbox.source": set, "person_notices.kind": set, "person_tasks.kind": set, "person_tasks.status": set,
		"playbooks.source": house, "quota_breach_steps.step": set, "quota_breaches.state": set, "quota_bulletins.content": ours,
		"record_changes.record": set, "request_keys.location": ids, "sessions.hash": "a hash",
		"staged.draft": "goes with its command, or within a day", "staged.texts": "goes with its command, or within a day", "step_forms.step": set,
		"tasks.kind": set, "tasks.ref": ids, "tasks.status": set, "team_actions.status": set, "team_review_accounts.currency": set,
		"team_review_accounts.grade": set, "team_review_accounts.name": customer, "team_review_accounts.outcome": set, "team_review_accounts.status": set,
		"team_review_accounts.step": set, "team_review_actions.status": set, "team_review_breaches.clock": set, "team_review_breaches.kind": set,
		"team_review_breaches.name": customer, "team_review_breaches.quota": ids, "team_review_breaches.step": set, "team_review_changes.record": set, "team_reviews.status": set,
		"team_reviews.totals": ids, "teams.name": house, "territories.name": house, "users.name": ours, "users.password_hash": "a hash", "users.role": set,
		"webhooks.former_secret": house, "webhooks.kinds": set, "webhooks.note": house, "webhooks.secret": house, "webhooks.stopped": set, "webhooks.url": house,
	}
}

// textColumns are all columns of the house in which somebody can write something. Texts in the order of bytes are IDs, keys,
// hashes and codes by the convention of this schema, and only compared.
func textColumns(t *testing.T) []string {
	t.Helper()
	rows, err := connect(t, testkit.Database(t)).Query(t.Context(), `SELECT c.table_name || '.' || c.column_name
		FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'goose_db_version'
			AND (c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY', 'USER-DEFINED') AND c.collation_name IS DISTINCT FROM 'C')
			AND c.udt_name <> ALL(ARRAY['_int2', '_int4', '_int8', '_timestamptz', '_date'])
			AND NOT (c.data_type = 'ARRAY' AND EXISTS (SELECT FROM pg_attribute a JOIN pg_collation k ON k.oid = a.attcollation
				WHERE a.attrelid = format('%I', c.table_name)::regclass AND a.attname = c.column_name AND k.collname = 'C'))
		ORDER BY 1`)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return all
}

func TestErasing_isAnsweredForInEveryColumnThatCanHoldText(t *testing.T) {
	t.Parallel()
	there := textColumns(t)
	kept := notReached()
	require.ElementsMatch(t, append(reached(), slices.Collect(maps.Keys(kept))...), there,
		"a column that holds text is either reached by erasing a person, or listed with the reason why it need not be; once")
}

// planted writes the person into every column that erasing reaches, as the product or its people might.
func planted(w *world) (deal.AccountID, deal.Contact) {
	w.t.Helper()
	id, contact, _ := known(w)
	w.exec(fmt.Sprintf(`SET session_replication_role = replica;
		UPDATE contacts SET phone = '13805240011', title = '总经理刘建国' WHERE id = '%[2]s';
		UPDATE account_profile SET address = '城北路1号 刘建国收' WHERE account_id = '%[1]s';
		INSERT INTO record_changes (account_id, record, record_id, by_id, at, before, after)
			VALUES ('%[1]s', 'account_profile', '%[1]s', 'x', now(), '{"address": "刘建国家"}', '{"address": "刘建国收"}');
		INSERT INTO account_texts (account_id, id, text) VALUES ('%[1]s', 'z', '刘建国');
		INSERT INTO history_notes (account_id, id, at, day, author, how, import_id, by_id, added_at)
			VALUES ('%[1]s', 'n', now(), '', '刘建国说', '请刘建国吃饭', 'i', 'x', now());
		INSERT INTO team_reviews (id, team_id, month, status, opened_at, opened_by, since, until, due_at, totals, signed_at, signed_by, signed_for, note)
			VALUES ('r', 't', '2026-05', 'signed', now(), 'x', now(), now(), now(), '{}', now(), 'x', 'x', '刘建国 100%% a_b \ 的事');
		INSERT INTO team_review_breaches (id, review_id, account_id, number, name, seq, kind, clock, step, at, reason, reason_by, reason_at)
			VALUES ('b', 'r', '%[1]s', 'KA', '晨风集团', 1, 'deadline', 'c', 'plan', now(), '刘建国不在', 'x', now());
		INSERT INTO team_review_decisions (id, review_id, text, by_id, at) VALUES ('d', 'r', '去见刘建国,电话 138-0524-0011', 'x', now());
		INSERT INTO team_actions (id, team_id, review_id, version, owner_id, due_on, text, status, created_by, created_at, done_by, done_at, done_note)
			VALUES ('a', 't', 'r', 2, 'x', now(), '约刘建国', 'done', 'x', now(), 'x', now(), '刘建国来了');
		INSERT INTO team_review_actions (review_id, action_id, carried, owner_id, text, status, done_note)
			VALUES ('r', 'a', 0, 'x', '约刘建国', 'done', '刘建国来了');
		INSERT INTO team_review_changes (review_id, record, record_id, by_id, at, before, after)
			VALUES ('r', 'breach', 'b', 'x', now(), '{"text": "刘建国"}', '{"text": "刘建国不在"}'),
				('r', 'action', 'a', 'x', now(), '{"text": "刘建国"}', '{"text": "约\"刘建国\""}');
		INSERT INTO quota_breaches (id, person_id, first_day, last_day, days, state, opened_at, reason, reason_by)
			VALUES ('q', 'x', now(), now(), 3, 'reasoned', now(), '一直陪刘建国', 'x');
		INSERT INTO quota_breach_steps (breach_id, step, at, by_id, people, comment) VALUES ('q', 'reasoned', now(), 'x', '{}', '一直陪刘建国');
		INSERT INTO quota_bulletins (id, number, team_id, day, issue, replaces, reason, content, published_by, published_at)
			VALUES ('u', 1, 't', now(), 2, 'o', '刘建国那条算错了', '[]', 'x', now());
		INSERT INTO person_tasks (id, kind, assignee_id, ref, args, reason_wanted, status, opened_at, closed_at, closed_by, reason)
			VALUES ('p', 'review_action', 'x', 'y', '["约刘建国", "t"]', false, 'done', now(), now(), 'x', '见过"刘建国"了');
		INSERT INTO person_notices (id, kind, person_id, ref, args, at) VALUES ('p', 'bulletin_published', 'x', 'y', '["约刘建国"]', now());
		INSERT INTO handovers (id, from_id, ordered_by, reason, rules, status, ordered_at) VALUES ('h', 'x', 'y', '刘建国要求换人', '{}', 'running', now());
		INSERT INTO leave (id, person_id, kind, first_day, last_day, since, until, note, created_by, created_at)
			VALUES ('l', 'x', 'annual', now(), now(), now(), now() + interval '1 day', '陪刘建国', 'x', now());
		INSERT INTO deliveries (id, notice_id, source, kind, recipient, channel, at, state, next_at, ended_at, detail)
			VALUES ('e', 'n', 'person', 'k', 'x', 'mail', now(), 'parked', now(), now(), '550 刘建国 13805240011');
		INSERT INTO channel_pauses (channel, until, halted_at, reason, detail) VALUES ('wecom', now(), now(), 'refused', '刘建国?');
		INSERT INTO cases (id, account_id, seq, cycle, version, outcome, step, book_name, book_version, author_id, started_at, ended_at, customer, industry,
				premises, texts, open_texts, search_text, open_search, updated_by, updated_at)
			VALUES ('c', '%[1]s', 1, 1, 1, 'won', 'archive', 'express', 1, 'x', now(), now(), '晨风集团', '', '',
				'{"lessons": "多问刘建国"}', '{"lessons": "多问刘建国"}', '多问刘建国', '多问刘建国', 'x', now());
		INSERT INTO imports (id, by_id, filename, status, total, created_at) VALUES ('i', 'x', '刘建国名片.xlsx', 'done', 1, now());
		INSERT INTO import_rows (import_id, row, outcome, account_id, cells, trail, changes)
			VALUES ('i', 2, 'updated', '%[1]s', '["刘建国"]', '["刘建国"]', '["刘建国"]');
		INSERT INTO import_problems (import_id, row, place, col, cell, code, value, text_zh, text_en) VALUES ('i', 2, 1, '', '', 'c', '刘建国', '刘建国', '刘建国');
		INSERT INTO import_lines (import_id, line, cells) VALUES ('i', 1, '["刘建国"]')`, id, contact.ID))
	return id, contact
}

// speaking are the columns in which the person is spoken of.
func (w *world) speaking(columns []string) []string {
	w.t.Helper()
	conn := connect(w.t, w.url)
	var all []string
	for _, column := range columns {
		table, name, _ := strings.Cut(column, ".")
		value := pgx.Identifier{name}.Sanitize()
		if column == "request_keys.body" {
			value = "convert_from(body, 'UTF8')"
		}
		var speaks bool
		require.NoError(w.t, conn.QueryRow(w.t.Context(),
			fmt.Sprintf(`SELECT EXISTS (SELECT FROM %s WHERE replace(translate(%s::text, ' -', ''), 'aimof刘建国', '') ~ '刘建国|13805240011')`,
				pgx.Identifier{table}.Sanitize(), value)).Scan(&speaks), column)
		if speaks {
			all = append(all, column)
		}
	}
	return all
}

func TestErasing_takesThePersonOutOfEveryColumnItReaches(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id, contact := planted(w)
	_, err := w.EraseContact(ctx, w.as("rep1"), id, contact.ID, "刘建国 wants it", erasing)
	require.NoError(t, err)
	require.ElementsMatch(t, reached(), w.speaking(textColumns(t)), "the person stands in every column that is reached, and in no other")
	_, err = w.EraseContact(ctx, w.as("manager1"), id, contact.ID, "刘建国 agreed", erasing)
	require.NoError(t, err)
	require.Empty(t, w.speaking(textColumns(t)))
	w.sound()

	said := func(sql string) (text string) {
		require.NoError(t, connect(t, w.url).QueryRow(ctx, sql).Scan(&text))
		return text
	}
	require.Equal(t, `█████ 100% a_b \ 的事`, said("SELECT note FROM team_reviews"), "what else was written stays")
	require.Equal(t, "去见█████,电话 █████", said("SELECT text FROM team_review_decisions"))
	for _, table := range []string{"team_reviews", "team_review_breaches", "team_review_decisions", "team_review_actions", "quota_breach_steps", "quota_bulletins"} {
		require.Equal(t, 1, w.countOf("SELECT count(*) FROM "+table+" WHERE erased_at IS NOT NULL"), "%s says when it was", table)
	}
}

func TestErasing_leavesWhoOnlyBearsTheName(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id, contact := planted(w)
	other := w.lead("rep3", customerIn("宿城区", "别家"))
	_, err := w.AddContact(ctx, w.as("rep3"), other, deal.Contact{Name: "刘建国", Mobile: "13911112222"})
	require.NoError(t, err)
	w.exec(`INSERT INTO team_review_decisions (id, review_id, text, by_id, at) VALUES ('d2', 'r2', '晨风集团的刘建国', 'x', now());
		INSERT INTO team_actions (id, team_id, review_id, version, owner_id, due_on, text, status, created_by, created_at)
			VALUES ('a2', 't', 'r2', 1, 'x', now(), '请刘建国总回电 138 0524 0011', 'open', 'x', now())`)
	for _, login := range []string{"rep1", "manager1"} {
		_, err := w.EraseContact(ctx, w.as(login), id, contact.ID, "asked for", erasing)
		require.NoError(t, err)
	}
	for text, n := range map[string]int{
		"SELECT count(*) FROM handovers WHERE reason = '刘建国要求换人'":              1, // which of them?
		"SELECT count(*) FROM team_review_decisions WHERE text = '晨风集团的█████'": 1, // it says which
		"SELECT count(*) FROM team_actions WHERE text = '请█████回电 █████'":      1, // nobody else was ever called that, and the number is one person's
		"SELECT count(*) FROM team_review_breaches WHERE reason = '█████不在'":   1, // of the account
		"SELECT count(*) FROM contacts WHERE name = '刘建国'":                     1,
	} {
		require.Equal(t, n, w.countOf(text), text)
	}
}

// Whoever connects can do no more to a row that is only added to than erasing needs.
func TestErasing_isTheOnlyWayIntoWhatIsSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	planted(w)
	const erase = "SELECT set_config('closedloop.erasing', 'x', false);"
	for sql, what := range map[string]string{
		"UPDATE team_reviews SET note = '█████ 100% a_b \\ 的事', erased_at = now()":                            "not in a transaction that erases",
		erase + "UPDATE team_reviews SET note = '█████ 100% a_b \\ 的事'":                                       "nor without saying when",
		erase + "UPDATE team_reviews SET note = '█████ 100% a_b \\ 的事', erased_at = now() - interval '1 day'": "nor with another time",
		erase + "UPDATE team_reviews SET note = '█████ 1000 a_b \\ 的事', erased_at = now()":                    "nor with other words",
		erase + "UPDATE team_reviews SET note = '█████ % a_b \\ 的事 and more', erased_at = now()":              "nor with more words",
		erase + "UPDATE team_reviews SET note = NULL, erased_at = now()":                                      "nor without a text",
		erase + "UPDATE team_reviews SET note = '█████ 100% a_b \\ 的事', erased_at = now(), signed_by = 'y'":   "nor with another signature",
		erase + "UPDATE team_review_breaches SET reason = '█████不在', erased_at = now(), reason_by = 'y'":      "nor another author",
		erase + "UPDATE team_review_decisions SET text = 'something else', erased_at = now()":                 "nor another decision",
		erase + "UPDATE team_review_actions SET text = '约█████', done_note = 'never', erased_at = now()":      "nor another outcome",
		erase + "UPDATE quota_bulletins SET content = '[1]', erased_at = now()":                               "nor other figures",
		erase + "UPDATE quota_breach_steps SET comment = '一直陪█████', erased_at = now(), at = now()":           "nor another time",
		erase + "DELETE FROM quota_breach_steps":                                                              "nor can it be taken away",
		erase + "DELETE FROM team_review_decisions":                                                           "nor can this",
		erase + "UPDATE quota_bulletins SET reason = '算错了', erased_at = now()":                                "nor a part without the marker",
		"UPDATE quota_breach_steps SET comment = '一直陪█████', erased_at = now()":                               "not without erasing",
		erase + "UPDATE account_events SET actor = 'y'":                                                       "and the log never",
		erase + "UPDATE team_review_accounts SET name = '█████'":                                              "nor the snapshot",
	} {
		_, err := connect(t, w.url).Exec(t.Context(), sql)
		require.Error(t, err, what)
	}
	require.Equal(t, 0, w.countOf("SELECT count(*) FROM quota_breach_steps WHERE erased_at IS NOT NULL"))
	w.exec(erase + "UPDATE quota_breach_steps SET comment = '一直陪█████', erased_at = now()")
	require.Equal(t, 1, w.countOf("SELECT count(*) FROM quota_breach_steps WHERE erased_at IS NOT NULL AND comment = '一直陪█████'"))
}
