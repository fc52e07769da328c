package activities

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities/leadsheet"
	"closedloop/deal"
	"closedloop/deal/view"
)

const account = deal.AccountID("11111111-0000-4000-8000-000000000001")

func november(day int) time.Time { return time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC) }

func count(n int) *int { return &n }

// lead is a row as it was imported first.
func lead(change func(*leadsheet.Lead)) leadsheet.Lead {
	l := leadsheet.Lead{
		Name: "江苏晨风集团股份有限公司", Territory: "经济开发区", Address: "发展大道18号", MonthlyInbound: count(420), CollectedOn: november(9),
		CollectedBy: "张伟", Rival: "顺丰", RivalVolume: count(900), Needs: "次日达",
		Contact: leadsheet.Contact{Name: "孙丽", Title: "物流主管", Mobile: "13805240011", Phone: "0527-8435001"},
		History: []leadsheet.Note{{On: november(3), By: "张伟", Text: "上门拜访"}},
	}
	if change != nil {
		change(&l)
	}
	return l
}

// imported is the account that the row opened, at noon of 10 November.
func imported(change func(*view.ImportTarget)) view.ImportTarget {
	l := lead(nil)
	draft := draftOf(account, l, l.Key(), known())
	draft.Profile.Version = 1
	t := targetOf(account, draft)
	noon := november(10).Add(12 * time.Hour)
	t.ProfileAt, t.FormAt, t.Form.Version, t.ProfileBy, t.FormBy = noon, noon, 1, "ops", "ops"
	for i := range t.Contacts {
		t.Contacts[i].Version, t.Contacts[i].At, t.Contacts[i].By = 1, noon, "ops"
	}
	t.Marks = *planRow(leadsheet.Sheet{}, leadsheet.Row{Number: 2, Lead: l}, t, true, known()).out.Marks
	if change != nil {
		change(&t)
	}
	return t
}

// edited changes the address by hand, on 12 November.
func edited(t *view.ImportTarget) {
	t.Profile.Address, t.Profile.Version, t.ProfileAt, t.ProfileBy = "发展大道20号", 2, november(12).Add(9*time.Hour), "rep1"
}

func TestPlanRow_decidesValueByValue(t *testing.T) {
	t.Parallel()
	moved := func(l *leadsheet.Lead) { l.Address = "新大道1号" }
	later := func(day int) func(*leadsheet.Lead) {
		return func(l *leadsheet.Lead) { l.Address, l.CollectedOn = "新大道1号", november(day) }
	}
	for name, c := range map[string]struct {
		on      func(*view.ImportTarget)
		row     func(*leadsheet.Lead)
		changes []string
		against []leadsheet.Code
	}{
		"the same row again":                         {nil, nil, nil, nil},
		"another spelling of the name":               {nil, func(l *leadsheet.Lead) { l.Name = "晨风集团" }, nil, nil},
		"empty cells empty nothing":                  {nil, func(l *leadsheet.Lead) { l.Address, l.Needs, l.MonthlyInbound, l.Contact.Title = "", "", nil, "" }, nil, nil},
		"a new value nobody has edited":              {nil, moved, []string{"profile/address"}, nil},
		"a new volume":                               {nil, func(l *leadsheet.Lead) { l.MonthlyInbound = count(500) }, []string{"profile/monthly_inbound"}, nil},
		"a new rival":                                {nil, func(l *leadsheet.Lead) { l.Rival, l.RivalVolume = "中通", count(100) }, []string{"lead/competitor", "lead/competitor_volume"}, nil},
		"what was empty":                             {nil, func(l *leadsheet.Lead) { l.Industry, l.Items = "服装", "样衣" }, []string{"profile/industry", "lead/items"}, nil},
		"the old value after an edit":                {edited, nil, nil, nil},
		"a new value after an edit":                  {edited, moved, nil, []leadsheet.Code{leadsheet.EditedSince}},
		"collected on the day of the edit":           {edited, later(12), nil, []leadsheet.Code{leadsheet.EditedSince}},
		"collected after the edit":                   {edited, later(13), []string{"profile/address"}, nil},
		"the value that the edit made":               {edited, func(l *leadsheet.Lead) { l.Address = "发展大道20号" }, nil, nil},
		"an older sheet":                             {nil, later(5), nil, []leadsheet.Code{leadsheet.OlderRow}},
		"an older sheet with something new":          {nil, func(l *leadsheet.Lead) { l.Industry, l.CollectedOn = "服装", november(5) }, []string{"profile/industry"}, nil},
		"emptied by somebody":                        {func(t *view.ImportTarget) { edited(t); t.Profile.Address = "" }, nil, nil, nil},
		"emptied, and the sheet knows better":        {func(t *view.ImportTarget) { edited(t); t.Profile.Address = "" }, moved, []string{"profile/address"}, nil},
		"a form that is closed":                      {func(t *view.ImportTarget) { t.State.Status = deal.Resting }, func(l *leadsheet.Lead) { l.Needs = "保价" }, nil, []leadsheet.Code{leadsheet.FormClosed}},
		"a form of an earlier cycle":                 {func(t *view.ImportTarget) { t.State.Cycle = 2 }, func(l *leadsheet.Lead) { l.Needs = "保价" }, nil, nil},
		"a closed account, unchanged":                {func(t *view.ImportTarget) { t.State.Status = deal.Closed }, nil, nil, nil},
		"a closed account":                           {func(t *view.ImportTarget) { t.State.Status = deal.Closed }, moved, []string{"profile/address"}, []leadsheet.Code{leadsheet.AccountClosed}},
		"author and date stay as they were":          {nil, func(l *leadsheet.Lead) { l.CollectedBy, l.CollectedOn = "王芳", november(20) }, nil, nil},
		"before there were marks":                    {func(t *view.ImportTarget) { t.Marks = view.ImportMarks{} }, moved, []string{"profile/address"}, nil},
		"before there were marks, and edited":        {func(t *view.ImportTarget) { edited(t); t.Marks = view.ImportMarks{} }, moved, nil, []leadsheet.Code{leadsheet.EditedSince}},
		"before there were marks, a contact's title": {func(t *view.ImportTarget) { t.Marks = view.ImportMarks{} }, func(l *leadsheet.Lead) { l.Contact.Title = "经理" }, []string{"contact/title"}, nil},
		"a new title":                                {nil, func(l *leadsheet.Lead) { l.Contact.Title = "经理" }, []string{"contact/title"}, nil},
		"numbers under each other's heading":         {nil, func(l *leadsheet.Lead) { l.Contact.Mobile, l.Contact.Phone = "", "13805240011" }, nil, nil},
		"a new name behind the number":               {nil, func(l *leadsheet.Lead) { l.Contact.Name = "孙莉" }, []string{"contact/name"}, nil},
		"a new number behind the name":               {nil, func(l *leadsheet.Lead) { l.Contact.Mobile, l.Contact.Phone = "13805240077", "" }, []string{"contact/mobile"}, nil},
		"a further person":                           {nil, func(l *leadsheet.Lead) { l.Others = []leadsheet.Contact{{Name: "马强", Title: "总经理"}} }, []string{"contact/name"}, nil},
		"a contact somebody removed":                 {func(t *view.ImportTarget) { t.Contacts = nil }, nil, nil, nil},
		"a further follow-up": {nil, func(l *leadsheet.Lead) {
			l.History = append(l.History, leadsheet.Note{On: november(10), Text: "电话"}, leadsheet.Note{On: november(10), Text: "电话"})
		}, []string{"history/follow_up"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := imported(c.on)
			before := target.Form.Content
			p := planRow(leadsheet.Sheet{}, leadsheet.Row{Number: 2, Lead: lead(c.row)}, target, true, known())
			var changes []string
			for _, change := range p.changes {
				changes = append(changes, change.Record+"/"+change.Field)
			}
			var against []leadsheet.Code
			for _, problem := range p.against {
				against = append(against, problem.Code)
			}
			require.Equal(t, c.changes, changes)
			require.Equal(t, c.against, against)
			require.Equal(t, imported(c.on).Form.Content, before, "a plan changes nothing")
		})
	}
}

func TestPlanRow_writesWhatItSays(t *testing.T) {
	t.Parallel()
	target := imported(nil)
	p := planRow(leadsheet.Sheet{}, leadsheet.Row{Number: 2, Lead: lead(func(l *leadsheet.Lead) {
		l.Address, l.MonthlyOutbound, l.Needs = "新大道1号", count(7), "保价"
		l.Contact.Title = "经理"
		l.Others = []leadsheet.Contact{{Name: "马强", Mobile: "13805240099"}}
	})}, target, true, known())
	require.Equal(t, int64(2), p.out.Profile.Version)
	require.Equal(t, "新大道1号", p.out.Profile.Address)
	require.Equal(t, 7, *p.out.Profile.MonthlyOutbound)
	require.Equal(t, "江苏晨风集团股份有限公司", p.out.Profile.Name)
	require.Equal(t, int64(2), p.out.Form.Version)
	require.Equal(t, map[string]any{"competitor": "顺丰", "competitor_volume": 900, "needs": "保价"}, p.out.Form.Content)
	require.Len(t, p.out.Contacts, 2)
	require.Equal(t, []int64{2, 1}, []int64{p.out.Contacts[0].Version, p.out.Contacts[1].Version})
	require.Equal(t, "经理", p.out.Contacts[0].Title)
	require.Equal(t, "0527-8435001", p.out.Contacts[0].Phone)
	require.Empty(t, p.out.Notes)
	require.NotNil(t, p.out.Marks)

	target.Profile, target.Form, target.Marks = *p.out.Profile, *p.out.Form, *p.out.Marks
	target.Contacts = []view.TargetContact{{Contact: p.out.Contacts[0]}, {Contact: p.out.Contacts[1]}}
	again := planRow(leadsheet.Sheet{}, p.row, target, true, known())
	require.Empty(t, again.changes, "a second time there is nothing to do")
	require.Nil(t, again.out.Marks)
}

// Somebody who could not be called can be once a sheet brings the number: the gate of collect asks for that.
func TestPlanRow_makesAContactReachable(t *testing.T) {
	t.Parallel()
	target := imported(func(t *view.ImportTarget) {
		c := &t.Contacts[0]
		c.Mobile, c.Phone, c.PhoneValid = "", "", false
		t.Marks = view.ImportMarks{}
	})
	p := planRow(leadsheet.Sheet{}, leadsheet.Row{Number: 2, Lead: lead(nil)}, target, true, known())
	require.Empty(t, p.against)
	require.Len(t, p.out.Contacts, 1)
	require.Equal(t, "13805240011", p.out.Contacts[0].Mobile)
	require.True(t, p.out.Contacts[0].PhoneValid)
}

func TestHandle_changesOnlyWhatTheImporterMayWrite(t *testing.T) {
	t.Parallel()
	row := leadsheet.Row{Number: 2, Lead: lead(func(l *leadsheet.Lead) { l.Address = "新大道1号" }), Cells: []string{"晨风"}}
	org := deal.Org{People: []deal.Person{{ID: "rep1", Name: "王芳", Active: true}}}
	for name, c := range map[string]struct {
		role    deal.Role
		owner   deal.PersonID
		dry     bool
		stale   int
		want    view.ImportOutcome
		applied int
		code    string
	}{
		"sales operations":          {deal.SalesOps, "rep1", false, 0, view.RowUpdated, 1, ""},
		"the owner":                 {deal.Rep, "ops", false, 0, view.RowUpdated, 1, ""},
		"another rep":               {deal.Rep, "rep1", false, 0, view.RowRefused, 0, "followed_by"},
		"a dry run":                 {deal.SalesOps, "rep1", true, 0, view.RowUpdated, 0, ""},
		"another rep, dry":          {deal.Rep, "rep1", true, 0, view.RowRefused, 0, "followed_by"},
		"edited at the same moment": {deal.SalesOps, "rep1", false, 2, view.RowUpdated, 1, ""},
		"edited again and again":    {deal.SalesOps, "rep1", false, 100, "", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf()
			s.role, s.org, s.stale = c.role, org, c.stale
			s.known[row.Lead.Key()] = account
			s.targets[account] = imported(func(t *view.ImportTarget) { t.State.Owner, t.State.Step = c.owner, deal.Survey })
			b := batchOf(t, s, &counter{opened: map[deal.AccountID]string{}}, row)
			b.dry = c.dry
			got, err := b.handle(t.Context(), row)
			require.Equal(t, c.want == "", err != nil)
			require.Equal(t, c.want, got)
			require.Len(t, s.applied, c.applied)
			if c.code != "" {
				refused := s.rows[2]
				require.Equal(t, c.code, refused.Problems[0].Code)
				require.Contains(t, refused.Problems[0].Text.ZH, "王芳")
				require.Equal(t, row.Cells, refused.Cells, "it goes into the workbook of refused rows")
				require.Equal(t, account, refused.Account, "who may see it is shown which one it met")
			}
		})
	}
}

func TestHandle_takesOneRowForAnAccountAndFollowsMergers(t *testing.T) {
	t.Parallel()
	one := leadsheet.Row{Number: 2, Lead: lead(nil)}
	two := leadsheet.Row{Number: 3, Lead: lead(func(l *leadsheet.Lead) { l.Name, l.Territory = "晨风旧名", "市区" })}
	s := newShelf()
	s.known[one.Lead.Key()], s.known[two.Lead.Key()] = account, account
	s.targets[account] = view.ImportTarget{State: deal.State{Account: account, Merged: "other"}}
	s.targets["other"] = imported(func(t *view.ImportTarget) { t.State.Account = "other" })
	b := batchOf(t, s, &counter{opened: map[deal.AccountID]string{}}, two, one)
	got, err := b.handle(t.Context(), two)
	require.NoError(t, err)
	require.Equal(t, view.RowRefused, got)
	require.Equal(t, "same_account", s.rows[3].Problems[0].Code)
	require.Contains(t, s.rows[3].Problems[0].Text.EN, "row 2")
	got, err = b.handle(t.Context(), one)
	require.NoError(t, err)
	require.NotEqual(t, view.RowRefused, got)
	require.Equal(t, deal.AccountID("other"), s.rows[2].Account, "it lives on there")
}

func TestHandle_opensNothingInADryRunAndShowsWhatItWould(t *testing.T) {
	t.Parallel()
	row := leadsheet.Row{Number: 2, Lead: lead(func(l *leadsheet.Lead) { l.Others = []leadsheet.Contact{{Name: "马强"}} })}
	s := newShelf()
	opener := &counter{opened: map[deal.AccountID]string{}}
	b := batchOf(t, s, opener, row)
	b.dry = true
	got, err := b.handle(t.Context(), row)
	require.NoError(t, err)
	require.Equal(t, view.RowOpened, got)
	require.Empty(t, opener.opened)
	require.Empty(t, s.staged)
	shown := map[string]string{}
	for _, change := range s.rows[2].Changes {
		require.Empty(t, change.From)
		shown[change.Record+"/"+change.Field+"/"+change.Who] = change.To
	}
	require.Equal(t, "江苏晨风集团股份有限公司", shown["profile/name/"])
	require.Equal(t, "420", shown["profile/monthly_inbound/"])
	require.Equal(t, "2026-11-09", shown["profile/collected_on/"])
	require.Equal(t, "孙丽 物流主管 13805240011 0527-8435001", shown["contact/name/孙丽"])
	require.Equal(t, "马强", shown["contact/name/马强"])
	require.Equal(t, "2026-11-03 上门拜访", shown["history/follow_up/张伟"])
}
