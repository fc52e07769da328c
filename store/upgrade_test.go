package store_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
	"closedloop/testkit"
)

// before is the schema that the last migrations found in houses that work.
const before = 9

// A house that worked with an earlier schema goes on: its rows come through the migrations, and what the newer columns say
// of them is what they would say had the rows been written today.
func TestMigrate_takesAHouseThatWorksAlong(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.walked()
	merged, into := w.lead("rep1", customer("晨风服饰")), w.lead("rep1", customer("晨风集团"))
	w.do(merged, "rep1", deal.Advance{From: deal.Collect})
	w.do(merged, "manager1", deal.ReviewIntake{Decision: deal.MergeIntake, MergeInto: into, Reason: text("twin")})
	_, err := w.AddDocument(ctx, w.as("rep1"), into, document("agreement", "a1", `{"number":"HT-1","until":"2026-12-31"}`), false)
	require.NoError(t, err)
	asked := w.lead("rep2", customerIn("高新区", "远大"))
	w.do(asked, "rep2", deal.Advance{From: deal.Collect})
	w.do(asked, w.leadOf(asked), deal.ReviewIntake{Decision: deal.AcceptIntake})
	form, err := w.PutForm(ctx, w.as("rep2"), asked, deal.Screen, 0, map[string]any{"need": true})
	require.NoError(t, err)
	w.do(asked, "rep2", deal.RequestApproval{
		Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Screen), Version: form.Version}, Text: text("please"),
	})
	inbox, _, err := w.Notices(ctx, w.as("rep1"), false, view.Page{})
	require.NoError(t, err)
	require.Greater(t, len(inbox), 1)
	_, err = w.ReadNotices(ctx, w.as("rep1"), []string{inbox[0].ID})
	require.NoError(t, err)

	url := testkit.DatabaseFrom(t, "at-9-"+store.MigrationsHash(), func(ctx context.Context, url string) error {
		return store.MigrateTo(ctx, url, before)
	})
	w.moveInto(url)
	require.NoError(t, store.Migrate(ctx, url))
	there := openWorld(t, url)
	there.at, there.serial = w.at, w.serial

	there.sound()
	require.Equal(t, w.projections(), there.projections())
	require.Contains(t, there.marked(), into, "its agreement is on nobody's agenda yet")
	require.NotContains(t, there.marked(), asked)
	for _, words := range []string{"晨", "晨风", "cf"} {
		found, _, err := there.Accounts(ctx, there.as("rep1"), view.AccountFilter{Query: words})
		require.NoError(t, err)
		require.NotEmpty(t, found, words)
	}
	there.do(into, "rep1", deal.SetFollowUp{At: there.at.Add(200 * time.Hour), Note: text("and on it goes")})
	there.sound()
}

// leadOf is the login of whoever leads an account's team.
func (w *world) leadOf(id deal.AccountID) string {
	w.t.Helper()
	who, ok := w.org().Person(w.org().LeadOf(w.state(id).Team))
	require.True(w.t, ok)
	return who.Login
}

// moveInto copies every row into a database with an earlier schema, as far as that has columns for it.
func (w *world) moveInto(url string) {
	w.t.Helper()
	from, to := connect(w.t, w.url), connect(w.t, url)
	rows, err := to.Query(w.t.Context(), `SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'goose_db_version'
		GROUP BY c.oid ORDER BY c.oid`)
	require.NoError(w.t, err)
	columns := map[string]string{}
	var tables []string
	var table, list string
	_, err = pgx.ForEachRow(rows, []any{&table, &list}, func() error {
		tables, columns[table] = append(tables, table), list
		return nil
	})
	require.NoError(w.t, err)
	_, err = to.Exec(w.t.Context(), "TRUNCATE org_version, installation")
	require.NoError(w.t, err)
	_, err = to.Exec(w.t.Context(), "SET session_replication_role = replica") // teams and their leads refer to each other
	require.NoError(w.t, err)
	for _, table := range tables {
		var content bytes.Buffer
		_, err := from.PgConn().CopyTo(w.t.Context(), &content, "COPY (SELECT "+columns[table]+" FROM "+table+") TO STDOUT")
		require.NoError(w.t, err, table)
		_, err = to.PgConn().CopyFrom(w.t.Context(), strings.NewReader(content.String()), "COPY "+table+" ("+columns[table]+") FROM STDIN")
		require.NoError(w.t, err, table)
	}
}
