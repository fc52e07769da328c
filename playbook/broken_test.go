package playbook_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// broken are playbooks made of quick by one change. The fault is expected in the line where at stands first after the
// change (none: it belongs to the whole file), with this reason.
var broken = map[string]struct{ old, new, at, reason string }{
	"unknown key": {"quiet_hours: false", "quiet_hour: false", "quiet_hour:", "unknown key quiet_hour"},
	"unknown key in a step": {
		"    guidance: {zh: 写下需求", "    guidence: {zh: 写下需求", "guidence:", "unknown key guidence",
	},
	"key twice":             {"recheck: 30 seconds", "recheck: 30 seconds\nrecheck: 40 seconds", "recheck: 40", "already defined"},
	"list for a value":      {"recheck: 30 seconds", "recheck: [30 seconds]", "recheck:", "a single value belongs here"},
	"value for a list":      {"returns: [maintain]", "returns: maintain", "returns: maintain", "a list belongs here"},
	"value for a mapping":   {"label: {zh: 快速演示, en: Quick demonstration}", "label: Quick", "label: Quick", "keys with values belong here"},
	"no YAML":               {"quiet_hours: false", "quiet_hours: [", "", "did not find expected"},
	"anchor":                {"quiet_hours: false", "quiet_hours: &x false", "quiet_hours:", "anchors, aliases and merge keys are not allowed"},
	"two documents":         {"quiet_hours: false", "quiet_hours: false\n---\n", "", "more than one document"},
	"name":                  {"name: quick", "name: Quick One", "name: Quick", `name "Quick One": write lower-case`},
	"version":               {"version: 1", "version: 1.5", "version: 1.5", `version "1.5": write a whole number from 1`},
	"version missing":       {"version: 1\n", "", "", `version "": write a whole number from 1`},
	"no zh":                 {"label: {zh: 快速演示, en: Quick demonstration}", "label: {en: Quick}", "label: {en: Quick}", "label: the text in zh is missing"},
	"blank en":              {"text: {zh: 至少有一位联系人, en: There is a contact}", "text: {zh: 至少有一位联系人, en: ' '}", "en: ' '", "text of condition contact_known: the text in en is missing"},
	"no hint":               {"        hint: {zh: 添加联系人。, en: Add a contact.}\n", "", "code: contact_known", "hint of condition contact_known: the text in zh is missing"},
	"long text":             {"en: Add a contact.", "en: " + strings.Repeat("x", 1001), "en: xxx", "longer than 1000 characters"},
	"one-off":               {"quiet_hours: false", "quiet_hours: false\none_off: once", "one_off:", `one_off "once": write true or false`},
	"flag":                  {"quiet_hours: false", "quiet_hours: sometimes", "quiet_hours:", `quiet_hours "sometimes": write true or false`},
	"span":                  {"recheck: 30 seconds", "recheck: 30 moons", "recheck:", `"30 moons" is no span`},
	"span of unclear time":  {"recheck: 30 seconds", "recheck: 2 days", "recheck:", `"2 days" does not say which time it means`},
	"span too long":         {"recheck: 30 seconds", "recheck: 4000 calendar days", "recheck:", "longer than ten years"},
	"span missing":          {"recheck: 30 seconds\n", "", "name: quick", "recheck is missing"},
	"cadence missing":       {"A: 20 seconds, ", "", "ungraded:", "follow_up.cadence.A is missing"},
	"cadence of no grade":   {"{A: 20 seconds", "{E: 1 second, A: 20 seconds", "cadence:", "unknown key E"},
	"nobody follows up":     {"    - {rung: remind, at: 100%}\n", "", "cadence:", "follow_up.ladder has no rung remind"},
	"rung":                  {"{rung: urge, after: 5 seconds}", "{rung: shout, after: 5 seconds}", "rung: shout", `rung "shout" is unknown`},
	"rung of the rules":     {"{rung: urge, after: 5 seconds}", "{rung: due, after: 5 seconds}", "rung: due", `rung "due" is unknown`},
	"rung at two places":    {"{rung: urge, after: 5 seconds}", "{rung: urge, at: 50%, before: 5 seconds}", "before: 5", "exactly one of at, before and after"},
	"rung at no place":      {"{rung: urge, after: 5 seconds}", "{rung: urge}", "{rung: urge}", "exactly one of at, before and after"},
	"percent":               {"at: 25%}\n  - {rung: urge, at: 50%}\n  - {rung: superior, at: 100%}\n\nfollow", "at: 0%}\n  - {rung: urge, at: 50%}\n\nfollow", "at: 0%", "write a percentage of the deadline from 1% to 1000%"},
	"rungs out of order":    {"at: 25%}\n  - {rung: urge, at: 50%}", "at: 75%}\n  - {rung: urge, at: 51%}", "at: 51%", "51% comes after 75%"},
	"rung before the start": {"name: filing\n", "name: filing\n        ladder: [{rung: remind, before: 9 seconds}]\n", "before: 9", "as long as the deadline itself"},
	"days before the start": {
		"name: filing\n        label: {zh: 提交立项备案, en: Filing requested}\n        within: 8 seconds",
		"name: filing\n        label: {zh: 提交立项备案, en: Filing requested}\n        ladder: [{rung: remind, before: 2 working days}]\n" +
			"        within: 2 working days", "before: 2", "as long as the deadline itself",
	},
	"end of day after":       {"{rung: urge, after: 5 seconds}", "{rung: urge, after: end of day}", "end of day", "the end of the day has no length"},
	"no default ladder":      {"ladder: # of a step's 12 seconds: after 3, 6 and 12\n  - {rung: remind, at: 25%}\n  - {rung: urge, at: 50%}\n  - {rung: superior, at: 100%}\n", "", "name: quick", "ladder is missing"},
	"unknown step":           {"step: survey\n    label", "step: servey\n    label", "step: servey", `unknown step "servey"`},
	"missing step":           {"step: survey\n    label", "step: servey\n    label", "name: quick", "missing steps: survey"},
	"step twice":             {"step: survey\n    label", "step: screen\n    label", "", "step screen stands here twice"},
	"steps out of order":     {"step: collect\n    label", "step: archive\n    label", "- step: screen\n    label", "keep their order"},
	"return forward":         {"returns: [maintain]", "returns: [archive]", "returns: [archive]", "archive is not earlier than archive"},
	"return to nowhere":      {"returns: [maintain]", "returns: [nowhere]", "returns: [nowhere]", `unknown step "nowhere"`},
	"return twice":           {"returns: [maintain]", "returns: [sign, sign]", "returns: [sign, sign]", "sign stands here twice"},
	"deadline without name":  {"- name: filing", "- name: 'the filing'", "- name: 'the filing'", `deadline "the filing"`},
	"deadline twice":         {"- name: filing", "- {name: step, within: 3 seconds}\n      - name: filing", "name: step, within: 12 seconds}\n    returns: [collect]", "deadline step stands here twice"},
	"deadline without label": {"        label: {zh: 提交立项备案, en: Filing requested}\n", "", "- name: filing", "label of deadline filing: the text in zh is missing"},
	"until nothing":          {`until: "requested:filing"`, "until: christmas", "until:", `until "christmas" is unknown`},
	"until another step":     {`until: "requested:filing"`, `until: "requested:contract"`, "until:", `approvals of kind "contract" are not asked for in this step`},
	"approval kind":          {"kind: filing", "kind: feeling", "kind: feeling", `approval of kind "feeling" is unknown`},
	"approval twice":         {"kind: proposal", "kind: filing", "kind: filing\n    step: plan", "approval of kind filing stands here twice"},
	"approval without step":  {"    step: screen\n    label: {zh: 立项备案", "    label: {zh: 立项备案", "kind: filing", "write the step in which it is asked for"},
	"reopen with step":       {"kind: reopen", "kind: reopen\n    step: sign", "step: sign\n    label: {zh: 重新启动", "it is asked for while the account is closed"},
	"chain for nobody":       {"      - {who: owner_manager}\n  - kind: proposal", "      - {who: owner_manager, when: amount > 5}\n  - kind: proposal", "kind: filing", "at least one level must have no condition"},
	"audience":               {"- {who: superior, when", "- {who: boss, when", "who: boss", `who "boss" is unknown`},
	"audience of no role":    {"- {who: superior, when", "- {who: 'role:king', when", "role:king", `who "role:king" is unknown`},
	"audience among several": {"- {who: superior, when", "- {who: 'superior, boss', when", "who: 'superior, boss'", `who "boss" is unknown`},
	"opinion":                {"- {who: superior, when", "- {who: superior, opinion: maybe, when", "opinion: maybe", `opinion "maybe": write true or false`},
	"mode":                   {"- {who: superior, when", "- {who: superior, mode: most, when", "mode: most", `mode "most" is unknown`},
	"level until the evening": {
		"- {who: superior, when", "- {who: superior, within: end of day, when", "within: end of day", "not the end of the day",
	},
	"level without time":    {"  within: 8 seconds\n  ladder", "  ladder", "who: owner_manager", "within is missing"},
	"condition of level":    {"when: amount > yuan(1000000)", "when: amount > yuan('x')", "yuan('x')", "when of approval proposal: found no matching overload for 'yuan'"},
	"condition code":        {"code: contact_known", "code: Contact known", "code: Contact", `condition "Contact known": write a code`},
	"condition twice":       {"code: no_duplicate", "code: contact_known", "code: contact_known\n        when: account", "condition contact_known stands in step collect twice"},
	"condition of the form": {"code: contact_known", "code: form_incomplete", "code: form_incomplete", "the form has this code for itself"},
	"condition without when": {
		"        when: contacts.size() >= 1\n", "", "code: contact_known", "condition contact_known: when is missing",
	},
	"no condition": {
		"    conditions:\n      - code: customer_satisfied\n        when: form.satisfaction >= 3\n        text: {zh: 满意度不低于 3 分, en: The satisfaction is at least 3}\n" +
			"        hint: {zh: 改进服务后重新评分。, en: Improve the service and ask again.}\n", "", "step: maintain", "step maintain has no conditions",
	},
	"link":                    {"link: grade", "link: https://example.com", "link: https", "leads nowhere"},
	"link to no step":         {"link: grade", "link: steps/nowhere/form", "link: steps/nowhere", "leads nowhere"},
	"CEL syntax":              {"when: contacts.size() >= 1", "when: contacts.size() >=", "contacts.size() >=", "condition contact_known: Syntax error"},
	"CEL type":                {"when: contacts.size() >= 1", "when: contacts.size() >= '1'", "contacts.size() >=", "found no matching overload for '_>=_'"},
	"CEL answer":              {"when: contacts.size() >= 1", "when: contacts.size()", "contacts.size()", "condition contact_known gives int: it must give true or false"},
	"CEL unknown variable":    {"when: contacts.size() >= 1", "when: people.size() >= 1", "people.size()", "undeclared reference to 'people'"},
	"CEL unknown form field":  {"when: form.need\n", "when: form.needs\n", "when: form.needs", "undefined field 'needs'"},
	"CEL unknown column":      {"when: contacts.size() >= 1", "when: contacts.exists(c, c.phone_ok)", "c.phone_ok", "undefined field 'phone_ok'"},
	"CEL unknown approval":    {"when: approvals.filing.approved", "when: approvals.bribe.approved", "approvals.bribe", "undefined field 'bribe'"},
	"CEL in a block":          {"when: contacts.size() >= 1", "when: |\n          contacts.size() >= 1 &&\n          contacts.all(c, c.nme != '')", "c.nme", "undefined field 'nme'"},
	"CEL folded":              {"when: contacts.size() >= 1", "when: >-\n          contacts.size() >= 1 &&\n          contacts.all(c, c.nme != '')", "contacts.size() >= 1 &&", "undefined field 'nme'"},
	"CEL pattern":             {"when: contacts.size() >= 1", "when: profile.name.matches('(')", "profile.name.matches", "invalid matches argument"},
	"CEL too long":            {"when: contacts.size() >= 1", "when: contacts.size() >= 1" + strings.Repeat(" || true", 300), "contacts.size()", "size exceeds limit"},
	"CEL too deep":            {"when: contacts.size() >= 1", "when: contacts.all(a, contacts.all(b, contacts.all(c, a.id != b.id)))", "contacts.all(a", "nesting"},
	"CEL fails on nothing":    {"when: contacts.size() >= 1", "when: contacts[0].name != ''", "contacts[0]", "condition contact_known fails where nothing is on file"},
	"CEL unknown fact":        {"when: contacts.size() >= 1", "when: file.vetos_open == 0", "file.vetos_open", "undefined field 'vetos_open'"},
	"support centre":          {"centre: sales,", "centre: magic,", "centre: magic", `duties.support: centre "magic" is unknown`},
	"support centre twice":    {"centre: finance,", "centre: sales,", "role:finance", "duties.support: centre sales stands here twice"},
	"support of nobody":       {`who: ["role:finance"]`, `who: [owner_manager]`, "owner_manager], respond", `who "owner_manager" is unknown`},
	"support unasked":         {"kind: support_request\n    subject: support_request", "kind: trial_waiver\n    step: sign", "centre: sales", "nobody could ask for it"},
	"visits in part":          {"visits: {prepare: 3 calendar days, ", "visits: {", "visits:", "duties.visits: prepare is missing"},
	"visits upside down":      {"urge: 3 calendar days, superior: 7", "urge: 8 calendar days, superior: 7", "visits:", "superior comes after urge"},
	"gifts without limit":     {"gifts: {currency: CNY, each_minor: 50000, ", "gifts: {currency: CNY, ", "gifts:", "write currency, each_minor and year_minor"},
	"gifts upside down":       {"each_minor: 50000", "each_minor: 500000", "gifts:", "the limit of a year is below"},
	"review of nothing":       {"kinds: [visit, plant_tour]", "kinds: [dream]", "kinds: [dream]", `"dream" is no kind of interaction`},
	"review by nobody":        {"    kinds: [visit, plant_tour]\n    grades: [A]\n    intent: 4\n", "    kinds: [visit]\n    grades: []\n", "kinds: [visit]", "else no visit is reviewed"},
	"review reassigned":       {"      - {rung: superior, at: 200%}\n", "      - {rung: reassign, at: 200%}\n", "rung: reassign, at: 200%}\n  plan", "goes to nobody else"},
	"plan without end":        {"every: 40 seconds", "every: end of day", "every: end of day", "write a length, not the end of the day"},
	"weight":                  {"quiet_hours: false", "quiet_hours: false\ndossier: {weights: {deal_risk: heavy}}", "dossier:", `dossier.weights.deal_risk "heavy": write a whole number`},
	"weight of nothing":       {"quiet_hours: false", "quiet_hours: false\ndossier: {weights: {luck: 5}}", "dossier:", "unknown key luck"},
	"weights of nothing":      {"quiet_hours: false", "quiet_hours: false\ndossier: {weights: {share_of_wallet: 0, effort_and_cost: 0, deal_risk: 0, strategic_value: 0, payment_risk: 0, our_capacity: 0, technical_difficulty: 0}}", "dossier:", "dossier.weights add up to nothing"},
	"mark of a grade":         {"quiet_hours: false", "quiet_hours: false\ndossier: {grade_from: {A: 900}}", "dossier:", `dossier.grade_from.A "900": write a whole number from 0 to 500`},
	"grades crossed":          {"quiet_hours: false", "quiet_hours: false\ndossier: {grade_from: {A: 300, B: 300}}", "dossier:", "B does not begin below A"},
	"regrade in working days": {"quiet_hours: false", "quiet_hours: false\ndossier: {regrade: {A: 90 working days}}", "dossier:", `dossier.regrade.A "90 working days": write whole calendar days`},
	"filing by the hour":      {"quiet_hours: false", "quiet_hours: false\ndossier: {filing: 36 calendar hours}", "dossier:", "write whole calendar days"},
	"currency":                {"quiet_hours: false", "quiet_hours: false\ndossier: {economic: {currency: yuan}}", "dossier:", `dossier.economic.currency "yuan": write three capital letters`},
	"credit upside down":      {"quiet_hours: false", "quiet_hours: false\ndossier: {credit: {yellow_days_late: 90, red_days_late: 30}}", "dossier:", "red begins before yellow"},
	"focus on everybody":      {"quiet_hours: false", "quiet_hours: false\ndossier: {focus: {times: 0}}", "dossier:", "dossier.focus.times: write 1 or more"},
	"private switch":          {"quiet_hours: false", "quiet_hours: false\ndossier: {private: {on: sometimes}}", "dossier:", `dossier.private.on "sometimes": write true or false`},
	"private for the king":    {"quiet_hours: false", "quiet_hours: false\ndossier: {private: {roles: [king]}}", "dossier:", `dossier.private.roles: "king" is no role`},
	"figures for the king":    {"quiet_hours: false", "quiet_hours: false\ndossier: {figures: {roles: [king]}}", "dossier:", `dossier.figures.roles: "king" is no role`},
	"figures of no field":     {"quiet_hours: false", "quiet_hours: false\ndossier: {figures: {fields: [Cost]}}", "dossier:", `dossier.figures.fields: "Cost" is no name of a field`},
	"figures twice":           {"quiet_hours: false", "quiet_hours: false\ndossier: {figures: {fields: [cost, cost]}}", "dossier:", "dossier.figures.fields: cost stands here twice"},
	"private twice":           {"quiet_hours: false", "quiet_hours: false\ndossier: {private: {roles: [rep, rep]}}", "dossier:", "dossier.private.roles: rep stands here twice"},
	"veto item":               {"quiet_hours: false", "quiet_hours: false\ndossier: {vetoes: [{item: Bad payer, label: {zh: 甲, en: A}}]}", "dossier:", `item "Bad payer": write a name`},
	"veto twice":              {"quiet_hours: false", "quiet_hours: false\ndossier: {vetoes: [{item: a, label: {zh: 甲, en: A}}, {item: a, label: {zh: 甲, en: A}}]}", "dossier:", "item a stands here twice"},
	"veto without label":      {"quiet_hours: false", "quiet_hours: false\ndossier: {vetoes: [{item: a}]}", "dossier:", "label of veto a: the text in zh is missing"},
	"reminders out of order":  {"quiet_hours: false", "quiet_hours: false\ndossier: {agreement: [7 calendar days, 30 calendar days]}", "dossier:", "reminders stand in order of time"},
	"form missing": {
		"    form:\n      type: object\n      required: [satisfaction]\n      properties:\n        satisfaction:\n          type: integer\n" +
			"          minimum: 1\n          maximum: 5\n          x-ui:\n            label: {zh: 满意度, en: Satisfaction}\n" +
			"            unit: {zh: 分（1–5）, en: points (1–5)}\n", "", "- step: maintain", "form is missing",
	},
	"form is no object": {"type: object\n      required: [needs]", "type: array\n      required: [needs]", "type: array", "form: write type: object"},
	"form is a list": {
		"    form:\n      type: object\n      required: [satisfaction]\n      properties:\n        satisfaction:\n          type: integer\n" +
			"          minimum: 1\n          maximum: 5\n          x-ui:\n            label: {zh: 满意度, en: Satisfaction}\n" +
			"            unit: {zh: 分（1–5）, en: points (1–5)}\n", "    form: [a]\n", "form: [a]", "keys with values belong here",
	},
	"form keyword":          {"required: [needs]", "required: [needs]\n      anyOf: []", "anyOf:", `form: the page cannot show "anyOf"`},
	"form reference":        {"required: [needs]", "$ref: 'file:///etc/passwd'", "$ref", `form: the page cannot show "$ref"`},
	"form is open":          {"required: [needs]", "additionalProperties: true", "additionalProperties", "additionalProperties is always false"},
	"required":              {"required: [needs]", "required: [need]", "required: [need]", `required field "need" is not among the properties`},
	"required twice":        {"required: [needs]", "required: [needs, needs]", "required: [needs, needs]", `"needs" stands here twice`},
	"field name":            {"        needs:\n", "        Needs:\n", "        Needs:", "field Needs: write a name in lower-case"},
	"field name of CEL":     {"        needs:\n", "        in:\n", "        in:\n", "that is no word of CEL"},
	"field type":            {"needs:\n          type: string", "needs:\n          type: object", "        needs:\n", `the page cannot show type "object"`},
	"field without type":    {"needs:\n          type: string", "needs:\n          minLength: 1", "        needs:\n", `the page cannot show type ""`},
	"field format":          {"needs:\n          type: string", "needs:\n          type: string\n          format: uri", "        needs:\n", `with format "uri"`},
	"field keyword":         {"needs:\n          type: string", "needs:\n          type: string\n          minimum: 1", "minimum: 1", `the page cannot show "minimum" in a field of kind text`},
	"field twice":           {"required: [needs]\n      properties:", "required: [needs]\n      properties:\n        needs: {type: boolean, x-ui: {label: {zh: 一, en: one}}}", "        needs:\n", `"needs" stands here twice`},
	"no label":              {"x-ui: {label: {zh: 需求, en: Needs}, widget: textarea}", "x-ui: {widget: textarea}", "x-ui: {widget", "field needs: the label is missing"},
	"no hints":              {"          x-ui: {label: {zh: 需求, en: Needs}, widget: textarea}\n", "", "        needs:\n", "x-ui with a label in zh and en is missing"},
	"label in one language": {"label: {zh: 需求, en: Needs}", "label: {zh: 需求}", "label: {zh: 需求}", "field needs: label: the text in en is missing"},
	"label in a third":      {"label: {zh: 需求, en: Needs}", "label: {zh: 需求, en: Needs, de: x}", "de: x", `"de" is unknown`},
	"unknown hint":          {"widget: textarea}", "colour: red}", "colour: red", `x-ui: "colour" is unknown`},
	"widget":                {"widget: textarea}", "widget: money}", "widget: money", `widget "money" does not fit`},
	"unit of a text":        {"widget: textarea}", "unit: {zh: 件, en: pieces}}", "unit: {zh: 件", "only a number has a unit"},
	"number without unit":   {"            unit: {zh: 分（1–5）, en: points (1–5)}\n", "", "        satisfaction:\n", "x-ui.unit is missing"},
	"bound":                 {"minimum: 1\n          maximum: 5", "minimum: one\n          maximum: 5", "minimum: one", "minimum: write a plain decimal number"},
	"bounds crossed":        {"minimum: 1\n          maximum: 5", "minimum: 6\n          maximum: 5", "        satisfaction:\n", "the minimum is above the maximum"},
	"multiple of nothing":   {"minimum: 1\n          maximum: 5", "multipleOf: 0", "multipleOf: 0", "multipleOf: write a plain decimal number"},
	"length":                {"maxLength: 64", "maxLength: 5000", "maxLength: 5000", "maxLength: write a whole number from 0 to 4000"},
	"lengths crossed":       {"maxLength: 64", "maxLength: 64\n          minLength: 65", "        agreement_no:\n", "minLength is above maxLength"},
	"pattern":               {"maxLength: 64", "pattern: '('", "pattern:", "is no regular expression"},
	"pattern without help":  {"maxLength: 64", "pattern: '^K'", "        agreement_no:\n", "a pattern needs x-ui.help"},
	"option without label":  {"failed: {zh: 未通过, en: Failed}", "passd: {zh: 未通过, en: Failed}", "        verdict:\n", `x-ui.options lacks a label in zh and en for "failed"`},
	"option name":           {"enum: [passed, failed]", "enum: [passed, failed, Not Yet]", "enum: [passed, failed, Not Yet]", `option "Not Yet"`},
	"option twice":          {"enum: [passed, failed]", "enum: [passed, failed, passed]", "enum: [passed, failed, passed]", `"passed" stands here twice`},
	"options of no enum":    {"widget: textarea}", "options: {a: {zh: 甲, en: A}}}", "        needs:\n", "only an enum has options"},
	"empty enum":            {"enum: [passed, failed]", "enum: []", "enum: []", "enum has no values"},
	"enum of lists":         {"enum: [passed, failed]", "enum: [[passed], failed]", "enum: [[passed]", "single values belong here"},
	"table without columns": {"needs:\n          type: string", "needs:\n          type: array", "        needs:\n", "a table needs items with columns"},
	"table in a table": {
		"needs:\n          type: string\n          x-ui: {label: {zh: 需求, en: Needs}, widget: textarea}",
		"needs:\n          type: array\n          items:\n            type: object\n            properties:\n              inner: {type: array, " +
			"x-ui: {label: {zh: 内, en: In}}}\n          x-ui: {label: {zh: 需求, en: Needs}}", "inner:", "a table inside a table cannot be shown",
	},
}

func TestLoad_refusesABrokenPlaybookWithFileLineAndReason(t *testing.T) {
	t.Parallel()
	library := load(t)
	quick := string(edition(t, 1))
	for name, c := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, quick, c.old)
			source := strings.Replace(quick, c.old, c.new, 1)
			err := library.Add([]byte(source), "mine.yaml")
			var problems playbook.Problems
			require.ErrorAs(t, err, &problems)
			want := "mine.yaml"
			if c.at != "" {
				before, _, found := strings.Cut(source, c.at)
				require.True(t, found, c.at)
				want += ":" + strconv.Itoa(strings.Count(before, "\n")+1)
			}
			for _, p := range problems {
				if strings.HasPrefix(p.String(), want+":") && strings.Contains(p.Reason, c.reason) {
					return
				}
			}
			require.Fail(t, "expected fault not found", "want %s: %s\ngot:\n%v", want, c.reason, err)
		})
	}
}

// beyondSchema are the faults that only the loader finds: references, order, arithmetic and CEL.
var beyondSchema = []string{
	"anchor", "span too long", "rungs out of order", "rung before the start", "days before the start", "step twice", "steps out of order",
	"return forward", "deadline twice", "until another step", "approval twice", "level without time", "condition of level",
	"condition twice", "CEL syntax", "CEL type", "CEL answer", "CEL unknown variable", "CEL unknown form field", "CEL unknown column",
	"CEL unknown approval", "CEL in a block", "CEL folded", "CEL pattern", "CEL too deep", "CEL fails on nothing", "required",
	"bounds crossed", "lengths crossed", "option without label", "CEL unknown fact", "weights of nothing", "grades crossed",
	"credit upside down", "figures twice", "private twice", "veto twice", "reminders out of order",
	"support centre twice", "support unasked", "visits upside down", "gifts upside down", "review by nobody",
}

func TestPublishedSchema_marksInTheEditorWhatNeedsNoKnowledgeOfTheRest(t *testing.T) {
	t.Parallel()
	quick := string(edition(t, 1))
	schema := playbook.ReadPublished(t).Compile(t, "")
	var missed []string
	for name, c := range broken {
		content, err := playbook.Decoded([]byte(strings.Replace(quick, c.old, c.new, 1)))
		if err == nil && schema.Validate(content) == nil {
			missed = append(missed, name)
		}
	}
	require.ElementsMatch(t, beyondSchema, missed)
}

func TestLoad_reportsAllFaultsOfAFileInItsOrder(t *testing.T) {
	t.Parallel()
	library := load(t)
	source := sourceOf(t, library, playbooktest.Quick)
	for _, c := range []string{"span", "return forward", "CEL unknown form field", "audience", "no label"} {
		source = strings.Replace(source, broken[c].old, broken[c].new, 1)
	}
	var problems playbook.Problems
	require.True(t, errors.As(library.Add([]byte(source), "mine.yaml"), &problems))
	require.Len(t, problems, 5, "%v", problems)
	for i := range len(problems) - 1 {
		require.LessOrEqual(t, problems[i].Line, problems[i+1].Line)
	}
}

func TestLoad_refusesAFileThatIsEmptyOrTooLarge(t *testing.T) {
	t.Parallel()
	library := load(t)
	require.ErrorContains(t, library.Add(nil, "mine.yaml"), "mine.yaml: the file is empty")
	require.ErrorContains(t, library.Add([]byte("# nothing"), "mine.yaml"), "mine.yaml: the file is empty")
	require.ErrorContains(t, library.Add(make([]byte, 1<<20+1), "mine.yaml"), "more than the 1048576 allowed")
}

// FuzzAdd feeds whatever: it is refused or loaded, and never takes the process with it.
func FuzzAdd(f *testing.F) {
	library, err := playbook.Load(playbook.Options{})
	require.NoError(f, err)
	var quick string
	for _, s := range library.Sources() {
		f.Add(s.Text)
		quick = string(s.Text)
	}
	for _, c := range broken {
		f.Add([]byte(strings.Replace(quick, c.old, c.new, 1)))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		var empty playbook.Library
		err := empty.Add(source, "fuzz.yaml")
		var problems playbook.Problems
		if err != nil && !errors.As(err, &problems) {
			t.Fatalf("not a list of problems: %v", err)
		}
	})
}
