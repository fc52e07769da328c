package api

import (
	"closedloop/deal"
	"closedloop/deal/dossier"
)

// stakeholderBody is somebody at the customer on the map. What nobody has judged is null or empty.
type stakeholderBody struct {
	Contact     contactBody   `json:"contact"`
	Gatekeeper  string        `json:"gatekeeper" doc:"technical or finance, of a gatekeeper"`
	Temper      string        `json:"temper" doc:"tiger, peacock, owl, koala"`
	Power       int           `json:"power" doc:"1 to 5; 0 while not judged"`
	Support     *standingBody `json:"support,omitempty"`
	Weight      int           `json:"weight" doc:"power × support"`
	Champion    *championBody `json:"champion,omitempty"`
	Trust       trustBody     `json:"trust"`
	Note        string        `json:"note"`
	LastTouched string        `json:"last_touched" doc:"day; empty for never"`
	DaysSince   *int          `json:"days_since" doc:"calendar days; null for never"`
	Decayed     bool          `json:"decayed" doc:"not touched within the cadence of the grade"`
}

type standingBody struct {
	Level    int    `json:"level" doc:"−2 against us … +2 for us"`
	On       string `json:"on"`
	Evidence string `json:"evidence"`
}

type championBody struct {
	Rung     string `json:"rung" doc:"aware, meets, agrees, relies, ally"`
	On       string `json:"on"`
	Evidence string `json:"evidence"`
}

type trustBody struct {
	Pillars []pillarBody `json:"pillars" doc:"all four"`
	Average int          `json:"average" doc:"of the rated pillars, in hundredths of a point; 0 while none is rated"`
	Trend   string       `json:"trend" doc:"rising, steady, falling; empty without comparison"`
}

type pillarBody struct {
	Pillar string `json:"pillar" doc:"conduct, expertise, relationship, sincerity"`
	Score  *int   `json:"score" doc:"0 to 5; null while not rated"`
	On     string `json:"on"`
	Trend  string `json:"trend"`
}

type relationBody struct {
	From     string `json:"from" doc:"ID of a contact"`
	To       string `json:"to" doc:"ID of a contact"`
	Type     string `json:"type" doc:"reports_to, trusts, opposes"`
	Evidence string `json:"evidence"`
}

// supportBody says how far the customer's house is for us.
type supportBody struct {
	Balance      int    `json:"balance" doc:"Σ power × support"`
	Judged       int    `json:"judged" doc:"contacts of whom both are known"`
	TrustAverage int    `json:"trust_average" doc:"over all rated contacts, in hundredths of a point"`
	TrustTrend   string `json:"trust_trend"`
	Champion     string `json:"champion" doc:"highest rung that anybody has reached; empty for none"`
	ChampionIs   string `json:"champion_is" doc:"ID of the contact who has"`
}

// coverageBody says whom we know and see.
type coverageBody struct {
	Roles       []roleBody `json:"roles" doc:"every buying role"`
	Meetings    int        `json:"meetings" doc:"interactions of the present pass"`
	DecidersMet []string   `json:"deciders_met" doc:"IDs, in the present pass"`
	Decayed     []string   `json:"decayed" doc:"IDs of contacts not touched within the cadence"`
	CadenceDays int        `json:"cadence_days" doc:"of the grade"`
}

type roleBody struct {
	Role     buyingRole `json:"role"`
	Contacts []string   `json:"contacts" doc:"IDs"`
	Planned  bool       `json:"planned" doc:"there is a plan to find out who it is"`
}

func (s sheet) stakeholders() []stakeholderBody {
	parts, trust, touches := map[string]dossier.Stakeholder{}, map[string]dossier.Trust{}, map[string]dossier.Touch{}
	for _, p := range s.Stakeholders() {
		parts[p.Contact] = p
	}
	for _, t := range dossier.Bodies[dossier.Trust](s.File) {
		trust[t.Contact] = t
	}
	for _, t := range s.Coverage().Touches {
		touches[t.Contact] = t
	}
	from := s.sources()
	return mapped(s.Contacts, func(c deal.Contact) stakeholderBody {
		p, touch := parts[c.ID], touches[c.ID]
		b := stakeholderBody{
			Contact: contactFrom(c, from), Gatekeeper: string(p.Gatekeeper), Temper: string(p.Temper), Power: p.Power, Weight: p.Weight(), Note: p.Note,
			Trust: trustOf(dossier.Trusting(trust[c.ID], s.today, s.Rules.TrendDays)), LastTouched: string(touch.Last), Decayed: touch.Decayed,
		}
		if p.Support != nil {
			b.Support = &standingBody{p.Support.Level, string(p.Support.On), p.Support.Evidence}
		}
		if p.Champion != nil {
			b.Champion = &championBody{string(p.Champion.Rung), string(p.Champion.On), p.Champion.Evidence}
		}
		if touch.Last != "" {
			b.DaysSince = ptr(touch.Days)
		}
		return b
	})
}

func trustOf(t dossier.TrustState) trustBody {
	b := trustBody{Average: t.Average, Trend: string(t.Trend), Pillars: make([]pillarBody, 0, len(t.Pillars))}
	for _, p := range t.Pillars {
		row := pillarBody{Pillar: string(p.Pillar), On: string(p.On), Trend: string(p.Trend)}
		if p.Rated {
			row.Score = ptr(p.Score)
		}
		b.Pillars = append(b.Pillars, row)
	}
	return b
}

// relations are those between contacts who are still there.
func (s sheet) relations() []relationBody {
	there := map[string]bool{}
	for _, c := range s.Contacts {
		there[c.ID] = true
	}
	out := []relationBody{}
	for _, r := range dossier.Bodies[dossier.Relation](s.File) {
		if there[r.From] && there[r.To] {
			out = append(out, relationBody{r.From, r.To, string(r.Type), r.Evidence})
		}
	}
	return out
}

func (s sheet) support() supportBody {
	people := s.Stakeholders()
	b := supportBody{Balance: dossier.SupportBalance(people)}
	for _, p := range people {
		if p.Power > 0 && p.Support != nil {
			b.Judged++
		}
	}
	rung, contact := dossier.BestChampion(people)
	b.Champion, b.ChampionIs = string(rung), contact
	average, trend := dossier.TrustTotal(s.TrustStates())
	b.TrustAverage, b.TrustTrend = average, string(trend)
	return b
}

func (s sheet) coverage() coverageBody {
	cover := s.Coverage()
	buying, _ := dossier.Newest[dossier.BuyingProcess](s.File)
	b := coverageBody{
		Roles: []roleBody{}, Meetings: cover.Meetings, DecidersMet: append([]string{}, cover.Deciders...), Decayed: append([]string{}, cover.Decayed()...),
		CadenceDays: s.Rules.CadenceDays(s.State.Grade),
	}
	for _, r := range cover.Roles {
		b.Roles = append(b.Roles, roleBody{buyingRole(r.Role), append([]string{}, r.Contacts...), buying.Plans(r.Role)})
	}
	return b
}
