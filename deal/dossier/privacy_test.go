package dossier_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// open are rules under which private facts may be kept and reps and managers may see them.
func open() dossier.PrivateRules {
	p := dossier.DefaultRules().Private
	p.On = true
	return p
}

func TestMask_showsPrivateFactsForTheirPurposeToTheRolesOfTheRules(t *testing.T) {
	t.Parallel()
	for _, role := range deal.Roles() {
		for _, purpose := range append(dossier.AllPurposes(), "") {
			sees := (role == deal.Rep || role == deal.Manager) && purpose == dossier.CarePurpose
			masked := open().Mask(filledStakeholder(), role, purpose)
			if sees {
				require.Equal(t, filledStakeholder(), masked)
				continue
			}
			body, err := dossier.Encode(masked)
			require.NoError(t, err)
			for _, secret := range []string{"daughter", "1980", "fishing", string(dossier.CarePurpose) + `"`} {
				require.NotContains(t, string(body), secret, "%s for %q", role, purpose)
			}
			require.Contains(t, string(body), `"masked":true`)
			require.Contains(t, string(body), "speaks last", "the rest stays")
		}
	}
}

func TestMask_showsNothingPrivateWhileItIsSwitchedOff(t *testing.T) {
	t.Parallel()
	masked := dossier.DefaultRules().Private.Mask(filledStakeholder(), deal.Rep, dossier.CarePurpose)
	require.Equal(t, edited(filledStakeholder(), func(s *dossier.Stakeholder) { s.Private = &dossier.Private{Masked: true} }), masked)
}

func TestMask_leavesOtherRecordsAlone(t *testing.T) {
	t.Parallel()
	for _, r := range filled() {
		if r.Kind() != dossier.StakeholderKind {
			require.Equal(t, r, open().Mask(r, deal.Auditor, ""))
		}
	}
	plain := dossier.Stakeholder{Contact: "a"}
	require.Equal(t, plain, open().Mask(plain, deal.Auditor, ""), "where there is nothing, nothing is masked")
}

func TestMask_doesNotTouchTheRecordOnFile(t *testing.T) {
	t.Parallel()
	s := filledStakeholder()
	open().Mask(s, deal.Auditor, "")
	require.Equal(t, filledStakeholder(), s)
}

func TestUnmask_keepsWhatTheEditorCouldNotSee(t *testing.T) {
	t.Parallel()
	onFile := filledStakeholder()
	read, is := open().Mask(onFile, deal.Auditor, "").(dossier.Stakeholder)
	require.True(t, is)
	read.Power = 1
	require.NotEmpty(t, read.Validate(now), "a mask is never filed")
	want := edited(filledStakeholder(), func(s *dossier.Stakeholder) { s.Power = 1 })
	for _, role := range []deal.Role{deal.Auditor, deal.Rep} {
		require.Equal(t, want, open().Unmask(onFile, read, role))
	}
	require.Empty(t, open().Unmask(onFile, read, deal.Rep).Validate(now))

	without := dossier.Stakeholder{Contact: "zheng"}
	require.Equal(t, without, open().Unmask(onFile, without, deal.Rep), "who sees them may take them away")
	kept := dossier.Stakeholder{Contact: "zheng", Private: filledStakeholder().Private}
	require.Equal(t, kept, open().Unmask(onFile, without, deal.Director), "nobody else")
	require.Equal(t, kept, dossier.DefaultRules().Private.Unmask(onFile, without, deal.Rep), "and nobody while they are off")
	require.Equal(t, dossier.Need{Need: "x"}, open().Unmask(dossier.Need{}, dossier.Need{Need: "x"}, deal.Rep))
}

func TestErase_leavesNothingThatLeadsToThePerson(t *testing.T) {
	t.Parallel()
	for _, contact := range []string{"zheng", "li", "wu"} {
		for _, r := range filled() {
			before, err := dossier.Encode(r)
			require.NoError(t, err)
			left, what := dossier.Erase(r, contact)
			after, err := dossier.Encode(r)
			require.NoError(t, err)
			require.Equal(t, string(before), string(after), "the record that came in is as it was")
			if what == dossier.Removed {
				require.Contains(t, string(before), `"`+contact+`"`)
				continue
			}
			body, err := dossier.Encode(left)
			require.NoError(t, err)
			require.NotContains(t, string(body), `"`+contact+`"`, r.Kind())
			require.Equal(t, strings.Contains(string(before), `"`+contact+`"`), what == dossier.Rewritten, "%s of %s", r.Kind(), contact)
			for _, ref := range dossier.References(left) {
				require.NotEqual(t, contact, ref.ID)
			}
			if what == dossier.Untouched {
				require.Equal(t, r, left)
			}
		}
	}
}

func TestErase_takesWhatWasWrittenBesideTheReference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		record dossier.Record
		gone   []string
		stays  string
	}{
		{filledNegotiation(), []string{"signed before us"}, "foam for free"},
		{filledSurvey(), []string{"mostly", "content"}, "punctuality"},
		{dossier.Need{Need: "nothing breaks", Contact: "zheng", Evidence: "cried"}, []string{"cried"}, "nothing breaks"},
		{dossier.Rival{Name: "SF", Backers: []string{"wu", "zheng"}, Evidence: "her brother"}, []string{"her brother"}, "SF"},
		{dossier.Factors{Ranking: []dossier.Factor{{Factor: "price", Contact: "zheng", Evidence: "poor"}, {Factor: "speed", Evidence: "kept"}}}, []string{"poor"}, "kept"},
		{dossier.Simulation{Votes: []dossier.Vote{{Contact: "zheng", Reason: "vain"}, {Contact: "a", Reason: "kept"}}}, []string{"vain"}, "kept"},
	} {
		contact := "zheng"
		if c.record.Kind() == dossier.SurveyKind {
			contact = "wu"
		}
		left, what := dossier.Erase(c.record, contact)
		require.Equal(t, dossier.Rewritten, what)
		body, err := dossier.Encode(left)
		require.NoError(t, err)
		require.Contains(t, string(body), c.stays)
		for _, gone := range c.gone {
			require.NotContains(t, string(body), gone)
		}
	}
}

func TestErase_ofNobodyChangesNothing(t *testing.T) {
	t.Parallel()
	for _, r := range append(filled(),
		dossier.Survey{Comment: "anonymous"}, dossier.Need{Evidence: "kept"}, dossier.Negotiation{Commitment: &dossier.Commitment{Evidence: "kept"}}) {
		left, what := dossier.Erase(r, "")
		require.Equal(t, dossier.Untouched, what, r.Kind())
		require.Equal(t, r, left)
	}
}

func TestReferences_findEveryIDUnderItsField(t *testing.T) {
	t.Parallel()
	want := map[dossier.Kind][]dossier.Reference{
		dossier.StakeholderKind: {{To: dossier.ToContact, ID: "zheng", Field: "/contact"}},
		dossier.RelationKind:    {{To: dossier.ToContact, ID: "zheng", Field: "/from"}, {To: dossier.ToContact, ID: "li", Field: "/to"}},
		dossier.TrustKind:       {{To: dossier.ToContact, ID: "zheng", Field: "/contact"}},
		dossier.NeedKind:        {{To: dossier.ToContact, ID: "zheng", Field: "/contact"}},
		dossier.RivalKind:       {{To: dossier.ToContact, ID: "li", Field: "/backers/0"}},
		dossier.CompetitionKind: {{To: dossier.ToRival, ID: "debang", Field: "/rivals/0"}, {To: dossier.ToRival, ID: "sf", Field: "/rivals/1"}},
		dossier.FactorsKind:     {{To: dossier.ToContact, ID: "zheng", Field: "/ranking/0/contact"}},
		dossier.SimulationKind:  {{To: dossier.ToContact, ID: "zheng", Field: "/votes/0/contact"}},
		dossier.AgreementKind:   {{To: dossier.ToDocument, ID: "doc1", Field: "/evidence/document"}},
		dossier.ServicePlanKind: {{To: dossier.ToContact, ID: "wu", Field: "/contact"}, {To: dossier.ToPerson, ID: "rep1", Field: "/owner"}},
		dossier.SurveyKind:      {{To: dossier.ToContact, ID: "wu", Field: "/contact"}, {To: dossier.ToPerson, ID: "rep1", Field: "/actions/0/owner"}},
		dossier.ValueScoreKind:  {{To: dossier.ToPerson, ID: "manager1", Field: "/evaluator"}},
		dossier.FilingKind:      {{To: dossier.ToPerson, ID: "rep1", Field: "/owner"}},
		dossier.NegotiationKind: {
			{To: dossier.ToContact, ID: "zheng", Field: "/concessions/0/contact"},
			{To: dossier.ToContact, ID: "zheng", Field: "/commitment/contact"},
			{To: dossier.ToDocument, ID: "doc1", Field: "/commitment/document"},
		},
		dossier.ProposalKind: {
			{To: dossier.ToPerson, ID: "rep1", Field: "/milestones/0/owner"},
			{To: dossier.ToPerson, ID: "rep1", Field: "/milestones/1/owner"},
			{To: dossier.ToPerson, ID: "rep1", Field: "/owners/0"},
		},
		dossier.BuyingProcessKind: nil,
		dossier.ExecutiveVisitKind: {
			{To: dossier.ToPerson, ID: "director1", Field: "/executive"},
			{To: dossier.ToContact, ID: "zheng", Field: "/contacts/0"},
			{To: dossier.ToContact, ID: "li", Field: "/contacts/1"},
		},
		dossier.SupportRequestKind: {
			{To: dossier.ToPerson, ID: "director1", Field: "/addressee"}, {To: dossier.ToPerson, ID: "finance1", Field: "/answer/answered_by"},
		},
		dossier.GiftRecordKind: {{To: dossier.ToContact, ID: "zheng", Field: "/contact"}},
	}
	for _, r := range filled() {
		got := dossier.References(r)
		require.ElementsMatch(t, want[r.Kind()], got, r.Kind())
		for _, ref := range got {
			no := ref.Refusal()
			require.Equal(t, ref.Field, no.Field)
			code := map[dossier.Target]deal.Code{
				dossier.ToContact: deal.CodeUnknownContact, dossier.ToPerson: deal.CodeUnknownPerson, dossier.ToRival: deal.CodeInvalidValue,
				dossier.ToDocument: deal.CodeInvalidValue,
			}[ref.To]
			require.Equal(t, code, no.Code)
		}
	}
	for _, info := range dossier.Kinds() {
		require.Empty(t, dossier.References(info.New()), info.Kind)
	}
}
