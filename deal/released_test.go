package deal_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// What an earlier release wrote is in logs for ever: it reads, and it has the hash that it had. A new field is left out
// where it has no value, so that it changes no old event. Each file is the events.json of a release, and is never
// changed.
func TestEvent_ofAnEarlierReleaseKeepsItsHash(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "released", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var list []golden
		require.NoError(t, json.Unmarshal(text, &list))
		require.NotEmpty(t, list)
		for _, was := range list {
			var head struct {
				Account deal.AccountID  `json:"account"`
				Seq     int64           `json:"seq"`
				Cycle   int             `json:"cycle"`
				Step    deal.Step       `json:"step"`
				Version int             `json:"version"`
				Content json.RawMessage `json:"content"`
				Actor   deal.PersonID   `json:"actor"`
				Key     string          `json:"key"`
				At      time.Time       `json:"at"`
			}
			require.NoError(t, json.Unmarshal(was.Canonical, &head))
			e := deal.Event{
				Account: head.Account, Seq: head.Seq, Cycle: head.Cycle, Step: head.Step, Kind: was.Kind, Version: head.Version, Actor: head.Actor,
				Key: head.Key, At: head.At, Prev: was.Prev,
			}
			require.NoError(t, e.SetContent(head.Content), was.Kind)
			var dense bytes.Buffer
			require.NoError(t, json.Compact(&dense, was.Canonical))
			require.Equal(t, dense.String(), canonical(t, e), "%s of %s", was.Kind, file)
			hash, err := e.Digest()
			require.NoError(t, err)
			require.Equal(t, was.Hash, hash, "%s of %s", was.Kind, file)
		}
	}
}
