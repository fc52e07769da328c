package playbook_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

func pointers(no deal.Refusals) []string {
	list := []string{}
	for _, r := range no {
		list = append(list, r.Field)
	}
	return list
}

func TestCheckForm_takesADraftAsFarAsItIsFilledIn(t *testing.T) {
	t.Parallel()
	library := load(t)
	for _, book := range playbooktest.Books() {
		for _, step := range deal.Steps() {
			a := playbooktest.Ready(book, step)
			no, err := library.CheckForm(a.State.Book, step, a.Form(step))
			require.NoError(t, err)
			require.Empty(t, no, "%s/%s", book, step)
			no, err = library.CheckForm(a.State.Book, step, map[string]any{})
			require.NoError(t, err)
			require.Empty(t, no, "%s/%s", book, step)
		}
	}
	p := former(t)
	require.Empty(t, p.CheckForm(deal.Plan, map[string]any{
		"solution": "  ", "milestones": []any{map[string]any{"milestone": "试寄", "due_on": ""}}, "rivals": []any{},
	}), "blank boxes and half a row are a draft")
}

func TestCheckForm_refusesWhatDoesNotFitWithSentenceAndRemedy(t *testing.T) {
	t.Parallel()
	p := former(t)
	for name, c := range map[string]struct {
		step    deal.Step
		field   string
		value   any
		pointer string
		zh, en  string
		fix     string
	}{
		"text":           {deal.Plan, "solution", 5.0, "", "“解决方案”应为文字。", "“Solution” takes a text.", "Write a text"},
		"enum":           {deal.Sign, "credit_grade", "pink", "", "“信用等级”不是可选的值。", "“Credit grade” is none of the choices.", "green (Green), blue (Blue)"},
		"enum's type":    {deal.Sign, "credit_grade", 1.0, "", "“信用等级”应为文字。", "“Credit grade” takes a text.", "Write a text"},
		"date":           {deal.Survey, "decision_on", "2026-02-30", "", "应为日期（YYYY-MM-DD）", "takes a date", "YYYY-MM-DD"},
		"not a date":     {deal.Survey, "decision_on", "soon", "", "应为日期", "takes a date", "YYYY-MM-DD"},
		"contact":        {deal.Screen, "visit_contact", "孙丽", "", "应为客户联系人的编号", "takes the ID of a contact", "ID"},
		"whole number":   {deal.Screen, "difficulty", 2.5, "", "“开发难度”应为整数。", "takes a whole number", "whole number"},
		"number in text": {deal.Screen, "difficulty", "3", "", "应为整数", "takes a whole number", "whole number"},
		"minimum":        {deal.Screen, "difficulty", 0.0, "", "“开发难度”太小。", "“Difficulty” is too small.", "The least is 1."},
		"maximum":        {deal.Screen, "difficulty", 6.0, "", "“开发难度”太大。", "“Difficulty” is too large.", "The most is 5."},
		"digits lost":    {deal.Plan, "amount_minor", 1e17, "", "太大", "is too large", "The most is 9007199254740991."},
		"boolean":        {deal.Screen, "need", "yes", "", "应为是或否", "takes yes or no", "true or false"},
		"pattern":        {deal.Sign, "evidence_sha256", "abc", "", "的写法不对", "is not written as it should be", "64 lower-case"},
		"length":         {deal.Sign, "agreement_no", strings.Repeat("号", 65), "", "太长", "is too long", "at most 64 characters"},
		"table":          {deal.Plan, "milestones", "soon", "", "应为由行组成的列表", "takes a list of rows", "list of rows"},
		"row":            {deal.Plan, "milestones", []any{"soon"}, "/0", "第 1 行", ", row 1", "cells"},
		"cell": {
			deal.Plan, "milestones",
			[]any{map[string]any{}, map[string]any{"due_on": "x"}},
			"/1/due_on", "“里程碑与责任人”第 2 行的“完成日期”",
			"“Milestones and owners”, row 2: “Due on” takes a date", "YYYY-MM-DD",
		},
		"unknown column": {deal.Plan, "milestones", []any{map[string]any{"a/b": 1.0}}, "/0/a~1b", "没有这个字段", "no such field", "spelling"},
		"too many rows":  {deal.Plan, "milestones", manyRows(51), "", "行数太多", "has too many rows", "at most 50 rows"},
		"unknown field":  {deal.Plan, "price", 1.0, "", "表单里没有这个字段。", "The form has no such field.", "spelling"},
		"null":           {deal.Plan, "solution", nil, "", "应为文字", "takes a text", "leave the field out"},
		"long text":      {deal.Plan, "solution", strings.Repeat("长", 4001), "", "超过 4000", "longer than 4,000", "Shorten"},
		"U+0000":         {deal.Plan, "solution", "a\x00b", "", "无法保存的字符", "cannot be stored", "U+0000"},
		"broken UTF-8":   {deal.Plan, "milestones", []any{map[string]any{"milestone": "\xff"}}, "/0/milestone", "无法保存", "cannot be stored", "UTF-8"},
	} {
		no := p.CheckForm(c.step, map[string]any{c.field: c.value})
		require.Len(t, no, 1, name)
		require.Equal(t, deal.CodeInvalidValue, no[0].Code, name)
		require.Equal(t, "/"+c.field+c.pointer, no[0].Field, name)
		require.Contains(t, no[0].Text.ZH, c.zh, name)
		require.Contains(t, no[0].Text.EN, c.en, name)
		require.Contains(t, no[0].Hint.EN, c.fix, name)
		require.Condition(t, func() bool { return strings.ContainsFunc(no[0].Hint.ZH, han) }, "%s: %s", name, no[0].Hint.ZH)
	}
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

func manyRows(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{}
	}
	return list
}

func TestCheckForm_refusesFieldsInTheOrderOfTheForm(t *testing.T) {
	t.Parallel()
	p := former(t)
	no := p.CheckForm(deal.Plan, map[string]any{
		"zz": 1.0, "aa": 1.0, "rivals": []any{map[string]any{"them": 9.0, "rival": 1.0}}, "milestones": []any{
			map[string]any{},
			map[string]any{"owner": "!", "milestone": false},
			map[string]any{},
			map[string]any{},
			map[string]any{},
			map[string]any{},
			map[string]any{},
			map[string]any{},
			map[string]any{},
			map[string]any{"due_on": 1.0},
			map[string]any{"due_on": 1.0},
		}, "solution": 1.0, "currency": "DEM",
	})
	require.Equal(t, []string{
		"/solution", "/currency", "/milestones/1/milestone", "/milestones/1/owner", "/milestones/9/due_on", "/milestones/10/due_on",
		"/rivals/0/rival", "/rivals/0/them", "/aa", "/zz",
	}, pointers(no))
}

func TestCheckForm_endsItsListSomewhere(t *testing.T) {
	t.Parallel()
	content := map[string]any{}
	for i := range 1000 {
		content[strings.Repeat("x", i+1)] = "a\x00"
	}
	require.Len(t, former(t).CheckForm(deal.Plan, content), 200)
}

func TestCheckForm_takesWhatALeadSheetFillsIn(t *testing.T) {
	t.Parallel()
	lead := map[string]any{
		"competitor": "顺丰", "competitor_volume": 900, "needs": "样衣次日达 退换货上门", "source": "door_to_door", "items": "成衣样品 面辅料",
		"settlement": "monthly", "note": "外贸旺季10-12月",
	}
	for _, book := range playbooktest.Books() {
		require.Empty(t, newest(t, book).CheckForm(deal.Collect, lead), book)
	}
}

func TestCheckForm_readsNumbersHoweverJSONWasDecoded(t *testing.T) {
	t.Parallel()
	library := formerLibrary(t)
	a := formerAccount(deal.Visit)
	text, err := json.Marshal(a.Form(deal.Visit))
	require.NoError(t, err)
	exact := json.NewDecoder(strings.NewReader(string(text)))
	exact.UseNumber()
	var content map[string]any
	require.NoError(t, exact.Decode(&content))
	require.Empty(t, former(t).CheckForm(deal.Visit, content))
	for i := range a.Records.Forms {
		if a.Records.Forms[i].Step == deal.Visit {
			a.Records.Forms[i].Content = content
		}
	}
	gate, err := library.Gate(a.State, a.Records, a.At)
	require.NoError(t, err)
	require.Empty(t, gate.Unmet)

	first(&a, deal.Visit, "stakeholders")["support"] = json.Number("-1")
	gate, err = library.Gate(a.State, a.Records, a.At)
	require.NoError(t, err)
	require.Equal(t, []string{"support_balance"}, items(gate))
}

func TestCheckForm_refusesAStepThatDoesNotExist(t *testing.T) {
	t.Parallel()
	require.True(t, former(t).CheckForm("nowhere", nil).Has(deal.CodeInvalidValue))
	_, err := load(t).CheckForm(deal.BookRef{Name: "express", Version: 7}, deal.Plan, nil)
	require.ErrorIs(t, err, deal.ErrNotFound)
}
