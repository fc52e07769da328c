package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/config"
	"closedloop/deal/view"
	"closedloop/identity"
	"closedloop/store"
	"closedloop/testkit"
)

func keyed(letter string) config.Config {
	var c config.Config
	c.Secrets.Key = config.Secret(strings.Repeat(letter, identity.MinHouseKey))
	return c
}

func TestOpenHouse_takesTheConfiguredKeyOrMakesOne(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	one, err := openHouse(t.Context(), keyed("a"), log)
	require.NoError(t, err)
	other, err := openHouse(t.Context(), keyed("b"), log)
	require.NoError(t, err)
	require.NotEqual(t, one.Mark(), other.Mark())

	made := config.Config{DataDir: t.TempDir() + "/data"}
	first, err := openHouse(t.Context(), made, log)
	require.NoError(t, err)
	again, err := openHouse(t.Context(), made, log)
	require.NoError(t, err)
	require.Equal(t, first.Mark(), again.Mark())
}

// A process with another key would park what it cannot sign: it does not start.
func TestTakeSecrets_refusesAnotherKeyAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	st, err := store.Open(ctx, testkit.Database(t), store.Options{})
	require.NoError(t, err)
	t.Cleanup(st.Close)
	house, err := openHouse(ctx, keyed("a"), log)
	require.NoError(t, err)
	other, err := openHouse(ctx, keyed("b"), log)
	require.NoError(t, err)
	require.NoError(t, takeSecrets(ctx, st, other, log), "nothing is sealed yet")
	hook, err := st.AddWebhook(ctx, view.Webhook{ID: "hook", URL: "https://hooks.example.com/x", Sealed: house.Seal(view.WebhookPlace+"hook", "whsec_YQ=="), CreatedBy: "admin"})
	require.NoError(t, err)
	require.NoError(t, takeSecrets(ctx, st, house, log))
	err = takeSecrets(ctx, st, other, log)
	require.ErrorIs(t, err, store.ErrSealedElsewhere)
	require.ErrorContains(t, err, "secrets.key_file")
	require.ErrorContains(t, err, "closedloop secrets drop")

	_, err = (&channels{house: other}).Endpoint(hook, time.Now())
	require.ErrorIs(t, err, activities.ErrUnsigned, "what waits goes on waiting for a process that can sign")
}
