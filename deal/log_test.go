package deal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

// goldenEvents is one event of every kind with its canonical JSON and its hash.
var goldenEvents = filepath.Join("testdata", "events.json")

type golden struct {
	Kind      deal.EventKind  `json:"kind"`
	Prev      string          `json:"prev"`
	Canonical json.RawMessage `json:"canonical"`
	Hash      string          `json:"hash"`
}

// canonical is version 1 of what is hashed, written down a second time: the fields in this order, UTC, no spaces.
func canonical(t tb, e deal.Event) string {
	t.Helper()
	content, err := e.Content()
	require.NoError(t, err)
	return fmt.Sprintf(
		`{"account":%q,"seq":%d,"cycle":%d,"step":%q,"kind":%q,"version":%d,"content":%s,"actor":%q,"key":%q,"at":%q}`,
		e.Account, e.Seq, e.Cycle, e.Step, e.Kind, e.Version, content, e.Actor, e.Key, e.At.UTC().Format(time.RFC3339Nano),
	)
}

// Logs hold these bytes and hashes for ever: a change of the encoding breaks every chain there is.
func TestEvent_hasTheHashItAlwaysHad(t *testing.T) {
	t.Parallel()
	events := samples(t)
	if *update {
		var list []golden
		for _, e := range events {
			list = append(list, golden{Kind: e.Kind, Prev: e.Prev, Canonical: json.RawMessage(canonical(t, e)), Hash: e.Hash})
		}
		text, err := json.MarshalIndent(list, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(goldenEvents), 0o755))
		require.NoError(t, os.WriteFile(goldenEvents, append(text, '\n'), 0o644))
	}
	text, err := os.ReadFile(goldenEvents)
	require.NoError(t, err)
	var list []golden
	require.NoError(t, json.Unmarshal(text, &list))
	require.Len(t, list, len(deal.EventKinds()))
	for i, want := range list {
		require.Equal(t, deal.EventKinds()[i], want.Kind, "one of every kind, in their order")
		var dense bytes.Buffer
		require.NoError(t, json.Compact(&dense, want.Canonical))
		require.Equal(t, dense.String(), canonical(t, events[i]), want.Kind)
		require.Equal(t, want.Prev, events[i].Prev)
		require.Equal(t, want.Hash, events[i].Hash, want.Kind)
		sum := sha256.Sum256([]byte(want.Prev + dense.String()))
		require.Equal(t, want.Hash, hex.EncodeToString(sum[:]), "SHA-256 over the hash before and the canonical JSON")

		var stored struct {
			Content json.RawMessage `json:"content"`
		}
		require.NoError(t, json.Unmarshal(want.Canonical, &stored))
		read := events[i]
		read.Body, read.Tasks, read.Notices = nil, nil, nil
		require.NoError(t, read.SetContent(stored.Content))
		require.True(t, alike(reflect.ValueOf(events[i]), reflect.ValueOf(read)), "%s reads back as it was", want.Kind)
	}
}

// The samples leave no field empty, so that a new field needs a sample, and the golden file shows it.
func TestEventSamples_leaveNoFieldEmpty(t *testing.T) {
	t.Parallel()
	for _, e := range samples(t) {
		require.Empty(t, empties(reflect.ValueOf(e.Body), string(e.Kind)))
	}
}

// empties names the fields that hold nothing.
func empties(v reflect.Value, path string) []string {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		if v.IsZero() {
			return []string{path}
		}
		return nil
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return empties(v.Elem(), path)
	case v.Kind() == reflect.Slice && v.Len() > 0:
		return empties(v.Index(0), path+"[0]")
	case v.Kind() == reflect.Struct:
		var list []string
		for i := range v.NumField() {
			list = append(list, empties(v.Field(i), path+"."+v.Type().Field(i).Name)...)
		}
		return list
	case v.IsZero():
		return []string{path}
	}
	return nil
}

func TestEvent_thatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		event   deal.Event
		content string
		want    string
	}{
		"unknown kind":    {deal.Event{Seq: 7, Kind: "vanished", Version: 1}, `{"data":{}}`, `decode event 7: unknown kind "vanished" version 1`},
		"unknown version": {deal.Event{Seq: 7, Kind: deal.OpenedKind, Version: 2}, `{"data":{}}`, `unknown kind "opened" version 2`},
		"no JSON":         {deal.Event{Seq: 7, Kind: deal.OpenedKind, Version: 1}, `{`, "decode event 7"},
		"another shape":   {deal.Event{Seq: 7, Kind: deal.OpenedKind, Version: 1}, `{"data":{"number":7}}`, "decode event 7"},
	} {
		require.ErrorContains(t, tt.event.SetContent([]byte(tt.content)), tt.want, name)
	}
	unwritable := deal.Event{Seq: 1, Kind: deal.FollowUpSetKind, Body: deal.FollowUpSet{FollowUp: deal.FollowUp{At: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}}}
	_, err := unwritable.Content()
	require.ErrorContains(t, err, "encode follow_up_set")
	_, err = deal.Seal("", []deal.Event{unwritable})
	require.ErrorContains(t, err, "encode follow_up_set")
	_, err = deal.Verify([]deal.Event{unwritable})
	require.ErrorContains(t, err, "encode follow_up_set")
	unwritable = deal.Event{Seq: 1, Kind: deal.TaskCompletedKind, Body: deal.TaskCompleted{}, At: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}
	_, err = unwritable.Digest()
	require.ErrorContains(t, err, "encode event 1")
}

func TestVerify_acceptsAChainThatHolds(t *testing.T) {
	t.Parallel()
	for _, log := range [][]deal.Event{nil, samples(t), standingIn(t, deal.Archive).log} {
		fault, err := deal.Verify(log)
		require.NoError(t, err)
		require.Nil(t, fault)
	}
}

// Whatever is changed, dropped, swapped or inserted in a log is found, at the place where it happened.
func TestVerify_findsEveryTampering(t *testing.T) {
	t.Parallel()
	log := standingIn(t, deal.Archive).log
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, len(log)-2).Draw(t, "event") // what is cut off at the end shows in the head instead
		bad := append([]deal.Event{}, log...)
		how := rapid.SampledFrom([]string{"drop", "swap", "repeat", "byte", "hash", "prev", "actor", "at", "key", "step", "cycle", "kind", "task"}).Draw(t, "how")
		want := deal.Break{Seq: int64(n) + 1, Reason: "changed"}
		switch how {
		case "drop":
			bad, want.Reason = append(bad[:n:n], bad[n+1:]...), "gap"
		case "swap":
			bad[n], bad[n+1] = bad[n+1], bad[n]
			want.Reason = "gap"
		case "repeat":
			bad, want = append(bad[:n+1:n+1], bad[n:]...), deal.Break{Seq: int64(n) + 2, Reason: "gap"}
		case "byte":
			bad[n] = flip(t, bad[n])
		case "hash":
			bad[n].Hash = strings.Repeat("0", 64)
		case "prev":
			bad[n].Prev, want.Reason = "x"+bad[n].Prev, "broken_link"
		case "actor":
			bad[n].Actor = nobody
		case "at":
			bad[n].At = bad[n].At.Add(time.Microsecond)
		case "key":
			bad[n].Key += "x"
		case "step":
			bad[n].Step += "x"
		case "cycle":
			bad[n].Cycle++
		case "kind":
			bad[n].Kind += "x"
		case "task":
			bad[n].Tasks = append([]deal.Task{{ID: "forged"}}, bad[n].Tasks...)
		}
		fault, err := deal.Verify(bad)
		require.NoError(t, err)
		require.Equal(t, &want, fault, how)
	})
}

// A forged event whose hash was computed anew breaks the link of the next one.
func TestVerify_findsAForgeryThatWasSealed(t *testing.T) {
	t.Parallel()
	log := append([]deal.Event{}, standingIn(t, deal.Survey).log...)
	log[1].Actor = director1
	sealed, err := deal.Seal(log[0].Hash, log[1:2:2])
	require.NoError(t, err)
	log[1] = sealed[0]
	fault, err := deal.Verify(log)
	require.NoError(t, err)
	require.Equal(t, &deal.Break{Seq: 3, Reason: "broken_link"}, fault)
}

// flip changes one letter or digit of an event's content.
func flip(t *rapid.T, e deal.Event) deal.Event {
	content, err := e.Content()
	require.NoError(t, err)
	for range 1000 {
		i := rapid.IntRange(0, len(content)-1).Draw(t, "byte")
		changed := append([]byte{}, content...)
		changed[i] ^= 1
		copied := e
		copied.Body, copied.Tasks, copied.Notices = nil, nil, nil
		if copied.SetContent(changed) != nil {
			continue // no longer an event
		}
		if again, err := copied.Content(); err == nil && string(again) != string(content) {
			return copied
		}
	}
	require.Fail(t, "nothing could be changed")
	return e
}
