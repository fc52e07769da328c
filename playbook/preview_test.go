package playbook_test

import (
	"encoding/json"
	"strings"
	"testing"

	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// quickRef is a version of quick.
func quickRef(version int) deal.BookRef {
	return deal.BookRef{Name: playbooktest.Quick, Version: version}
}

// preview is the change of an account of quick that stands in a step, to quick with edits.
func preview(t *testing.T, a playbooktest.Account, edits ...string) playbook.Change {
	t.Helper()
	library := fresh(t)
	_, err := library.Install(edition(t, 2, edits...), "upload")
	require.NoError(t, err)
	before, err := json.Marshal(a)
	require.NoError(t, err)
	c, err := library.Preview(quickRef(1), quickRef(2), a.State, a.Records, a.At)
	require.NoError(t, err)
	after, err := json.Marshal(a)
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after), "a preview changes nothing")
	return c
}

func TestPreview_saysNothingWhereOnlyTheVersionDiffers(t *testing.T) {
	t.Parallel()
	for _, step := range deal.Steps() {
		c := preview(t, playbooktest.Ready(playbooktest.Quick, step))
		require.Equal(t, playbook.Change{
			From: quickRef(1), To: quickRef(2), Gate: playbook.GateChange{Before: deal.Refusals{}, After: deal.Refusals{}},
			Steps: []playbook.StepChange{}, Approvals: []playbook.ApprovalChange{}, Settings: []playbook.SettingChange{},
		}, c)
	}
	text, err := json.Marshal(preview(t, playbooktest.Ready(playbooktest.Quick, deal.Plan)))
	require.NoError(t, err)
	require.NotContains(t, string(text), "null")
}

func TestPreview_saysWhichConditionsAreGainedAndLostAndWhichAreUnmetNow(t *testing.T) {
	t.Parallel()
	const lost = `      - code: filing_approved
        when: approvals.filing.approved
        text: {zh: 立项备案已批准, en: The filing is approved}
        hint: {zh: 提交立项备案，由经理批准。, en: Request the filing; the manager approves it.}
        link: approvals
`
	const gained = `      - code: credit_code_known
        when: profile.credit_code != ""
        text: {zh: 已登记信用代码, en: The credit code is on file}
        hint: {zh: 填写信用代码。, en: Enter it.}
        link: account
      - code: name_known
        when: profile.name != ""
        text: {zh: 已登记名称, en: The name is on file}
        hint: {zh: 填写名称。, en: Enter it.}
`
	a := playbooktest.Ready(playbooktest.Quick, deal.Screen)
	approvalOf(&a, deal.Filing).Status = deal.Rejected
	c := preview(t, a, lost, gained,
		`when: form.need`, `when: form.need && account.grade == "A"`, // the same code asks for more
		"when: contacts.size() >= 1", "when: contacts.size() >= 2", // in a step that is passed
		"text: {zh: 已有一次有结果的拜访或沟通", "text: {zh: 已有两次有结果的拜访或沟通", // in a step ahead
	)
	require.Equal(t, []string{"filing_approved"}, items(deal.Gate{Unmet: c.Gate.Before}))
	require.Equal(t, []string{"need_confirmed", "credit_code_known"}, items(deal.Gate{Unmet: c.Gate.After}))
	require.Len(t, c.Steps, 3)

	passed, here, ahead := c.Steps[0], c.Steps[1], c.Steps[2]
	require.Equal(t, []any{deal.Collect, playbook.Passed}, []any{passed.Step, passed.Place})
	require.Equal(t, []any{deal.Survey, playbook.Ahead}, []any{ahead.Step, ahead.Place})
	require.Equal(t, []any{deal.Screen, playbook.Here}, []any{here.Step, here.Place})
	type line struct {
		code  string
		edit  playbook.Edit
		unmet bool
	}
	lines := func(s playbook.StepChange) []line {
		list := []line{}
		for _, c := range s.Conditions {
			list = append(list, line{c.Code, c.Edit, c.Unmet})
			require.Equal(t, c.Edit == playbook.Added, c.Before == nil)
			require.Equal(t, c.Edit == playbook.Removed, c.After == nil)
		}
		return list
	}
	require.Equal(t, []line{
		{"need_confirmed", playbook.Changed, true},
		{"credit_code_known", playbook.Added, true},
		{"name_known", playbook.Added, false},
		{"filing_approved", playbook.Removed, true},
	}, lines(here))
	require.Equal(t, []line{{"contact_known", playbook.Changed, false}}, lines(passed))
	require.Equal(t, []line{{"customer_met", playbook.Changed, false}}, lines(ahead))
	require.Equal(t, "The credit code is on file", here.Conditions[1].After.Text.EN)
	require.Equal(t, "The filing is approved", here.Conditions[3].Before.Text.EN)
}

func TestPreview_takesNoNoticeOfTheLayoutOfAFile(t *testing.T) {
	t.Parallel()
	c := preview(t, playbooktest.Ready(playbooktest.Quick, deal.Trial),
		`when: approvals.trial_waiver.current || form.verdict == "passed"`,
		"when: >-\n          approvals.trial_waiver.current\n          || form.verdict == \"passed\"")
	require.Empty(t, c.Steps)
}

func TestPreview_saysWhichDeadlinesAndRoadsBackChangeAndWhichClocksRun(t *testing.T) {
	t.Parallel()
	a := playbooktest.Ready(playbooktest.Quick, deal.Screen)
	a.State.Clocks = []deal.Clock{{ID: "step/filing", Kind: deal.StepClock}, {ID: "follow_up", Kind: deal.FollowUpClock}}
	c := preview(t, a,
		"      - name: filing\n        label: {zh: 提交立项备案, en: Filing requested}\n        within: 8 seconds\n        until: \"requested:filing\"\n      - {name: step, within: 12 seconds}",
		"      - {name: step, within: 14 seconds}\n      - name: intake\n        label: {zh: 收件审核, en: Intake}\n        within: 4 seconds\n        until: intake",
		"returns: [survey, analyse]", "returns: [screen, analyse]",
		"guidance: {zh: 试用并判定。", "guidance: {zh: 试用后判定。",
	)
	require.Len(t, c.Steps, 3)
	deadlines := c.Steps[0].Deadlines
	require.Len(t, deadlines, 3)
	require.Equal(t, []any{"step", playbook.Changed, false}, []any{deadlines[0].Name, deadlines[0].Edit, deadlines[0].Running})
	require.Equal(t, "12 seconds", deadlines[0].Before.Within.EN)
	require.Equal(t, "14 seconds", deadlines[0].After.Within.EN)
	require.Equal(t, []any{"intake", playbook.Added}, []any{deadlines[1].Name, deadlines[1].Edit})
	require.Equal(t, []any{"filing", playbook.Removed, true}, []any{deadlines[2].Name, deadlines[2].Edit, deadlines[2].Running})
	require.Equal(t, []playbook.ReturnChange{{To: deal.Screen, Edit: playbook.Added}, {To: deal.Survey, Edit: playbook.Removed}}, c.Steps[1].Returns)
	require.True(t, c.Steps[2].Reworded)
	require.Empty(t, c.Steps[2].Conditions)
}

func TestPreview_saysWhichFieldsChangeAndWhatIsOnFile(t *testing.T) {
	t.Parallel()
	const collect = "        source:\n          type: string\n"
	a := playbooktest.Ready(playbooktest.Quick, deal.Collect)
	a.Form(deal.Collect)["note"] = "旺季十月"
	a.Form(deal.Collect)["items"] = "  " // blank is not on file
	c := preview(t, a,
		"required: [needs]", "required: [needs, headcount]",
		"        note:\n          type: string\n          x-ui: {label: {zh: 备注, en: Note}, widget: textarea}\n",
		"        headcount:\n          type: integer\n          minimum: 1\n          x-ui:\n            label: {zh: 人数, en: Headcount}\n            unit: {zh: 人, en: people}\n",
		"maxLength: 500", "maxLength: 400",
		"label: {zh: 结算方式, en: Settlement}", "label: {zh: 结算, en: Terms}", // a label says nothing about values
		collect+"          enum: [door_to_door, hotline,", collect+"          enum: [hotline, door_to_door,",
	)
	require.Len(t, c.Steps, 1)
	type line struct {
		path   string
		edit   playbook.Edit
		onFile bool
	}
	var lines []line
	for _, f := range c.Steps[0].Fields {
		lines = append(lines, line{f.Path, f.Edit, f.OnFile})
	}
	require.Equal(t, []line{
		{"source", playbook.Changed, false},
		{"items", playbook.Changed, false},
		{"headcount", playbook.Added, false},
		{"note", playbook.Removed, true},
	}, lines)
	require.True(t, c.Steps[0].Fields[2].After.Required)
	var pointers []string
	for _, no := range c.Gate.After {
		pointers = append(pointers, no.Field)
	}
	require.ElementsMatch(t, []string{"/headcount", "/note"}, pointers, "what is on file and gone stands against leaving the step")
}

func TestPreview_comparesTheColumnsOfATable(t *testing.T) {
	t.Parallel()
	library := new(playbook.Library)
	industrial := sourceOf(t, load(t), playbooktest.Industrial)
	_, err := library.Install([]byte(industrial), "industrial.yaml")
	require.NoError(t, err)
	source := strings.Replace(industrial, "version: 3", "version: 4", 1)
	for old, changed := range map[string]string{
		"required: [criterion, target, verdict]": "required: [criterion, verdict]",
		"              result:\n                type: string\n                maxLength: 500\n                x-ui: {label: {zh: 实测, en: Measured}}\n": "",
		"              settled:\n":                                        "              closed:\n",
		"when: form.technical_points.all(p, p.settled)":                   "when: form.technical_points.all(p, p.closed)",
		"        samples:\n          type: array\n          maxItems: 50": "        samples:\n          type: array\n          maxItems: 60",
	} {
		require.Contains(t, source, old)
		source = strings.Replace(source, old, changed, 1)
	}
	_, err = library.Install([]byte(source), "industrial.yaml")
	require.NoError(t, err)
	a := playbooktest.Ready(playbooktest.Industrial, deal.Trial)
	c, err := library.Preview(a.State.Book, deal.BookRef{Name: "industrial", Version: 4}, a.State, a.Records, a.At)
	require.NoError(t, err)
	got := map[string]playbook.Edit{}
	for _, s := range c.Steps {
		for _, f := range s.Fields {
			got[f.Path] = f.Edit
			require.Equal(t, f.Path != "technical_points/closed", f.OnFile, f.Path)
			for _, side := range []*playbook.Field{f.Before, f.After} {
				require.True(t, side == nil || side.Columns == nil)
			}
		}
	}
	require.Equal(t, map[string]playbook.Edit{
		"samples": playbook.Changed, "criteria/target": playbook.Changed, "criteria/result": playbook.Removed,
		"technical_points/closed": playbook.Added, "technical_points/settled": playbook.Removed,
	}, got)
}

func TestPreview_comparesChainsAndSaysWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	a := playbooktest.Ready(playbooktest.Quick, deal.Plan)
	approvalOf(&a, deal.Proposal).Status = deal.Pending
	c := preview(t, a,
		"when: amount > yuan(1000000) ||", "when: amount > yuan(500000) ||",
		"  - kind: trial_waiver\n    step: trial\n    label: {zh: 免试用审批, en: Trial waiver}\n    levels:\n      - {who: owner_manager}\n", "",
		"when: approvals.trial_waiver.current || form.verdict", "when: form.verdict",
	)
	require.Len(t, c.Approvals, 2)
	proposal, waiver := c.Approvals[0], c.Approvals[1]
	require.Equal(t, []any{deal.Proposal, playbook.Changed, true}, []any{proposal.Kind, proposal.Edit, proposal.Pending})
	require.Contains(t, proposal.Before.Levels[1].When, "yuan(1000000)")
	require.Contains(t, proposal.After.Levels[1].When, "yuan(500000)")
	require.Equal(t, []any{deal.TrialWaiver, playbook.Removed, false}, []any{waiver.Kind, waiver.Edit, waiver.Pending})
	require.Nil(t, waiver.After)
}

func TestPreview_comparesTheSettingsInWords(t *testing.T) {
	t.Parallel()
	c := preview(t, playbooktest.Ready(playbooktest.Quick, deal.Plan),
		"quiet_hours: false", "quiet_hours: true", "recheck: 30 seconds", "recheck: 2 working days", "{A: 20 seconds,", "{A: 25 seconds,",
		"{rung: urge, after: 5 seconds}", "{rung: urge, after: 6 seconds}",
		"ladder: # of a step", "dossier: {survey: 30 calendar days, private: {on: true}, agreement: [9 calendar days], weights: {deal_risk: 11}, vetoes: []}\nladder: # of a step")
	require.Equal(t, []playbook.SettingChange{
		{Name: "quiet_hours", Before: deal.Text{ZH: "否", EN: "no"}, After: deal.Text{ZH: "是", EN: "yes"}},
		{Name: "recheck", Before: deal.Text{ZH: "30 秒", EN: "30 seconds"}, After: deal.Text{ZH: "2 个工作日", EN: "2 working days"}},
		{Name: "follow_up.A", Before: deal.Text{ZH: "20 秒", EN: "20 seconds"}, After: deal.Text{ZH: "25 秒", EN: "25 seconds"}},
		{
			Name: "follow_up.ladder",
			Before: deal.Text{
				ZH: "remind：到期时；urge：到期后 5 秒；superior：到期后 10 秒",
				EN: "remind: at the deadline; urge: 5 seconds after the deadline; superior: 10 seconds after the deadline",
			},
			After: deal.Text{
				ZH: "remind：到期时；urge：到期后 6 秒；superior：到期后 10 秒",
				EN: "remind: at the deadline; urge: 6 seconds after the deadline; superior: 10 seconds after the deadline",
			},
		},
		{
			Name: "dossier.weights",
			Before: deal.Text{
				ZH: "份额潜力 20，投入与成本 15，成交风险 10，战略价值 20，回款风险 15，我方能力 10，技术难度 10",
				EN: "Share of wallet 20, Effort and cost 15, Deal risk 10, Strategic value 20, Payment risk 15, Our capacity 10, Technical difficulty 10",
			},
			After: deal.Text{
				ZH: "份额潜力 20，投入与成本 15，成交风险 11，战略价值 20，回款风险 15，我方能力 10，技术难度 10",
				EN: "Share of wallet 20, Effort and cost 15, Deal risk 11, Strategic value 20, Payment risk 15, Our capacity 10, Technical difficulty 10",
			},
		},
		{Name: "dossier.private", Before: deal.Text{ZH: "关闭", EN: "off"}, After: deal.Text{ZH: "启用：rep、manager", EN: "on: rep, manager"}},
		{
			Name: "dossier.vetoes", Before: deal.Text{ZH: "禁寄物品，恶意拖欠，濒临破产，列入黑名单", EN: "Forbidden goods, Bad payer, Insolvent, Blacklisted"},
			After: deal.Text{ZH: "任意项", EN: "any item"},
		},
		{
			Name: "dossier.survey", Before: deal.Text{ZH: "90 个日历日", EN: "90 calendar days"}, After: deal.Text{ZH: "30 个日历日", EN: "30 calendar days"},
		},
		{
			Name: "dossier.agreement", Before: deal.Text{ZH: "60，30，7 个日历日", EN: "60, 30, 7 calendar days"},
			After: deal.Text{ZH: "9 个日历日", EN: "9 calendar days"},
		},
	}, c.Settings)
}

func TestPreview_leadsFromOneTradeToAnother(t *testing.T) {
	t.Parallel()
	library := load(t)
	for _, from := range playbooktest.Books() {
		for _, to := range playbooktest.Books() {
			for _, step := range deal.Steps() {
				a := playbooktest.Ready(from, step)
				c, err := library.Preview(a.State.Book, deal.BookRef{Name: to, Version: playbooktest.Version(to)}, a.State, a.Records, a.At)
				require.NoError(t, err)
				require.Empty(t, c.Gate.Before)
				require.Equal(t, from == to, len(c.Steps) == 0, "%s to %s", from, to)
			}
		}
	}
}

func TestPreview_ofAnAccountThatNobodyCanReadAnyMoreShowsTheWayOut(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	_, err := library.AddStored(stored("quick", 7, edition(t, 7, "quiet_hours: false", "silent_hours: false")))
	require.NoError(t, err)
	a := playbooktest.Ready(playbooktest.Quick, deal.Visit)
	a.State.Book = quickRef(7)
	a.Records.Interactions = nil
	c, err := library.Preview(a.State.Book, quickRef(1), a.State, a.Records, a.At)
	require.NoError(t, err)
	require.True(t, c.Blind)
	require.Empty(t, c.Gate.Before)
	require.Equal(t, []string{"customer_met"}, items(deal.Gate{Unmet: c.Gate.After}))
	require.Len(t, c.Steps, len(deal.Steps()))
	require.Equal(t, playbook.Added, c.Steps[0].Conditions[0].Edit)
	require.Len(t, c.Approvals, len(newest(t, playbooktest.Quick).Describe().Approvals))
	require.Len(t, c.Settings, 30, "quiet hours, one-off, rest, six of follow-ups, fifteen of the file, six of duties")
	text, err := json.Marshal(c)
	require.NoError(t, err)
	require.NotContains(t, string(text), "null")
}

func TestPreview_leadsNobodyToAVersionThatDoesNotServe(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	for _, s := range []playbook.Source{
		stored("quick", 7, edition(t, 7, "quiet_hours: false", "silent_hours: false")),
		stored("quick", 8, edition(t, 8, "        hint: {zh: 添加联系人。, en: Add a contact.}\n", "")),
		stored("quick", 9, edition(t, 9, "when: contacts.size() >= 1", "when: 7 / (contacts.size() - 3) != 0")),
	} {
		_, err := library.AddStored(s)
		require.NoError(t, err)
	}
	a := playbooktest.Ready(playbooktest.Quick, deal.Collect)
	for version, want := range map[int]error{7: playbook.ErrUnusable, 8: playbook.ErrOutdated, 99: deal.ErrNotFound} {
		_, err := library.Preview(quickRef(1), quickRef(version), a.State, a.Records, a.At)
		require.ErrorIs(t, err, want)
	}
	_, err := library.Preview(quickRef(99), quickRef(1), a.State, a.Records, a.At)
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = library.Preview(quickRef(8), quickRef(1), a.State, a.Records, a.At)
	require.NoError(t, err, "away from an outdated one, everybody may go")
	_, err = library.Preview(quickRef(9), quickRef(1), a.State, a.Records, a.At)
	require.ErrorContains(t, err, "division by zero", "a gate that fails is reported, not guessed")
}
