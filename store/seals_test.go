package store_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal/view"
	"closedloop/store"
	"closedloop/testkit"
)

// marked seals as a house would, readably.
func marked(mark string) func(webhook, secret string) []byte {
	return func(webhook, secret string) []byte { return []byte(mark + webhook + "=" + secret) }
}

// hook puts a webhook there whose secret was sealed under a key.
func (w *world) hook(id, mark string) {
	w.t.Helper()
	_, err := w.AddWebhook(w.t.Context(), view.Webhook{
		ID: id, URL: "https://hooks.example.com/" + id, Sealed: marked(mark)(id, "s"), SealedFor: "request", CreatedBy: w.people["admin1"],
	})
	require.NoError(w.t, err)
}

func TestSealSecrets_leavesNothingInClear(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.hook("sealed", "key1 ")
	w.exec(`INSERT INTO webhooks (id, url, note, kinds, secret, former_secret, former_until, active, version, created_by, created_at, changed_by, changed_at)
		SELECT id, 'https://hooks.example.com/x', '', '{}', 'whsec_a', former, CASE WHEN former IS NOT NULL THEN now() END, true, 3, 'a', now(), 'a', now()
		FROM (VALUES ('one', NULL), ('two', 'whsec_b')) v(id, former)`)
	n, err := w.SealSecrets(ctx, marked("key1 "))
	require.NoError(t, err)
	require.Equal(t, 2, n)
	two, err := w.Webhook(ctx, "two")
	require.NoError(t, err)
	require.Equal(t, "key1 two=whsec_a", string(two.Sealed))
	require.Equal(t, "key1 two=whsec_b", string(two.FormerSealed))
	require.True(t, two.Active)
	var dump bytes.Buffer
	require.NoError(t, w.Dump(ctx, &dump))
	require.NotContains(t, dump.String(), "\twhsec_")
	n, err = w.SealSecrets(ctx, marked("key2 "))
	require.NoError(t, err)
	require.Zero(t, n, "what is sealed stays so")
}

func TestDropSealed_stopsWebhooksThatNobodyCanSignFor(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.hook("here", "key1 ")
	w.hook("there", "key2 ")
	n, err := w.SealedElsewhere(ctx, []byte("key1 "))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	n, err = w.DropSealed(ctx, []byte("key1 "))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	there, err := w.Webhook(ctx, "there")
	require.NoError(t, err)
	require.Equal(t, []any{false, view.SecretLost, 0}, []any{there.Active, there.Stopped, len(there.Sealed)})
	here, err := w.Webhook(ctx, "here")
	require.NoError(t, err)
	require.True(t, here.Active)
	_, err = w.ChangeWebhook(ctx, "there", 0, w.people["admin1"], func(w *view.Webhook) { w.Active = true })
	require.Error(t, err, "nothing goes out unsigned")
	_, err = w.ChangeWebhook(ctx, "there", 0, w.people["admin1"], func(w *view.Webhook) { w.Active, w.Sealed, w.Stopped = true, []byte("key1 x"), "" })
	require.NoError(t, err)
}

func TestRestore_wantsTheKeyThatSealedTheSecrets(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.hook("hook", "key1 ")
	var dump bytes.Buffer
	require.NoError(t, w.Dump(ctx, &dump))
	restore := func(seals store.Seals) (*store.Store, error) {
		s := open(t, testkit.Database(t), store.Options{})
		return s, s.Restore(ctx, bytes.NewReader(dump.Bytes()), seals)
	}
	empty, err := restore(store.Seals{Mark: []byte("key2 ")})
	require.ErrorIs(t, err, store.ErrSealedElsewhere)
	all, err := empty.Webhooks(ctx)
	require.NoError(t, err)
	require.Empty(t, all, "all or nothing")
	same, err := restore(store.Seals{Mark: []byte("key1 ")})
	require.NoError(t, err)
	hook, err := same.Webhook(ctx, "hook")
	require.NoError(t, err)
	require.Equal(t, "key1 hook=s", string(hook.Sealed))
	without, err := restore(store.Seals{Mark: []byte("key2 "), Drop: true})
	require.NoError(t, err)
	hook, err = without.Webhook(ctx, "hook")
	require.NoError(t, err)
	require.Equal(t, view.SecretLost, hook.Stopped)
}

// Answers that an earlier release kept told secrets; whoever repeats such a request is told none.
func TestMigrate_takesSecretsOutOfAnswersThatAreKept(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	url := testkit.DatabaseFrom(t, "at-39-"+store.MigrationsHash(), func(ctx context.Context, url string) error {
		return store.MigrateTo(ctx, url, 39)
	})
	conn := connect(t, url)
	for key, kept := range map[string][2]string{
		"made":    {"/api/v1/webhooks/1", `{"body":{"id":"1","secret":"whsec_YQ=="},"etag":"\"1\""}`},
		"rotated": {"", `{"body":{"id":"1","secret":"whsec_YQ=="}}`},
		"other":   {"/api/v1/accounts/1", `{"body":{"note":"whsec_YQ==","secret":"whsec_YQ=="}}`},
	} {
		_, err := conn.Exec(ctx, `INSERT INTO request_keys (actor_id, key, fingerprint, status, body, location, expires_at)
			VALUES ('a', $1, 'f', 200, $2, $3, now() + interval '1 hour')`, key, []byte(kept[1]), kept[0])
		require.NoError(t, err)
	}
	require.NoError(t, store.Migrate(ctx, url))
	s := open(t, url, store.Options{})
	for key, want := range map[string]string{
		"made": `{"body":{"id":"1"},"etag":"\"1\""}`, "rotated": `{"body":{"id":"1"}}`, "other": `{"body":{"note":"whsec_YQ==","secret":"whsec_YQ=="}}`,
	} {
		kept, known, err := s.Request(ctx, "a", key)
		require.NoError(t, err)
		require.True(t, known)
		require.JSONEq(t, want, string(kept.Body), key)
	}
}
