package store_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/store"
	"closedloop/testkit"
)

// SA2: whoever connects, nothing in the log can be changed or taken away.
func TestSA2_theLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.lead("rep1", customer("晨风集团"))
	conn := connect(t, w.url)
	for _, sql := range []string{
		"UPDATE account_events SET actor = 'somebody'", "DELETE FROM account_events", "TRUNCATE account_events",
		"UPDATE account_commands SET fingerprint = 'x'", "DELETE FROM account_commands", "TRUNCATE account_commands CASCADE",
	} {
		_, err := conn.Exec(t.Context(), sql)
		var refused *pgconn.PgError
		require.ErrorAs(t, err, &refused, sql)
		require.Contains(t, refused.ConstraintName, "_append_only", sql)
	}
	require.Equal(t, 1, w.count("account_events"))
	require.Equal(t, 1, w.count("account_commands"))
}

func TestSchema_knowsEveryWordOfTheRules(t *testing.T) {
	t.Parallel()
	conn := connect(t, testkit.Database(t))
	words := map[string][]string{
		"accounts_status_check": {}, "accounts_grade_check": {}, "users_role_check": {}, "contacts_role_check": {},
		"account_events_step_check": {}, "accounts_step_check": {}, "step_forms_step_check": {},
	}
	for _, s := range deal.Statuses() {
		words["accounts_status_check"] = append(words["accounts_status_check"], string(s))
	}
	for _, g := range deal.Grades() {
		words["accounts_grade_check"] = append(words["accounts_grade_check"], string(g))
	}
	for _, r := range deal.Roles() {
		words["users_role_check"] = append(words["users_role_check"], string(r))
	}
	for _, r := range deal.BuyingRoles() {
		words["contacts_role_check"] = append(words["contacts_role_check"], string(r))
	}
	for _, s := range deal.Steps() {
		for _, constraint := range []string{"account_events_step_check", "accounts_step_check", "step_forms_step_check"} {
			words[constraint] = append(words[constraint], string(s))
		}
	}
	for constraint, list := range words {
		var definition string
		require.NoError(t, conn.QueryRow(t.Context(),
			"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", constraint).Scan(&definition), constraint)
		for _, word := range list {
			require.Contains(t, definition, "'"+word+"'", constraint)
		}
	}
}

func TestMigrate_letsSeveralStartersIn(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseFrom(t, "empty", nothing)
	errs := make([]error, 4)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { errs[i] = store.Migrate(t.Context(), url) })
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	s := open(t, url, store.Options{})
	first, err := s.Installation(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, first.ID)
	require.Len(t, first.Secret, 32)
	require.NoError(t, store.Migrate(t.Context(), url))
	again, err := s.Installation(t.Context())
	require.NoError(t, err)
	require.Equal(t, first, again, "an installation is made once")
}

func TestOpen_refusesASchemaThatIsNotOurs(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseFrom(t, "empty", nothing)
	_, err := store.Open(t.Context(), url, store.Options{})
	require.ErrorIs(t, err, store.ErrSchemaOlder)

	url = testkit.Database(t)
	s := open(t, url, store.Options{})
	pending, err := s.Pending(t.Context())
	require.NoError(t, err)
	require.False(t, pending)

	_, err = connect(t, url).Exec(t.Context(), "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)")
	require.NoError(t, err)
	pending, err = s.Pending(t.Context())
	require.NoError(t, err)
	require.True(t, pending)
	_, err = store.Open(t.Context(), url, store.Options{})
	require.ErrorIs(t, err, store.ErrSchemaOlder)

	_, err = connect(t, url).Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
	require.NoError(t, err)
	_, err = store.Open(t.Context(), url, store.Options{})
	require.ErrorIs(t, err, store.ErrSchemaNewer)
	require.ErrorIs(t, store.Migrate(t.Context(), url), store.ErrSchemaNewer)
}

func TestOpen_namesEveryBadOption(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), "postgres://127.0.0.1/none", store.Options{MaxConns: 1, StatementTimeout: -1, RequestsKept: -1})
	require.ErrorContains(t, err, "MaxConns")
	require.ErrorContains(t, err, "StatementTimeout")
	require.ErrorContains(t, err, "RequestsKept")
}
