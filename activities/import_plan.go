package activities

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"closedloop/activities/leadsheet"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
)

// plan is what a row would do to an account that is there. Nothing is ever emptied; only cells with something in them count.
//
// A value that differs from the sheet's is written over when the sheet knows more: nothing stands there, nobody has edited
// it since a sheet said it, or the row's date of collection is later than the last edit. It stays, silently, where the
// sheet only says again what it said before somebody corrected it. Everything else is a conflict: the row is refused as a
// whole and names every value in question (contract.md §6).
type plan struct {
	surroundings

	sheet   leadsheet.Sheet
	row     leadsheet.Row
	target  view.ImportTarget
	ours    bool // the account came from a sheet: what nobody has edited since is the sheet's
	older   bool // a sheet of a later date has been here
	changes []view.FieldChange
	against []leadsheet.Problem
	said    map[string]string // marks to be
	out     view.ImportChange
}

// surroundings are what every row is judged with.
type surroundings struct {
	org  deal.Org
	sign func(string) string // keyed hash
	zone *time.Location      // where days begin
}

// value is one cell of a row beside what is on file.
type value struct {
	record string // as in view.FieldChange
	field  string
	who    string
	key    string // of its mark
	from   leadsheet.Field
	is     string
	wants  string
	same   func(string) string // brings spellings of one value together; nil: as it stands
	at     time.Time           // last edit of its record
	by     deal.PersonID
	first  bool // nobody has edited the record since it was made
	locked bool // it can no longer be written
	set    func()
}

// like is a value as it is compared.
func (v value) like(s string) string {
	if v.same == nil || s == "" {
		return s
	}
	return v.same(s)
}

// planRow works out what a row changes. It writes nothing.
func planRow(sheet leadsheet.Sheet, row leadsheet.Row, target view.ImportTarget, ours bool, known surroundings) *plan {
	p := &plan{sheet: sheet, row: row, target: target, ours: ours, surroundings: known, said: map[string]string{}}
	day := dayOf(row.Lead.CollectedOn)
	p.older = day != "" && target.Marks.CollectedOn != "" && day < target.Marks.CollectedOn
	p.profile()
	p.form()
	p.people()
	p.history()
	p.closed()
	marks := view.ImportMarks{CollectedOn: max(day, target.Marks.CollectedOn), Said: p.said}
	said := maps.Clone(target.Marks.Said)
	if said == nil {
		said = map[string]string{}
	}
	maps.Copy(said, p.said)
	if !p.older && (marks.CollectedOn != target.Marks.CollectedOn || !maps.Equal(said, target.Marks.Said)) {
		p.out.Marks = &marks
	}
	return p
}

// changed tells whether anything on file becomes another.
func (p *plan) changed() bool { return len(p.changes) > 0 }

// closed refuses what an account that is closed would need.
func (p *plan) closed() {
	if p.target.State.Status == deal.Closed && p.changed() {
		p.against = append(p.against, p.sheet.Against(p.row, leadsheet.FieldName, leadsheet.AccountClosed, p.target.Profile.Name))
	}
}

// weigh decides about one value.
func (p *plan) weigh(v value) {
	if v.wants == "" {
		return
	}
	mark := p.sign(v.like(v.wants))
	before, marked := p.target.Marks.Said[v.key]
	p.said[v.key] = mark
	untouched := marked && before == p.sign(v.like(v.is)) || !marked && p.ours && v.first
	switch {
	case v.like(v.is) == v.like(v.wants), marked && before == mark: // it is so, or somebody knew better than this sheet
		return
	case v.locked:
		p.conflict(v, leadsheet.FormClosed)
	case v.is == "" && !marked:
		p.write(v)
	case p.older:
		p.conflict(v, leadsheet.OlderRow)
	case v.is == "", untouched, p.newerThan(v.at):
		p.write(v)
	default:
		p.conflict(v, leadsheet.EditedSince)
	}
}

func (p *plan) write(v value) {
	v.set()
	p.changes = append(p.changes, view.FieldChange{
		Record: v.record, Field: v.field, Who: v.who, From: v.is, To: v.wants, Column: p.sheet.Columns[v.from].Header,
	})
}

func (p *plan) conflict(v value, code leadsheet.Code) {
	problem := p.sheet.Against(p.row, v.from, code, v.wants)
	problem.Who = string(v.by)
	if who, ok := p.org.Person(v.by); ok {
		problem.Who = who.Name
	}
	p.against = append(p.against, problem)
}

// newerThan tells whether the row was collected on a later day than an edit.
func (p *plan) newerThan(edit time.Time) bool {
	return !p.row.Lead.CollectedOn.IsZero() && dayOf(p.row.Lead.CollectedOn) > edit.In(p.zone).Format(time.DateOnly)
}

func dayOf(day time.Time) string {
	if day.IsZero() {
		return ""
	}
	return day.Format(time.DateOnly)
}

// profile compares who the customer is. Who collected the lead first, and when, stays as it was once it is known.
func (p *plan) profile() {
	to := p.target.Profile
	to.Version++
	l := p.row.Lead
	one := func(field string, from leadsheet.Field, is *string, wants string, same func(string) string) {
		p.weigh(value{
			record: "profile", field: field, key: "profile/" + field, from: from, is: *is, wants: wants, at: p.target.ProfileAt, by: p.target.ProfileBy,
			first: to.Version == 2, same: same, set: func() { *is = wants; p.out.Profile = &to },
		})
	}
	number := func(field string, from leadsheet.Field, is **int, wants *int) {
		p.weigh(value{
			record: "profile", field: field, key: "profile/" + field, from: from, is: digits(*is), wants: digits(wants), at: p.target.ProfileAt,
			by: p.target.ProfileBy, first: to.Version == 2, set: func() { *is = wants; p.out.Profile = &to },
		})
	}
	one("name", leadsheet.FieldName, &to.Name, l.Name, naming.Key) // another spelling is no correction
	one("credit_code", leadsheet.FieldCreditCode, &to.CreditCode, l.CreditCode, nil)
	one("premises", leadsheet.FieldPremises, &to.Premises, string(l.Premises), nil)
	one("territory", leadsheet.FieldTerritory, &to.Territory, l.Territory, nil)
	one("address", leadsheet.FieldAddress, &to.Address, l.Address, nil)
	one("industry", leadsheet.FieldIndustry, &to.Industry, l.Industry, nil)
	number("monthly_inbound", leadsheet.FieldMonthlyInbound, &to.MonthlyInbound, l.MonthlyInbound)
	number("monthly_outbound", leadsheet.FieldMonthlyOutbound, &to.MonthlyOutbound, l.MonthlyOutbound)
	if to.Author == "" {
		one("author", leadsheet.FieldCollectedBy, &to.Author, l.CollectedBy, nil)
	}
	if to.CollectedOn == "" {
		one("collected_on", leadsheet.FieldCollectedOn, &to.CollectedOn, dayOf(l.CollectedOn), nil)
	}
}

func digits(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// form compares the lead's form. It can be written as long as the first cycle is active; later it is history.
func (p *plan) form() {
	s := p.target.State
	to := p.target.Form
	to.Content = maps.Clone(to.Content)
	if to.Content == nil {
		to.Content = map[string]any{}
	}
	to.Version++
	wants := leadForm(p.row.Lead)
	columns := map[string]leadsheet.Field{
		"competitor": leadsheet.FieldRival, "competitor_volume": leadsheet.FieldRivalVolume, "needs": leadsheet.FieldNeeds,
		"source": leadsheet.FieldSource, "items": leadsheet.FieldItems, "settlement": leadsheet.FieldSettlement, "note": leadsheet.FieldNote,
	}
	if s.Cycle > 1 {
		return // the lead belongs to a cycle that is over
	}
	for _, field := range slices.Sorted(maps.Keys(wants)) {
		p.weigh(value{
			record: "lead", field: field, key: "lead/" + field, from: columns[field], is: plainText(to.Content[field]), wants: plainText(wants[field]),
			at: p.target.FormAt, by: p.target.FormBy, first: p.target.Form.Version <= 1, locked: s.Status != deal.Active && s.Status != deal.Closed,
			set: func() { to.Content[field] = wants[field]; p.out.Form = &to },
		})
	}
}

// plainText is a value of a form as people compare it: 900 is 900, however JSON keeps it.
func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// history adds what was done that is not there yet.
func (p *plan) history() {
	for _, n := range historyOf(p.target.State.Account, p.row.Lead, p.surroundings) {
		if p.target.Notes[n.ID] || slices.ContainsFunc(p.out.Notes, func(o view.HistoryNote) bool { return o.ID == n.ID }) {
			continue
		}
		p.out.Notes = append(p.out.Notes, n)
		p.changes = append(p.changes, view.FieldChange{Record: "history", Field: "follow_up", Who: n.By, To: told(n)})
	}
}

// told is a note in one line.
func told(n view.HistoryNote) string {
	if n.On == "" {
		return n.Text
	}
	return n.On + " " + n.Text
}
