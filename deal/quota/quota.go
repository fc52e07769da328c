package quota

// Rules are the numbers of the quota; the installation's configuration has them.
type Rules struct {
	PerDay int // leads that a person owes on a working day
	Streak int // working days in a row with too few that make a breach
	Answer int // working days for the reason, and then for the decision
}

// Day is one day of a person's local calendar.
type Day struct {
	Date    string // YYYY-MM-DD where the person works
	Working bool   // a working day there: no weekend, no holiday; make-up days are working days
	Leave   bool   // the person was on leave
	Off     bool   // the person was switched off when the day ended
	Leads   int    // opened by the person on that day
	Late    int    // of these, handed over after the day, or not yet
}

// Owes tells whether the day asks for leads. Holidays, leave and days off the books ask for none and pause a streak.
func (d Day) Owes() bool { return d.Working && !d.Leave && !d.Off }

// short tells whether the day asked for more than there was.
func (r Rules) short(d Day) bool { return d.Owes() && d.Leads < r.PerDay }

// InARow is how many days that asked for leads have passed in a row, up to the last of the days and after a given one, with
// too few; first is the earliest of them. A lead on a day that asks for none ends it, too: there was one in between.
func (r Rules) InARow(days []Day, after string) (n int, first string) {
	for i := len(days) - 1; i >= 0 && days[i].Date > after; i-- {
		d := days[i]
		switch {
		case r.short(d):
			n, first = n+1, d.Date
		case d.Owes() || d.Leads > 0:
			return n, first
		}
	}
	return n, first
}

// Breach is a streak that has become a matter for the manager.
type Breach struct {
	First, Last string // days
	Days        int    // that asked for leads
}

// Breached tells whether the last of the days makes a breach. What an earlier breach, which ended on the given day, was
// about does not count again: three more days make another one.
func (r Rules) Breached(days []Day, before string) (Breach, bool) {
	if len(days) == 0 || !r.short(days[len(days)-1]) {
		return Breach{}, false
	}
	n, first := r.InARow(days, before)
	return Breach{First: first, Last: days[len(days)-1].Date, Days: n}, n >= r.Streak
}

// Sum is what a stretch of days comes to.
type Sum struct {
	Owed  int // leads asked for
	Leads int // brought, also on days that ask for none
	Short int // days with too few
	Late  int // leads handed over late, or not yet
	Leave int // working days on leave
}

// Sum adds the days up.
func (r Rules) Sum(days []Day) Sum {
	var s Sum
	for _, d := range days {
		s.Leads += d.Leads
		s.Late += d.Late
		if d.Owes() {
			s.Owed += r.PerDay
		}
		if d.Working && d.Leave && !d.Off {
			s.Leave++
		}
		if r.short(d) {
			s.Short++
		}
	}
	return s
}
