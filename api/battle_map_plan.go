package api

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"closedloop/deal/dossier"
	"closedloop/deal/past"
)

// portraitBody is who the customer is and what they are worth to us.
type portraitBody struct {
	Profile        profileBody                       `json:"profile"`
	Grade          string                            `json:"grade" doc:"empty until graded"`
	Focus          []string                          `json:"focus" doc:"reasons to look at it first"`
	Man            *manBody                          `json:"man,omitempty" doc:"outcome of the MAN test, once it is answered"`
	Value          *valueBody                        `json:"value,omitempty"`
	Classification *recordIn[dossier.Classification] `json:"classification,omitempty"`
	KeyAccount     bool                              `json:"key_account" doc:"any of the five tests holds"`
	Kinds          []kindBody                        `json:"kinds" doc:"that the figures support, and why"`
	Credit         *recordIn[dossier.Credit]         `json:"credit,omitempty"`
	Needs          []needBody                        `json:"needs"`
	Family         []houseBody                       `json:"family" doc:"the accounts above, nearest first: their contacts, stakeholders, classification and credit are on this map"`
}

// houseBody is an account above on the map.
type houseBody struct {
	ID       string       `json:"id"`
	Number   string       `json:"number"`
	Name     string       `json:"name"`
	Relation relationName `json:"relation" doc:"to its own parent"`
	Profile  profileBody  `json:"profile"`
	Grade    string       `json:"grade"`
}

type manBody struct {
	Cell      string `json:"cell" doc:"MAN, with a small letter for what is missing"`
	Text      string `json:"text"`
	Treatment string `json:"treatment" doc:"what the trade prescribes"`
}

type valueBody struct {
	Score     int         `json:"score" doc:"weighted mean in hundredths of a point"`
	Grade     string      `json:"grade" doc:"that the scores speak for; empty until all items are scored"`
	Missing   []string    `json:"missing" doc:"items that are not scored"`
	RegradeOn string      `json:"regrade_on"`
	Evaluator *personBody `json:"evaluator,omitempty"`
}

type kindBody struct {
	Kind    string   `json:"kind"`
	Reasons []string `json:"reasons"`
}

type needBody struct {
	ID      string                 `json:"id"`
	Content recordIn[dossier.Need] `json:"content"`
}

// competitionBody is how we stand against others.
type competitionBody struct {
	NoRival bool                           `json:"no_rival" doc:"somebody looked, and there is nobody"`
	Rivals  []rivalBody                    `json:"rivals"`
	Us      int                            `json:"us" doc:"our weighted mean in hundredths of a point"`
	Lead    int                            `json:"lead" doc:"us minus the best rival that is scored throughout"`
	Leads   []string                       `json:"leads" doc:"criteria in which nobody comes up to us"`
	Lags    []string                       `json:"lags" doc:"criteria in which somebody is better"`
	Matrix  *recordIn[dossier.Competition] `json:"matrix,omitempty"`
}

type rivalBody struct {
	ID       string                  `json:"id"`
	Content  recordIn[dossier.Rival] `json:"content"`
	Score    *int                    `json:"score" doc:"weighted mean in hundredths of a point; null while not compared"`
	Complete bool                    `json:"complete" doc:"every criterion is scored"`
}

// stageBody is where the account stands on our ring, and the customer on their own way.
type stageBody struct {
	Step      stepName                         `json:"step"`
	Number    int                              `json:"number" doc:"of the step, 1 to 10"`
	Status    statusName                       `json:"status"`
	Cycle     int                              `json:"cycle"`
	Pass      int                              `json:"pass"`
	EnteredAt time.Time                        `json:"entered_at"`
	Deadline  *time.Time                       `json:"deadline"`
	Overdue   bool                             `json:"overdue"`
	Intake    string                           `json:"intake"`
	Outcome   string                           `json:"outcome"`
	WonAt     *time.Time                       `json:"won_at"`
	ResumeOn  string                           `json:"resume_on"`
	RecheckAt *time.Time                       `json:"recheck_at"`
	Form      formBody                         `json:"form" doc:"of the step; version 0: nothing on file"`
	Buying    *recordIn[dossier.BuyingProcess] `json:"buying,omitempty" doc:"the customer's own process"`
}

// planBody is what we mean to do.
type planBody struct {
	Proposal    *proposalBody                  `json:"proposal,omitempty"`
	Negotiation *recordIn[dossier.Negotiation] `json:"negotiation,omitempty"`
	Factors     *recordIn[dossier.Factors]     `json:"factors,omitempty"`
	Simulation  *recordIn[dossier.Simulation]  `json:"simulation,omitempty"`
	FollowUp    *followUpBody                  `json:"next_follow_up,omitempty"`

	ExecutiveVisits []executiveVisitBody `json:"executive_visits" doc:"in the order of their days"`
}

// executiveVisitBody is a visit of one of our executives on the map.
type executiveVisitBody struct {
	ID        string                           `json:"id"`
	Status    string                           `json:"status" enum:"planned,approved,done" doc:"planned: not approved yet; done: it took place"`
	Executive *personBody                      `json:"executive,omitempty"`
	Content   recordIn[dossier.ExecutiveVisit] `json:"content"`
}

// executiveVisits are planned until they are approved, and done once they took place.
func (s sheet) executiveVisits() []executiveVisitBody {
	all := dossier.Entries[dossier.ExecutiveVisit](s.File)
	slices.SortStableFunc(all, func(x, y dossier.Entry[dossier.ExecutiveVisit]) int {
		return cmp.Compare(x.Body.VisitOn, y.Body.VisitOn)
	})
	bodies := []executiveVisitBody{}
	for _, e := range all {
		status := "planned"
		switch {
		case e.Body.HeldOn != "":
			status = "done"
		case e.Body.AcceptedAt != "":
			status = "approved"
		}
		bodies = append(bodies, executiveVisitBody{e.ID, status, personIn(s.call.actor.org, e.Body.Executive), inMap(s, e.Body)})
	}
	return bodies
}

type proposalBody struct {
	Version   int64                      `json:"version"`
	UpdatedAt *time.Time                 `json:"updated_at"`
	UpdatedBy *personBody                `json:"updated_by,omitempty"`
	Complete  bool                       `json:"complete"`
	MarginBP  *int64                     `json:"margin_bp" doc:"margin in basis points of the price; null while not known, and for whom it is hidden from"`
	Content   recordIn[dossier.Proposal] `json:"content"`
}

type followUpBody struct {
	At   time.Time   `json:"at"`
	Note string      `json:"note"`
	By   *personBody `json:"by,omitempty"`
	Auto bool        `json:"auto" doc:"dated by the cadence of the grade"`
}

func (s sheet) portrait() portraitBody {
	b := portraitBody{
		Profile: profileOf(s.Profile), Grade: string(s.State.Grade), Focus: words(s.FocusFlags()), Classification: newest[dossier.Classification](s),
		Credit: newest[dossier.Credit](s), Kinds: []kindBody{}, Needs: []needBody{},
	}
	if man, ok := dossier.Newest[dossier.Man](s.File); ok {
		if cell, answered := man.Cell(); answered {
			b.Man = &manBody{string(cell), cell.Label().In(s.call.lang), cell.Treatment().In(s.call.lang)}
		}
	}
	if score, ok := dossier.Newest[dossier.ValueScore](s.File); ok {
		v := s.Rules.Value(score)
		b.Value = &valueBody{v.Score, string(v.Grade), words(v.Missing), string(v.RegradeOn), personIn(s.call.actor.org, score.Evaluator)}
	}
	if k, ok := dossier.Newest[dossier.Classification](s.File); ok {
		b.KeyAccount, _ = k.KeyAccount()
		reasons := s.Rules.KindReasons(k)
		for _, kind := range slices.Sorted(maps.Keys(reasons)) {
			why := mapped(reasons[kind], func(r dossier.Because) string { return r.Text.In(s.call.lang) })
			b.Kinds = append(b.Kinds, kindBody{string(kind), why})
		}
	}
	b.Family = mapped(s.above, func(a past.Account) houseBody {
		return houseBody{
			ID: string(a.State.Account), Number: a.State.Number, Name: a.Profile.Name, Relation: relationName(a.State.Relation),
			Profile: profileOf(a.Profile), Grade: string(a.State.Grade),
		}
	})
	for _, n := range dossier.Entries[dossier.Need](s.File) {
		b.Needs = append(b.Needs, needBody{n.ID, inMap(s, n.Body)})
	}
	return b
}

func (s sheet) competition() competitionBody {
	matrix, _ := dossier.Newest[dossier.Competition](s.File)
	stand := matrix.Stand()
	b := competitionBody{
		NoRival: matrix.NoRival, Rivals: []rivalBody{}, Us: stand.Us, Lead: stand.Lead, Leads: append([]string{}, stand.Leads...),
		Lags: append([]string{}, stand.Lags...), Matrix: newest[dossier.Competition](s),
	}
	for _, rival := range dossier.Entries[dossier.Rival](s.File) {
		row := rivalBody{ID: rival.ID, Content: inMap(s, rival.Body)}
		for _, r := range stand.Rivals {
			if r.Rival == rival.ID {
				row.Complete = r.Complete
				if r.Score > 0 {
					row.Score = ptr(r.Score)
				}
			}
		}
		b.Rivals = append(b.Rivals, row)
	}
	return b
}

func (s sheet) stage(form formBody) stageBody {
	at := s.State
	form.Step, form.Cycle = stepName(at.Step), at.Cycle
	return stageBody{
		Step: stepName(at.Step), Number: at.Step.Number(), Status: statusName(at.Status), Cycle: at.Cycle, Pass: at.Pass(), EnteredAt: at.Entered.UTC(),
		Deadline: instant(at.Deadline()), Overdue: at.Overdue(), Intake: string(at.Intake), Outcome: string(at.Outcome), WonAt: instant(at.WonAt),
		ResumeOn: at.ResumeOn, RecheckAt: instant(at.Recheck), Form: form, Buying: newest[dossier.BuyingProcess](s),
	}
}

func (s sheet) plan(note string) planBody {
	b := planBody{
		Negotiation: newest[dossier.Negotiation](s), Factors: newest[dossier.Factors](s), Simulation: newest[dossier.Simulation](s),
		ExecutiveVisits: s.executiveVisits(),
	}
	if all := dossier.Entries[dossier.Proposal](s.File); len(all) > 0 {
		p := all[len(all)-1]
		b.Proposal = &proposalBody{
			Version: p.Version, UpdatedAt: instant(p.At), UpdatedBy: personIn(s.call.actor.org, p.By), Complete: p.Body.Complete(), Content: inMap(s, p.Body),
		}
		if margin, known := p.Body.Margin(); known && !s.hide {
			b.Proposal.MarginBP = ptr(margin)
		}
	}
	if f := s.State.FollowUp; f != nil {
		b.FollowUp = &followUpBody{At: f.At.UTC(), Note: note, By: personIn(s.call.actor.org, f.By), Auto: f.Auto}
	}
	return b
}

// words are identifiers of a closed set as texts.
func words[T ~string](ids []T) []string {
	return mapped(ids, func(id T) string { return string(id) })
}
