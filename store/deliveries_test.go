package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/deal/view"
)

func TestSweepStaged_passesOverDeadLettersToWhatIsOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now()
	w.exec(`INSERT INTO deliveries (id, notice_id, source, kind, recipient, channel, at, state, next_at, ended_at)
		SELECT 'dead' || n, 'n' || n, 'account', 'asked', 'somebody', 'mail', $1, 'parked', $1, $1 FROM generate_series(1, 1000) n`, now.Add(-100*24*time.Hour))
	w.exec(`INSERT INTO deliveries (id, notice_id, source, kind, recipient, channel, at, state, next_at, ended_at)
		VALUES ('sent', 's', 'account', 'asked', 'somebody', 'mail', $1, 'sent', $1, $1)`, now.Add(-91*24*time.Hour))
	_, err := w.SweepStaged(t.Context(), now)
	require.NoError(t, err)
	require.Equal(t, 1000, w.count("deliveries"), "dead letters stay until somebody decides, and keep nothing else")
}

func TestReplayWebhook_plansAllThatWasSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const said = 10_001
	at := monday
	hook, err := w.AddWebhook(t.Context(), view.Webhook{ID: "hook", URL: "https://hooks.example.com/x", Sealed: []byte("s"), CreatedBy: w.people["admin"]})
	require.NoError(t, err)
	w.exec(`INSERT INTO person_notices (id, kind, person_id, ref, args, at) SELECT 'n' || n, 'handover_over', 'somebody', '', '[]', $1 FROM generate_series(1, $2::int) n`, at, said)
	w.exec(`INSERT INTO outbox (notice_id, person_id, source, at) SELECT id, person_id, 'person', at FROM person_notices`)
	w.exec(`WITH placed AS (UPDATE outbox SET position = added RETURNING position), ended AS (UPDATE outbox_end SET position = (SELECT max(position) FROM placed))
		UPDATE relay_end SET position = (SELECT max(position) FROM placed)`)
	n, err := w.ReplayWebhook(t.Context(), hook.ID, at.Add(-time.Hour), at.Add(time.Hour), w.people["admin"], activities.ForWebhook)
	require.NoError(t, err)
	require.Equal(t, said, n)
}
