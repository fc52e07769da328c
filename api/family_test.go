package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// above puts the account under a house that rep1 does not see.
func (r *rig) above() {
	r.state.Parent, r.state.Relation = house, deal.Subsidiary
	r.family.names = map[deal.AccountID]view.AccountRef{house: {ID: house, Number: "KA-2026-0009", Name: "晨风控股"}}
	r.family.kin = view.Kin{
		Above: []view.Relative{{AccountRef: r.family.names[house]}},
		Children: []view.Relative{{
			AccountRef: view.AccountRef{ID: foreign, Number: "KA-2026-0010", Name: "晨风一厂"}, Relation: deal.ParallelProject, Seen: true, Step: deal.Visit,
			Status: deal.Active, Owner: rep2, Team: team, Grade: deal.GradeB, Deadline: noon(), Overdue: true,
		}},
		MergedFrom: []view.Merged{{AccountRef: view.AccountRef{ID: "old", Number: "KA-2026-0011", Name: "晨风服饰"}, At: noon()}},
	}
	r.contacts = append(r.contacts, deal.Contact{ID: "h1", Version: 2, Name: "沈总", Role: deal.DeciderRole, SharedFrom: house})
}

// from is what shared_from says.
func from() map[string]any {
	return map[string]any{"id": string(house), "number": "KA-2026-0009", "name": "晨风控股"}
}

func TestFamily_isATreeOfWhatTheCallerSees(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.above()
	tree := r.do(rep1, "GET", at(mine, "/family"), nil).ok(200)
	require.Equal(t, "subsidiary", tree["relation"])
	up := tree["ancestors"].([]any)[0].(map[string]any)
	require.Equal(t, "晨风控股", up["name"])
	require.Equal(t, []any{false, "", "", nil}, []any{up["seen"], up["step"], up["status"], up["owner"]}, "names alone")
	down := tree["children"].([]any)[0].(map[string]any)
	require.Equal(t, []any{true, "visit", "active", "parallel_project", true}, []any{down["seen"], down["step"], down["status"], down["relation"], down["overdue"]})
	require.Equal(t, "李强", down["owner"].(map[string]any)["name"])
	require.Equal(t, "晨风服饰", tree["merged"].([]any)[0].(map[string]any)["name"])

	account := r.do(rep1, "GET", at(mine, ""), nil).ok(200)
	family := account["family"].(map[string]any)
	require.Equal(t, from(), family["parent"])
	require.Equal(t, "subsidiary", family["relation"])
	require.Len(t, family["children"], 1)
	require.Equal(t, "KA-2026-0011", account["merged_from"].([]any)[0].(map[string]any)["number"])
	require.Nil(t, account["promoted_at"])
	require.NotContains(t, account, "next_playbook")
}

func TestFamily_ofAnAccountAloneIsEmptyListsAndNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	account := r.do(rep1, "GET", at(mine, ""), nil).ok(200)
	require.Equal(t, map[string]any{"relation": "", "children": []any{}}, account["family"])
	require.Equal(t, []any{}, account["merged_from"])
	r.state.PromotedAt, r.state.NextBook = noon(), deal.BookRef{Name: "industrial", Version: 2}
	account = r.do(rep1, "GET", at(mine, ""), nil).ok(200)
	require.Equal(t, "2026-03-02T12:00:00Z", account["promoted_at"])
	require.Equal(t, map[string]any{"name": "industrial", "version": 2.0}, account["next_playbook"])
}

func TestAccounts_areFilteredByParentAndRolledUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "GET", "/api/v1/accounts?parent="+string(house)+"&roll_up=true", nil).ok(200)
	asked := r.asked[len(r.asked)-1].(view.AccountFilter)
	require.Equal(t, []any{house, true}, []any{asked.Parent, asked.RollUp})
	r.do(rep1, "GET", "/api/v1/accounts?roll_up=perhaps", nil).problem(422, "invalid_request")
}

func TestFamily_refusalsKeepTheirCodesAndFields(t *testing.T) {
	t.Parallel()
	for code, status := range map[deal.Code]int{
		deal.CodeFamilyCycle: 409, deal.CodeFamilyTooDeep: 422, deal.CodeUnknownAccount: 422, deal.CodeTargetClosed: 409, deal.CodeSameParent: 409,
		deal.CodeNotYourRole: 403,
	} {
		r := newRig(t)
		r.receive = func(deal.Command) (deal.Receipt, error) {
			return deal.Receipt{Answer: deal.RefusedAnswer(deal.Refusals{{Code: code, Field: "/parent", Args: []string{"5"}}})}, nil
		}
		p := r.do(manager, "POST", at(mine, "/family"), `{"parent":"`+string(house)+`","relation":"subsidiary","reason":"x"}`).problem(status, string(code))
		require.Equal(t, "/parent", p.Errors[0].Pointer)
		require.NotEmpty(t, p.Errors[0].Hint)
	}
	r := newRig(t)
	r.do(manager, "POST", at(mine, "/family"), `{"parent":"x","relation":"cousin","reason":"x"}`).problem(422, "invalid_request")
	r.do(manager, "POST", at(mine, "/merge"), `{"reason":"x"}`).problem(422, "invalid_request")
}

func TestContacts_ofTheHouseAreReadHereAndWrittenThere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.above()
	items := r.do(rep1, "GET", at(mine, "/contacts"), nil).ok(200)["items"].([]any)
	require.NotContains(t, items[0], "shared_from", "one of the account's own")
	require.Equal(t, from(), items[1].(map[string]any)["shared_from"])
	one := r.do(rep1, "GET", at(mine, "/contacts/h1"), nil).ok(200)
	require.Equal(t, from(), one["shared_from"])
	href := at(house, "/contacts/h1")
	p := r.do(rep1, "PATCH", at(mine, "/contacts/h1"), `{"title":"CEO"}`, match("2")).problem(409, "shared_record")
	require.Equal(t, []string{href, "path/contact"}, []string{p.Errors[0].Href, p.Errors[0].Pointer})
	require.Equal(t, "沈总", r.contacts[1].Name)
	p = r.do(rep1, "DELETE", at(mine, "/contacts/h1"), nil, match("2")).problem(409, "shared_record")
	require.Equal(t, href, p.Errors[0].Href)
	p = r.do(rep1, "DELETE", at(mine, "/contacts/h1/personal-data"), `{"reason":"asked for"}`).problem(409, "shared_record")
	require.Equal(t, href+"/personal-data", p.Errors[0].Href)
	r.do(rep1, "DELETE", at(mine, "/contacts/nobody"), nil, match("2")).problem(404, "not_found")
}

func (r *rig) shared(kind dossier.Kind, id string, version int64, body string) {
	r.files.now = append(r.files.now, deal.Document{
		Kind: string(kind), ID: id, Version: version, Body: []byte(body), CreatedAt: noon(), UpdatedAt: noon(), UpdatedBy: rep2, SharedFrom: house,
	})
}

func TestRecords_ofTheHouseAreReadHereAndWrittenThere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.above()
	r.shared(dossier.StakeholderKind, "h1", 3, `{"contact":"h1","power":5}`)
	r.shared(dossier.CreditKind, "sole", 4, `{"colour":"red","since":"2026-01-01","reason":"late"}`)
	r.shared(dossier.ClassificationKind, "sole", 2, `{"account_kind":"group"}`)
	list := r.do(rep1, "GET", at(mine, "/stakeholders"), nil).ok(200)["items"].([]any)
	require.Equal(t, from(), list[0].(map[string]any)["shared_from"])
	credit := r.do(rep1, "GET", at(mine, "/credit"), nil).ok(200)
	require.Equal(t, from(), credit["shared_from"])
	require.Equal(t, "red", credit["content"].(map[string]any)["colour"])

	for path, c := range map[string]struct{ method, body, version, href string }{
		"/stakeholders/h1": {"PUT", `{"contact":"h1","power":1}`, "3", "/stakeholders/h1"},
		"/credit":          {"PUT", `{"reason":"x"}`, "0", "/credit"},
		"/classification":  {"PUT", `{"account_kind":"economic"}`, "2", "/classification"},
	} {
		p := r.do(rep1, c.method, at(mine, path), c.body, match(c.version)).problem(409, "shared_record")
		require.Equal(t, at(house, c.href), p.Errors[0].Href, path)
		require.Contains(t, p.Errors[0].Detail, "above")
	}
	r.do(rep1, "DELETE", at(mine, "/stakeholders/h1/private"), nil, match("3")).problem(409, "shared_record")
	p := r.do(rep1, "POST", at(mine, "/stakeholders"), `{"contact":"h1","power":1}`).problem(409, "shared_record")
	require.Equal(t, []string{at(house, "/stakeholders"), "/contact"}, []string{p.Errors[0].Href, p.Errors[0].Pointer})
	r.do(rep1, "POST", at(mine, "/trust"), `{"contact":"h1","ratings":[]}`).problem(409, "shared_record")
	r.do(rep1, "POST", at(mine, "/relations"), `{"from":"c1","to":"h1","type":"reports_to","evidence":"chart"}`).ok(201)
}

func TestClassification_ofItsOwnBeginsBesideTheHouses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.above()
	r.shared(dossier.ClassificationKind, "house", 2, `{"account_kind":"group"}`) // under another ID: the fake keeps one of an ID
	out := r.do(rep1, "PUT", at(mine, "/classification"), `{"account_kind":"economic","monthly_kg":30000}`, match("0")).ok(200)
	require.NotContains(t, out, "shared_from")
	require.InDelta(t, 1, out["version"], 0)
}

func TestTimeline_tellsMergedHistoriesUnlessTheyAreLeftOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.above()
	r.log = view.Events{Texts: map[string]string{}, Items: []deal.Event{
		{Account: house, Seq: 1, Cycle: 1, Step: deal.Collect, Kind: deal.OpenedKind, Body: deal.Opened{Number: "KA-2026-0009"}, Actor: rep2, At: noon()},
		{Account: mine, Seq: 1, Cycle: 1, Step: deal.Collect, Kind: deal.OpenedKind, Body: deal.Opened{Number: "KA-2026-0001"}, Actor: rep1, At: noon()},
		{Account: mine, Seq: 2, Cycle: 1, Step: deal.Plan, Kind: deal.ParentSetKind, Body: deal.ParentSet{Parent: house}, Actor: rep1, At: noon().Add(time.Hour)},
	}}
	items := r.do(rep1, "GET", at(mine, "/timeline"), nil).ok(200)["items"].([]any)
	require.Equal(t, from(), items[0].(map[string]any)["account"], "whose history it is")
	require.NotContains(t, items[1], "account")
	require.Equal(t, "the account got another place in its family", items[2].(map[string]any)["text"])
	r.do(rep1, "GET", at(mine, "/timeline?merged=false"), nil).ok(200)
	require.Equal(t, []bool{false, true}, []bool{r.family.told[0].Alone, r.family.told[1].Alone})
}

func TestBattleMap_showsTheHouseAboveOfThatDay(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.above()
	opened := func(id deal.AccountID, number string) deal.Event {
		return deal.Event{Account: id, Seq: 1, Cycle: 1, Step: deal.Collect, At: noon().Add(-48 * time.Hour), Actor: rep1, Body: deal.Opened{
			Number: number, Owner: rep1, Team: team, Book: deal.BookRef{Name: "express", Version: 1},
		}}
	}
	joined := deal.Event{
		Account: mine, Seq: 2, Cycle: 1, Step: deal.Collect, At: noon().Add(-24 * time.Hour), Actor: manager,
		Body: deal.ParentSet{Parent: house, Relation: deal.Subsidiary},
	}
	r.files.history = view.History{Log: []deal.Event{opened(mine, "KA-2026-0001"), joined}, Profile: r.profile, Contacts: r.contacts[:1]}
	r.family.above = map[deal.AccountID]view.History{house: {
		Log: []deal.Event{opened(house, "KA-2026-0009")}, Profile: deal.Profile{Name: "晨风控股", Industry: "服装"},
		Contacts: []deal.Contact{{ID: "h1", Name: "沈总", Role: deal.DeciderRole}},
		Dossier:  []deal.Document{{Kind: "credit", ID: "sole", Version: 1, Body: []byte(`{"colour":"yellow","since":"2026-01-01","reason":"late"}`)}},
	}}
	page := r.do(rep1, "GET", at(mine, "/battle-map"), nil).ok(200)
	people := page["stakeholders"].([]any)
	require.Len(t, people, 2)
	require.Equal(t, from(), people[1].(map[string]any)["contact"].(map[string]any)["shared_from"])
	portrait := page["portrait"].(map[string]any)
	require.Equal(t, "yellow", portrait["credit"].(map[string]any)["colour"])
	over := portrait["family"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"晨风控股", "服装"}, []any{over["name"], over["profile"].(map[string]any)["industry"]})
	require.Equal(t, []deal.AccountID{house}, r.family.askedOf)

	r.files.history.Log = r.files.history.Log[:1]
	before := r.do(rep1, "GET", at(mine, "/battle-map"), nil).ok(200)
	require.Empty(t, before["portrait"].(map[string]any)["family"], "before it came under the house")
	require.Len(t, before["stakeholders"], 1)
}

func TestAccount_offersPromotionOnlyOutOfAProject(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.NotContains(t, r.do(manager, "GET", at(mine, ""), nil).ok(200)["allowed_commands"], "promote")
	r.oneOff = true
	require.Contains(t, r.do(manager, "GET", at(mine, ""), nil).ok(200)["allowed_commands"], "promote")
	require.NotContains(t, r.do(rep1, "GET", at(mine, ""), nil).ok(200)["allowed_commands"], "promote")
	r.state.NextBook = deal.BookRef{Name: "express", Version: 2}
	require.NotContains(t, r.do(manager, "GET", at(mine, ""), nil).ok(200)["allowed_commands"], "promote")
}

func TestRefusals_tellChineseReadersInChineseWhatAFieldTakes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(deal.Command) (deal.Receipt, error) {
		return deal.Receipt{Answer: deal.RefusedAnswer(deal.Refusals{{
			Code: deal.CodeInvalidValue, Field: "/relation", Args: []string{string(deal.OnlyWithParent)},
		}})}, nil
	}
	p := r.do(manager, "POST", at(mine, "/family"), `{"parent":"","relation":"subsidiary","reason":"x"}`,
		header{"Accept-Language", "zh"}).problem(422, "invalid_value")
	require.Contains(t, p.Errors[0].Detail, "仅在填写上级客户（parent）时填写")
}
