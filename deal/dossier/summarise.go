package dossier

import (
	"time"

	"closedloop/deal"
)

// Input is everything that facts are worked out from, read at one moment.
type Input struct {
	Now          time.Time // in the organisation's zone, where days begin
	State        deal.State
	Profile      deal.Profile
	Contacts     []deal.Contact
	Interactions []deal.Interaction // those of the running cycle suffice for gates; older ones keep contacts from decaying
	Collect      deal.Form          // the lead form
	File         File               // of all cycles
	Lifts        []Lift             // approved veto_lift requests
	Rules        Rules
}

// Summarise works out the facts.
func Summarise(in Input) Facts {
	s := summary{Input: in, file: in.File.Of(in.State.Cycle), today: DayOf(in.Now)}
	s.screening()
	s.people()
	s.purchase()
	s.worth()
	s.offer()
	s.talks()
	s.trial()
	s.agreement()
	s.service()
	s.evaluation()
	return s.facts
}

// Stakeholders are those of contacts who are still there: people leave, and their weight goes with them.
func (in Input) Stakeholders() []Stakeholder {
	var out []Stakeholder
	for _, s := range Bodies[Stakeholder](in.File) {
		if in.knows(s.Contact) {
			out = append(out, s)
		}
	}
	return out
}

// TrustStates are how far the contacts who are still there trust us.
func (in Input) TrustStates() []TrustState {
	var out []TrustState
	for _, t := range Bodies[Trust](in.File) {
		if in.knows(t.Contact) {
			out = append(out, Trusting(t, DayOf(in.Now), in.Rules.TrendDays))
		}
	}
	return out
}

// Coverage is whom we know and see.
func (in Input) Coverage() Coverage {
	return Cover(in.State, in.Contacts, in.Interactions, in.Rules.CadenceDays(in.State.Grade), in.Now)
}

// FocusFlags are the reasons to look at the account first.
func (in Input) FocusFlags() []Focus {
	return in.Rules.FocusFlags(in.Profile, LeadOf(in.Collect), Bodies[Rival](in.File))
}

func (in Input) knows(contact string) bool {
	for _, c := range in.Contacts {
		if c.ID == contact {
			return true
		}
	}
	return false
}

// summary is the work on one input.
type summary struct {
	Input
	file  File
	today Day
	facts Facts
}

func count[T any](rows []T) int64 { return int64(len(rows)) }

func (s *summary) screening() {
	f := &s.facts
	man, _ := Newest[Man](s.file)
	if cell, answered := man.Cell(); answered {
		f.ManAnswered, f.ManCell = true, string(cell)
		f.ManMoney, f.ManAuthority, f.ManNeed = *man.Money, *man.Authority, *man.Need
	}
	vetoes := Entries[Veto](s.file)
	f.VetoesListed = count(s.Rules.Vetoes)
	for _, v := range vetoes {
		if _, listed := s.Rules.Veto(v.Body.Item); listed || len(s.Rules.Vetoes) == 0 {
			f.VetoesChecked++
		}
	}
	f.VetoesHit, f.VetoesOpen = count(OpenVetoes(vetoes, nil)), count(OpenVetoes(vetoes, s.Lifts))
	until := Day("")
	for _, filing := range Bodies[Filing](s.file) {
		if filing.Live(s.today) {
			f.FilingLive, until = true, max(until, filing.ValidUntil)
		}
	}
	f.FilingUntil = string(until)
	f.FocusFlags = count(s.FocusFlags())
}

func (s *summary) people() {
	f := &s.facts
	buying, _ := Newest[BuyingProcess](s.file)
	cover := s.Coverage()
	role := func(role deal.BuyingRole) (known, settled bool) {
		return cover.Knows(role), cover.Knows(role) || buying.Plans(role)
	}
	f.UserKnown, f.UserSettled = role(deal.UserRole)
	f.GatekeeperKnown, f.GatekeeperSettled = role(deal.GatekeeperRole)
	f.DeciderKnown, f.DeciderSettled = role(deal.DeciderRole)
	f.InfluencerKnown, f.InfluencerSettled = role(deal.InfluencerRole)
	f.MeetingsInPass, f.DecidersMet, f.ContactsDecayed = int64(cover.Meetings), count(cover.Deciders), count(cover.Decayed())

	people := s.Stakeholders()
	for _, p := range people {
		if p.Power > 0 && p.Support != nil {
			f.SupportJudged++
		}
	}
	f.SupportBalance = int64(SupportBalance(people))
	rung, _ := BestChampion(people)
	f.ChampionRung, f.ChampionLevel = string(rung), int64(rung.Level())
	average, trend := TrustTotal(s.TrustStates())
	f.TrustAverage, f.TrustTrend = int64(average), string(trend)
}

func (s *summary) purchase() {
	f := &s.facts
	buying, _ := Newest[BuyingProcess](s.file)
	f.BuyingPhase, f.DecisionOn = string(buying.Phase), string(buying.DecisionOn)
	factors, _ := Newest[Factors](s.file)
	f.FactorsRanked = count(factors.Ranking)

	rivals := Bodies[Rival](s.file)
	f.RivalsNamed = count(rivals)
	f.RivalVolume, _ = RivalVolume(rivals)
	f.IncumbentKnown, f.RivalVolumeKnown = buying.NoIncumbent, true
	for _, r := range rivals {
		if r.Incumbent {
			f.IncumbentKnown = true
			f.RivalVolumeKnown = f.RivalVolumeKnown && r.MonthlyVolume != nil
		}
	}
	f.RivalVolumeKnown = f.RivalVolumeKnown && f.IncumbentKnown

	needs := Bodies[Need](s.file)
	f.NeedsCount = count(needs)
	for _, n := range needs {
		if n.Prioritised() {
			f.NeedsPrioritised++
		}
	}
}

func (s *summary) worth() {
	f := &s.facts
	if score, ok := Newest[ValueScore](s.file); ok {
		v := s.Rules.Value(score)
		f.ValueScored, f.ValueScore, f.ValueGrade = v.Grade != "", int64(v.Score), string(v.Grade)
		f.RegradeOn, f.RegradeDue = string(v.RegradeOn), v.RegradeOn != "" && v.RegradeOn <= s.today
	}
	kind, _ := Newest[Classification](s.file)
	f.AccountKind, f.AccountKindSupported = string(kind.AccountKind), s.Rules.Supports(kind)
	f.KeyAccount, _ = kind.KeyAccount()
	credit, _ := Newest[Credit](s.file)
	f.CreditKnown, f.CreditColour = credit.Colour != "", string(credit.Colour)
	f.CreditChangeOpen, f.CreditChangeLate = credit.Change != nil, credit.Late(s.today)
}
