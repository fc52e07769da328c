package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/playbook"
)

// shelf is what the installation keeps of playbooks, in memory. It checks texts as the real one does.
type shelf struct {
	library   playbook.Library
	all       []view.Edition // newest first
	refreshed int
	change    playbook.Change
	clocks    []deal.Clock
	moveErr   error
}

func (s *shelf) Refresh(context.Context) error {
	s.refreshed++
	return nil
}

func (s *shelf) Editions(_ context.Context, name string) ([]view.Edition, error) {
	var found []view.Edition
	for _, e := range s.all {
		if e.Ref.Name == name {
			found = append(found, e)
		}
	}
	if found == nil {
		return nil, deal.ErrNotFound
	}
	return found, nil
}

func (s *shelf) Edition(ctx context.Context, name string, version int) (view.Edition, error) {
	all, err := s.Editions(ctx, name)
	for _, e := range all {
		if version == 0 || e.Ref.Version == version {
			return e, nil
		}
	}
	if err == nil {
		err = deal.ErrNotFound
	}
	return view.Edition{}, err
}

func (s *shelf) Install(_ context.Context, by deal.PersonID, text []byte, check bool) (view.Edition, error) {
	checked, err := s.library.Check(text, "request")
	if err != nil {
		return view.Edition{}, err
	}
	e := view.Edition{Ref: checked.Ref, Checksum: checked.Checksum, Installed: true, Newest: true, Usable: true, Text: text}
	if check {
		return e, nil
	}
	if _, err := s.library.Install(text, "request"); err != nil {
		return view.Edition{}, err
	}
	e.InstalledBy, e.InstalledAt, e.StoredAt = by, noon(), noon()
	s.all = append([]view.Edition{e}, s.all...)
	return e, nil
}

func (s *shelf) Preview(to deal.BookRef, state deal.State, _ string, _ deal.Records, _ time.Time) (playbook.Change, []deal.Clock, error) {
	c := s.change
	c.From, c.To = state.Book, to
	return c, s.clocks, s.moveErr
}

// quick is the text of a shipped playbook under some version.
func quick(t *testing.T, version int) string {
	t.Helper()
	library, err := playbook.Load(playbook.Options{})
	require.NoError(t, err)
	for _, s := range library.Sources() {
		if s.Ref.Name == "quick" {
			return strings.Replace(string(s.Text), fmt.Sprintf("version: %d", s.Ref.Version), fmt.Sprintf("version: %d", version), 1)
		}
	}
	require.Fail(t, "no playbook quick is shipped")
	return ""
}

func yaml() header { return header{"Content-Type", "text/yaml; charset=utf-8"} }

func TestInstallPlaybook_takesYAMLAndLetsNewCyclesBeginWithIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := quick(t, 2)
	a := r.do(admin, "POST", "/api/v1/playbooks", text, yaml(), key("k"))
	out := a.ok(201)
	require.Equal(t, "quick", out["name"])
	require.InDelta(t, 2, out["version"], 0)
	require.Equal(t, true, out["newest"])
	require.Equal(t, "郑爽", out["installed_by"].(map[string]any)["name"])
	require.Equal(t, "/api/v1/playbooks/quick?version=2", a.Header().Get("Location"))
	require.Equal(t, out, r.do(admin, "POST", "/api/v1/playbooks", text, yaml(), key("k")).ok(201), "the same key, the same answer")
	require.Len(t, r.shelf.all, 1)
	r.do(admin, "POST", "/api/v1/playbooks", quick(t, 3), yaml(), key("k")).problem(422, "key_reused")
	require.Contains(t, r.logs.String(), "playbook installed")

	read := r.do(rep1, "GET", "/api/v1/playbooks/quick?version=2", nil, header{"Accept", "application/yaml"})
	require.Equal(t, 200, read.Code)
	require.Equal(t, text, read.Body.String(), "the text as it was written")
	require.Equal(t, "application/yaml", read.Header().Get("Content-Type"))
	require.Equal(t, `attachment; filename=quick-2.yaml`, read.Header().Get("Content-Disposition"))
	r.do(rep1, "GET", "/api/v1/playbooks/quick?version=9", nil, header{"Accept", "application/yaml"}).problem(404, "not_found")
}

func TestInstallPlaybook_takesJSONAndUploads(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	encoded, err := json.Marshal(map[string]string{"text": quick(t, 2)})
	require.NoError(t, err)
	r.do(admin, "POST", "/api/v1/playbooks", encoded, header{"Content-Type", "application/json"}).ok(201)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "quick.yaml")
	require.NoError(t, err)
	_, err = file.Write([]byte(quick(t, 3)))
	require.NoError(t, err)
	require.NoError(t, form.Close())
	r.do(admin, "POST", "/api/v1/playbooks", body.Bytes(), header{"Content-Type", form.FormDataContentType()}).ok(201)
	items := r.do(rep1, "GET", "/api/v1/playbooks/quick/versions", nil).ok(200)["items"].([]any)
	require.Len(t, items, 2)
	require.InDelta(t, 3, items[0].(map[string]any)["version"], 0)
	r.do(rep1, "GET", "/api/v1/playbooks/nothing/versions", nil).problem(404, "not_found")
}

func TestInstallPlaybook_onlyChecksInADryRun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 2 {
		out := r.do(admin, "POST", "/api/v1/playbooks?dry_run=true", quick(t, 2), yaml(), key("k")).ok(200)
		require.Nil(t, out["stored_at"])
	}
	require.Empty(t, r.shelf.all)
	r.do(admin, "POST", "/api/v1/playbooks", quick(t, 2), yaml(), key("k")).ok(201)
	require.Len(t, r.shelf.all, 1, "a check does not use up the key of the act")
}

func TestInstallPlaybook_listsEveryFaultWithItsLine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := quick(t, 2)
	text = strings.Replace(text, "quiet_hours: false", "silent_hours: false", 1)
	line := 1 + strings.Count(text[:strings.Index(text, "silent_hours")], "\n")
	for lang, says := range map[string]string{"en": fmt.Sprintf("line %d: unknown key silent_hours", line), "zh": fmt.Sprintf("第 %d 行:unknown key silent_hours", line)} {
		r.lang = lang
		p := r.do(admin, "POST", "/api/v1/playbooks", text, yaml()).problem(422, "playbook_refused")
		require.Equal(t, "playbook_fault", p.Errors[0].Code)
		require.Equal(t, fmt.Sprintf("line/%d", line), p.Errors[0].Pointer)
		require.Equal(t, says, p.Errors[0].Detail)
	}
	p := r.do(admin, "POST", "/api/v1/playbooks", "steps: [", yaml()).problem(422, "playbook_refused")
	require.NotEmpty(t, p.Errors)
	require.Empty(t, r.shelf.all)
}

func TestInstallPlaybook_refusesWhatIsKnownOtherwiseOrNotNewer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(admin, "POST", "/api/v1/playbooks", quick(t, 3), yaml()).ok(201)
	changed := strings.Replace(quick(t, 3), "quiet_hours: false", "quiet_hours: true", 1)
	p := r.do(admin, "POST", "/api/v1/playbooks", changed, yaml()).problem(409, "playbook_changed")
	require.Contains(t, p.Errors[0].Hint, "raise version")
	p = r.do(admin, "POST", "/api/v1/playbooks", quick(t, 2), yaml()).problem(409, "playbook_not_newer")
	require.Contains(t, p.Errors[0].Hint, "raise version")
}

func TestInstallPlaybook_isForAdministratorsAndReadsTextOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, who := range []deal.PersonID{rep1, manager, director, ops, auditor} {
		r.do(who, "POST", "/api/v1/playbooks", quick(t, 2), yaml()).problem(403, "not_your_role")
	}
	for name, c := range map[string]struct {
		body   any
		kind   string
		status int
		code   string
	}{
		"no body":             {nil, "text/yaml", 422, "invalid_request"},
		"blanks":              {"  \n", "text/yaml", 422, "invalid_request"},
		"another kind":        {"a: 1", "text/plain", 415, "not_a_playbook"},
		"no kind":             {"a: 1", "", 415, "not_a_playbook"},
		"broken UTF-8":        {[]byte("a: \xff"), "text/yaml", 400, "bad_text"},
		"NUL":                 {[]byte("a: \x00"), "text/yaml", 400, "bad_text"},
		"JSON without a text": {`{}`, "application/json", 422, "invalid_request"},
		"JSON with more":      {`{"text":"a: 1","more":1}`, "application/json", 422, "invalid_request"},
		"a JSON list":         {`[]`, "application/json", 422, "invalid_request"},
		"broken JSON":         {`{`, "application/json", 400, "malformed_json"},
		"form without a file": {"--x--\r\n", "multipart/form-data; boundary=x", 422, "invalid_request"},
		"huge":                {bytes.Repeat([]byte("#"), 2<<20), "text/yaml", 413, "body_too_large"},
	} {
		r.do(admin, "POST", "/api/v1/playbooks", c.body, header{"Content-Type", c.kind}).problem(c.status, c.code)
		require.Empty(t, r.shelf.all, name)
	}
}

func TestPlaybookSchema_isServedToEditorsWithoutALogin(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do("", "GET", "/api/v1/playbooks/schema.json", nil)
	require.Equal(t, 200, a.Code)
	require.Equal(t, "application/schema+json", a.Header().Get("Content-Type"))
	require.Contains(t, a.json()["$schema"], "json-schema.org")
}

func TestPlaybooks_areLookedForInOtherProcessesFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "GET", "/api/v1/playbooks", nil).ok(200)
	r.do(rep1, "GET", "/api/v1/playbooks/express", nil).ok(200)
	require.Equal(t, 2, r.shelf.refreshed)
}
