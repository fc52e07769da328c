package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// bureau is an API with two jobs; what is asked for is done, or fails, at the look after.
type bureau struct {
	asked   []string
	broken  bool
	runs    []map[string]any
	headers http.Header
}

func (b *bureau) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.headers = r.Header
	answer := map[string]any{"next_cursor": ""}
	switch {
	case r.URL.Path == "/api/v1/jobs":
		answer["items"] = []any{
			map[string]any{"name": "daily-quota", "state": "idle", "done": "2026-05-03", "missed": []any{}, "next": "2026-05-04", "next_at": "2026-05-05T00:10:00Z"},
			map[string]any{
				"name": "daily-digest", "state": "failed", "done": "2026-05-01", "missed": []any{"2026-05-02", "2026-05-03"}, "next": "2026-05-04",
				"next_at": "2026-05-05T00:10:00Z", "last": map[string]any{"period": "2026-05-02", "error": "no ink"},
			},
		}
	case r.Method == http.MethodPost:
		var body struct{ Period string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		b.asked = append(b.asked, r.URL.Path+" "+body.Period)
		state := map[string]any{"period": body.Period, "state": "done", "attempts": 1, "detail": map[string]int{"bulletins": 2}}
		if b.broken {
			state["state"], state["error"], state["attempts"] = "failed", "no ink", 7
		}
		b.runs = []map[string]any{state}
		answer = map[string]any{"period": body.Period, "state": "waiting"}
		w.WriteHeader(http.StatusAccepted)
	default:
		items := []any{map[string]any{"period": "2026-05-01", "state": "failed", "attempts": 6, "error": "long ago"}}
		for _, run := range b.runs {
			items = append(items, run)
		}
		answer["items"] = items
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func asked(t *testing.T, b *bureau) (*uploader, *bytes.Buffer) {
	t.Helper()
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	var out bytes.Buffer
	return &uploader{base: server.URL, out: &out, lang: "zh", client: server.Client()}, &out
}

func TestJobs_printWhatIsMissedAndWhy(t *testing.T) {
	t.Parallel()
	b := &bureau{}
	u, out := asked(t, b)
	require.NoError(t, u.jobs(t.Context()))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 4)
	require.Regexp(t, `^daily-quota +idle +2026-05-03 +- +2026-05-04 `, lines[1])
	require.Regexp(t, `^daily-digest +failed +2026-05-01 +2026-05-02 2026-05-03 +2026-05-04 `, lines[2])
	require.Equal(t, "daily-digest for 2026-05-02: no ink", strings.TrimSpace(lines[3]))
	require.Equal(t, "zh", b.headers.Get("Accept-Language"))
}

func TestRunJob_doesWhatIsDueAndWaitsForItsEnd(t *testing.T) {
	t.Parallel()
	b := &bureau{}
	u, out := asked(t, b)
	require.NoError(t, u.runJob(t.Context(), "daily-digest", ""))
	require.Equal(t, []string{"/api/v1/jobs/daily-digest/runs 2026-05-03"}, b.asked, "the newest one that is due brings those before it")
	require.Contains(t, out.String(), "done map[bulletins:2]")
	out.Reset()
	require.NoError(t, u.runJob(t.Context(), "daily-quota", ""))
	require.Contains(t, out.String(), "nothing is due")
	require.Len(t, b.asked, 1)
	require.ErrorContains(t, u.runJob(t.Context(), "unheard-of", ""), "closedloop jobs lists them")
	b.broken = true
	require.ErrorContains(t, u.runJob(t.Context(), "daily-digest", "2026-05-03"), "no ink")
}
