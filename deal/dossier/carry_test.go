package dossier_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func onFile(kind, id, body string) deal.Document {
	cycle := 0
	if info, ok := dossier.KindOf(dossier.Kind(kind)); ok && info.PerCycle {
		cycle = 1
	}
	return deal.Document{
		Kind: kind, ID: id, Cycle: cycle, Version: 3, Edited: 2, Body: json.RawMessage(body), UpdatedBy: "rep",
		CreatedAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
	}
}

func merging(from, into deal.Records) dossier.Merging {
	return dossier.Merging{
		Account: "from", Own: from, Theirs: into, Today: today,
		Target: deal.State{Account: "into", Number: "KA-2026-0001", Cycle: 2, Owner: "their-rep"},
	}
}

func carried(t *testing.T, from, into deal.Records) (map[string]string, deal.Carry) {
	t.Helper()
	c, err := dossier.Carry(merging(from, into))
	require.NoError(t, err)
	bodies := map[string]string{}
	for _, d := range c.Documents {
		require.Equal(t, int64(1), d.Is.Version)
		require.Zero(t, d.Is.Edited)
		require.Equal(t, int64(3), d.Was.Version)
		bodies[d.Is.Kind+" "+d.Is.ID] = strings.ReplaceAll(string(d.Is.Body), " ", "")
	}
	return bodies, c
}

func TestCarry_takesPeopleOverOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		known, comes deal.Contact
		twin         bool
	}{
		"one number in two forms":       {deal.Contact{Name: "刘总", Mobile: "138-0524 0011"}, deal.Contact{Name: "刘刚", Mobile: "13805240011"}, true},
		"one name, one number unknown":  {deal.Contact{Name: "孙 丽"}, deal.Contact{Name: "孙丽", Mobile: "13805240012"}, true},
		"one name, two numbers":         {deal.Contact{Name: "王伟", Mobile: "13805240013"}, deal.Contact{Name: "王伟", Mobile: "13805240014"}, false},
		"one switchboard, two people":   {deal.Contact{Name: "赵敏", Phone: "052784351111"}, deal.Contact{Name: "钱进", Phone: "052784351111"}, false},
		"two people without any number": {deal.Contact{Name: "周杰"}, deal.Contact{Name: "吴磊"}, false},
	} {
		c.known.ID, c.comes.ID = "there", "here"
		_, carry := carried(t, deal.Records{Contacts: []deal.Contact{c.comes}}, deal.Records{Contacts: []deal.Contact{c.known}})
		require.Equal(t, !c.twin, len(carry.Contacts) == 1, name)
	}
}

func TestCarry_takesWhatIsForLifeAndFilesAndNothingTwice(t *testing.T) {
	t.Parallel()
	sum, second := strings.Repeat("a", 64), strings.Repeat("b", 64)
	into := deal.Records{
		Contacts: []deal.Contact{{ID: "there", Name: "刘总", Mobile: "13805240011"}},
		Dossier: []deal.Document{
			onFile("trust", "t0", `{"contact":"there"}`), onFile("classification", "sole", `{"account_kind":"group"}`),
			onFile("document", "d0", `{"name":"a.pdf","sha256":"`+sum+`"}`),
		},
	}
	from := deal.Records{
		Contacts: []deal.Contact{{ID: "here", Name: "刘刚", Mobile: "13805240011"}, {ID: "new", Name: "孙丽"}},
		Dossier: []deal.Document{
			onFile("stakeholder", "here", `{"contact":"here","power":4}`), onFile("stakeholder", "new", `{"contact":"new"}`),
			onFile("trust", "t1", `{"contact":"here"}`),                                // known there
			onFile("relation", "x1", `{"from":"here","to":"there","type":"trusts"}`),   // one and the same person
			onFile("relation", "x2", `{"from":"new","to":"here","type":"reports_to"}`), //
			onFile("classification", "sole", `{"account_kind":"economic"}`),            // there is one
			onFile("credit", "sole", `{"colour":"red"}`),
			onFile("document", "d1", `{"name":"b.pdf","sha256":"`+sum+`"}`), // the same bytes
			onFile("document", "d2", `{"name":"c.pdf","sha256":"`+second+`"}`),
			onFile("filing", "f1", `{"project":"lane"}`), onFile("need", "n1", `{"need":"x"}`), onFile("unheard-of", "u1", `{}`),
		},
	}
	bodies, carry := carried(t, from, into)
	require.Equal(t, map[string]string{
		"stakeholder there": bodies["stakeholder there"], "stakeholder new": `{"contact":"new"}`, "relation x2": bodies["relation x2"],
		"credit sole": bodies["credit sole"], "document d2": `{"name":"c.pdf","sha256":"` + second + `"}`,
	}, bodies)
	require.Contains(t, bodies["credit sole"], `"colour":"red"`)
	require.JSONEq(t, `{"contact":"there","power":4}`, bodies["stakeholder there"])
	require.JSONEq(t, `{"from":"new","to":"there","type":"reports_to"}`, bodies["relation x2"])
	for _, d := range carry.Documents {
		file := d.Is.Kind == "document"
		require.Equal(t, file, d.Stays, d.Is.Kind)
		require.Equal(t, file, d.Is.Cycle == 2, "a file comes into the running cycle")
		if d.Is.Kind == "stakeholder" {
			require.Equal(t, d.Is.ID, *d.Is.Key, "its key is the contact, as always")
		}
	}
	require.Equal(t, []any{deal.AccountID("into"), "KA-2026-0001"}, []any{carry.Into, carry.Number})
}

func TestCarry_keepsTheNamesUnderWhichTheCustomerWasKnown(t *testing.T) {
	t.Parallel()
	_, carry := carried(t, deal.Records{Profile: deal.Profile{Name: "晨风服饰", Aliases: []string{"晨风集团", "CF", "晨风"}}},
		deal.Records{Profile: deal.Profile{Version: 4, Name: "晨风集团", Aliases: []string{"晨风"}}})
	require.Equal(t, []string{"晨风", "晨风服饰", "CF"}, carry.Is.Aliases)
	require.Equal(t, []string{"晨风"}, carry.Was.Aliases)
	require.Equal(t, "晨风服饰", carry.Formerly.Name)
	many := deal.Profile{Name: "x"}
	for range 40 {
		many.Aliases = append(many.Aliases, "alias "+strings.Repeat("i", len(many.Aliases)))
	}
	_, carry = carried(t, deal.Records{Profile: many}, deal.Records{})
	require.Len(t, carry.Is.Aliases, 20, "no more than a profile has room for")
	require.Equal(t, "x", carry.Is.Aliases[0], "the name itself first")
}

func TestCarry_leavesARequestForCreditBehind(t *testing.T) {
	t.Parallel()
	asked := `"change":{"to":"blue","reason":"pays well","asked_on":"2026-03-01","due_on":"2026-03-11"}`
	bodies, _ := carried(t, deal.Records{Dossier: []deal.Document{onFile("credit", "sole", `{"colour":"yellow",`+asked+`}`)}}, deal.Records{})
	require.Contains(t, bodies["credit sole"], `"colour":"yellow"`)
	require.Contains(t, bodies["credit sole"], `"change":null`, "nobody will decide it any more")
	bodies, _ = carried(t, deal.Records{Dossier: []deal.Document{onFile("credit", "sole", `{`+asked+`}`)}}, deal.Records{})
	require.Empty(t, bodies)
}

func TestCarry_refusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	_, err := dossier.Carry(merging(deal.Records{Dossier: []deal.Document{onFile("credit", "sole", `{"colour":1}`)}}, deal.Records{}))
	require.ErrorContains(t, err, "carry credit sole over")
	_, err = dossier.Carry(merging(deal.Records{Dossier: []deal.Document{onFile("agreement", "a", `{"number":1}`)}}, deal.Records{}))
	require.ErrorContains(t, err, "look for what proves agreements")
}

// What accounts share is called by the words that this package has for it.
func TestSharedKinds_areKindsOfAnAccountsLife(t *testing.T) {
	t.Parallel()
	for _, kind := range deal.SharedKinds() {
		info, ok := dossier.KindOf(dossier.Kind(kind))
		require.True(t, ok, kind)
		require.False(t, info.PerCycle, kind)
	}
}
