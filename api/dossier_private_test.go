package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// openPrivate is a rig whose playbook keeps private facts, and a stakeholder with some.
func openPrivate(t *testing.T) *rig {
	r := newRig(t)
	r.files.rules.Private = dossier.PrivateRules{On: true, Roles: []deal.Role{deal.Rep}}
	r.do(rep1, "POST", at(mine, "/stakeholders"), `{"contact":"c1","private":{"purpose":"care","hobbies":"golf"}}`, key("k")).ok(201)
	return r
}

func TestPrivateFacts_areOffByDefault(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.do(rep1, "POST", at(mine, "/stakeholders"), `{"contact":"c1","private":{"purpose":"care","hobbies":"golf"}}`).problem(422, "invalid_request")
	require.Equal(t, "/private", p.Errors[0].Pointer)
	require.Empty(t, r.files.now)
}

func TestPrivateFacts_areMaskedByRoleAndPurpose(t *testing.T) {
	t.Parallel()
	r := openPrivate(t)
	private := func(who deal.PersonID, path string) map[string]any {
		out := r.do(who, "GET", at(mine, path), nil).ok(200)
		if items, ok := out["items"].([]any); ok {
			out = items[0].(map[string]any)
		}
		return content(out)["private"].(map[string]any)
	}
	for _, path := range []string{"/stakeholders", "/stakeholders/c1", "/stakeholders/c1/versions"} {
		require.Equal(t, "golf", private(rep1, path+"?purpose=care")["hobbies"], path)
		for _, c := range []struct {
			who   deal.PersonID
			query string
		}{{rep1, ""}, {rep1, "?purpose=visit"}, {manager, "?purpose=care"}, {auditor, "?purpose=care"}} {
			masked := private(c.who, path+c.query)
			require.Equal(t, true, masked["masked"], "%s %s %s", c.who, path, c.query)
			require.Empty(t, masked["hobbies"])
		}
	}
	require.Equal(t, 3, strings.Count(r.logs.String(), "private facts read"), "whoever reads them is on record")
	r.do(rep1, "GET", at(mine, "/stakeholders/c1?purpose=gossip"), nil).problem(422, "invalid_request")
	r.do(rep1, "GET", at(mine, "/needs?purpose=care"), nil).problem(422, "invalid_request")
	for _, kept := range r.requests {
		require.NotContains(t, string(kept.Body), "golf", "an answer that is kept holds nothing to erase")
	}
}

// Whoever reads them has to see the account on which they are kept, and its playbook says who may.
func TestPrivateFacts_stayMaskedBelowTheAccountOnWhichTheyAreKept(t *testing.T) {
	t.Parallel()
	r := openPrivate(t)
	r.above()
	r.files.now = nil
	r.shared(dossier.StakeholderKind, "h1", 3, `{"contact":"h1","power":5,"private":{"purpose":"care","hobbies":"golf"}}`)
	for _, path := range []string{"/stakeholders", "/stakeholders/h1", "/stakeholders?format=csv&purpose=care"} {
		out := r.do(rep1, "GET", at(mine, path), nil)
		if !strings.Contains(path, "format") {
			out = r.do(rep1, "GET", at(mine, path+"?purpose=care"), nil)
		}
		require.Equal(t, 200, out.Code)
		require.NotContains(t, out.Body.String(), "golf", path)
	}
	one := content(r.do(rep1, "GET", at(mine, "/stakeholders/h1?purpose=care"), nil).ok(200))
	require.Equal(t, true, one["private"].(map[string]any)["masked"])
	require.NotContains(t, r.logs.String(), "private facts read")
}

func TestPrivateFacts_surviveAnEditByWhoCannotSeeThem(t *testing.T) {
	t.Parallel()
	r := openPrivate(t)
	shown := content(r.do(rep1, "GET", at(mine, "/stakeholders/c1"), nil).ok(200))
	shown["power"] = 4
	r.do(rep1, "PUT", at(mine, "/stakeholders/c1"), shown, match("1")).ok(200)
	r.do(manager, "PUT", at(mine, "/stakeholders/c1"), `{"contact":"c1","power":5}`, match("2")).ok(200)
	out := content(r.do(rep1, "GET", at(mine, "/stakeholders/c1?purpose=care"), nil).ok(200))
	require.Equal(t, "golf", out["private"].(map[string]any)["hobbies"])
	require.InDelta(t, 5, out["power"], 0)
	p := r.do(manager, "PUT", at(mine, "/stakeholders/c1"), `{"contact":"c1","private":{"purpose":"care","family":"x"}}`, match("3")).problem(403, "not_your_role")
	require.Equal(t, "/private", p.Errors[0].Pointer)
}

func TestPrivateFacts_areErasedFromEveryVersion(t *testing.T) {
	t.Parallel()
	for name, erase := range map[string]func(*rig) answer{
		"alone": func(r *rig) answer {
			r.do(auditor, "DELETE", at(mine, "/stakeholders/c1/private"), nil, match("2")).problem(403, "not_your_role")
			r.do(rep1, "DELETE", at(mine, "/stakeholders/c1/private"), nil).problem(428, "version_required")
			r.do(rep1, "DELETE", at(mine, "/stakeholders/c1/private"), nil, match("1")).problem(412, "stale_version")
			a := r.do(rep1, "DELETE", at(mine, "/stakeholders/c1/private"), nil, match("2"))
			out := a.ok(200)
			require.Nil(t, content(out)["private"])
			require.InDelta(t, 3, content(out)["power"], 0, "the rest stays")
			require.Equal(t, `"3"`, a.Header().Get("ETag"))
			return a
		},
		"with the record": func(r *rig) answer { return r.do(rep1, "DELETE", at(mine, "/stakeholders/c1"), nil, match("2")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := openPrivate(t)
			r.do(rep1, "PUT", at(mine, "/stakeholders/c1"), `{"contact":"c1","power":3,"private":{"purpose":"care","hobbies":"tennis"}}`, match("1")).ok(200)
			require.Less(t, erase(r).Code, 300)
			for _, d := range slices.Concat(r.files.now, r.files.versions) {
				require.NotContains(t, string(d.Body), "golf")
				require.NotContains(t, string(d.Body), "tennis")
			}
			versions := r.do(rep1, "GET", at(mine, "/stakeholders/c1/versions?purpose=care"), nil).ok(200)["items"].([]any)
			require.Nil(t, content(versions[0].(map[string]any))["private"])
		})
	}
}

func TestTexts_areErasedByTheLineAboveWithAReason(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "DELETE", at(mine, "/texts/t1"), `{"reason":"asked for"}`).problem(403, "not_your_role")
	p := r.do(manager, "DELETE", at(mine, "/texts/t1"), `{"reason":" "}`).problem(422, "reason_missing")
	require.Equal(t, "/reason", p.Errors[0].Pointer)
	r.do(manager, "DELETE", at(mine, "/texts/t1"), nil).problem(400, "body_required")
	r.do(manager, "DELETE", at(mine, "/texts/gone"), `{"reason":"asked for"}`).problem(404, "not_found")
	require.Equal(t, http.StatusNoContent, r.do(manager, "DELETE", at(mine, "/texts/t1"), `{"reason":"asked for"}`).Code)
	require.Equal(t, []string{"t1: asked for"}, r.files.erased)
}
