package dossier

import (
	"time"

	"closedloop/deal"
)

// Stakeholder is a contact's part in the decision (domain.md §6). The buying role is on the contact itself.
type Stakeholder struct {
	Contact    string         `json:"contact"`    // ID of the contact
	Gatekeeper GatekeeperKind `json:"gatekeeper"` // of a contact whose buying role is gatekeeper
	Temper     Temper         `json:"temper"`
	Power      int            `json:"power"` // 1–5; 0 while not judged
	Support    *Support       `json:"support"`
	Champion   *Champion      `json:"champion"`
	Private    *Private       `json:"private"`
	Note       string         `json:"note"`
}

// Support says how far somebody is for or against us, since when we know, and from what.
type Support struct {
	Level    int    `json:"level"` // −2 against … +2 for us
	On       Day    `json:"on"`
	Evidence string `json:"evidence"`
}

// The ends of the scale of support.
const (
	leastSupport = -2
	mostSupport  = 2
)

// Champion says how far somebody works for us inside the customer's house.
type Champion struct {
	Rung     ChampionRung `json:"rung"`
	On       Day          `json:"on"`
	Evidence string       `json:"evidence"`
}

// Private are facts about somebody's life, kept for a stated purpose only. They are off by default ([PrivateRules]),
// masked for everybody whom the purpose does not concern ([PrivateRules.Mask]), and erasable ([Erase]).
type Private struct {
	Purpose  Purpose `json:"purpose"`
	Family   string  `json:"family"`
	Birthday Day     `json:"birthday"` // the year 1904, a leap year, where only month and day are known
	Hobbies  string  `json:"hobbies"`
	Masked   bool    `json:"masked"` // the facts are there, but not for this reader
}

// GatekeeperKind says what a gatekeeper guards.
type GatekeeperKind string

// A gate of technology or of money.
const (
	TechnicalGate GatekeeperKind = "technical"
	FinanceGate   GatekeeperKind = "finance"
)

func gatekeeperKinds() set[GatekeeperKind] {
	return set[GatekeeperKind]{opt(TechnicalGate, "技术", "Technical"), opt(FinanceGate, "财务", "Finance")}
}

// AllGatekeeperKinds returns every kind.
func AllGatekeeperKinds() []GatekeeperKind { return gatekeeperKinds().all() }

// ParseGatekeeperKind reads a kind's identifier.
func ParseGatekeeperKind(s string) (GatekeeperKind, error) {
	return gatekeeperKinds().parse("kind of gatekeeper", s)
}

// Label is what people call it; empty for something that is no kind.
func (k GatekeeperKind) Label() deal.Text { return gatekeeperKinds().label(k) }

// Temper is how somebody behaves in a conversation: the tiger decides, the peacock shines, the owl checks, the koala
// keeps the peace.
type Temper string

// The four tempers of the trade.
const (
	Tiger   Temper = "tiger"
	Peacock Temper = "peacock"
	Owl     Temper = "owl"
	Koala   Temper = "koala"
)

func tempers() set[Temper] {
	return set[Temper]{
		opt(Tiger, "老虎型", "Tiger"), opt(Peacock, "孔雀型", "Peacock"), opt(Owl, "猫头鹰型", "Owl"), opt(Koala, "考拉型", "Koala"),
	}
}

// AllTempers returns every temper.
func AllTempers() []Temper { return tempers().all() }

// ParseTemper reads a temper's identifier.
func ParseTemper(s string) (Temper, error) { return tempers().parse("temper", s) }

// Label is what people call it; empty for something that is no temper.
func (t Temper) Label() deal.Text { return tempers().label(t) }

// ChampionRung is how far a contact has come on the ladder from a stranger to an ally (domain.md §6).
type ChampionRung string

// The rungs, from the lowest.
const (
	Aware  ChampionRung = "aware"
	Meets  ChampionRung = "meets"
	Agrees ChampionRung = "agrees"
	Relies ChampionRung = "relies"
	Ally   ChampionRung = "ally"
)

func championRungs() set[ChampionRung] {
	return set[ChampionRung]{
		opt(Aware, "知晓", "Aware"), opt(Meets, "见面", "Meets"), opt(Agrees, "认同", "Agrees"), opt(Relies, "信赖", "Relies"), opt(Ally, "同盟", "Ally"),
	}
}

// AllChampionRungs returns the ladder from its lowest rung.
func AllChampionRungs() []ChampionRung { return championRungs().all() }

// ParseChampionRung reads a rung's identifier.
func ParseChampionRung(s string) (ChampionRung, error) {
	return championRungs().parse("rung of the champion ladder", s)
}

// Label is what people call it; empty for something that is no rung.
func (r ChampionRung) Label() deal.Text { return championRungs().label(r) }

// Level is the rung's height: 1 for aware … 5 for ally, 0 for none.
func (r ChampionRung) Level() int { return championRungs().place(r) + 1 }

// Purpose says what private facts are kept for, and what somebody reads them for.
type Purpose string

// The purposes that justify keeping private facts.
const (
	CarePurpose    Purpose = "care"    // congratulations and condolences
	VisitPurpose   Purpose = "visit"   // preparing a visit
	ServicePurpose Purpose = "service" // serving somebody as they like it
)

func purposes() set[Purpose] {
	return set[Purpose]{opt(CarePurpose, "客户关怀", "Care"), opt(VisitPurpose, "拜访准备", "Preparing a visit"), opt(ServicePurpose, "个性化服务", "Service")}
}

// AllPurposes returns every purpose.
func AllPurposes() []Purpose { return purposes().all() }

// ParsePurpose reads a purpose's identifier.
func ParsePurpose(s string) (Purpose, error) { return purposes().parse("purpose", s) }

// Label is what people call it; empty for something that is no purpose.
func (p Purpose) Label() deal.Text { return purposes().label(p) }

// Kind implements [Record].
func (Stakeholder) Kind() Kind { return StakeholderKind }

// Key implements [Keyed]: one for each contact.
func (s Stakeholder) Key() string { return s.Contact }

// Validate implements [Record].
func (s Stakeholder) Validate(now time.Time) deal.Refusals {
	c := begin(s, now)
	c.id("/contact", s.Contact)
	maybe(c, "/gatekeeper", s.Gatekeeper, gatekeeperKinds())
	maybe(c, "/temper", s.Temper, tempers())
	c.someScore("/power", s.Power)
	if s.Support != nil {
		c.between("/support/level", s.Support.Level, leastSupport, mostSupport)
		c.happened("/support/on", s.Support.On)
		c.reason("/support/evidence", s.Support.Evidence)
	}
	if s.Champion != nil {
		chosen(c, "/champion/rung", s.Champion.Rung, championRungs())
		c.happened("/champion/on", s.Champion.On)
		c.reason("/champion/evidence", s.Champion.Evidence)
	}
	if s.Private != nil {
		chosen(c, "/private/purpose", s.Private.Purpose, purposes())
		c.someDay("/private/birthday", s.Private.Birthday)
		c.notAhead("/private/birthday", s.Private.Birthday)
		c.invalid(s.Private.Masked, "/private/masked", "不能保存", " cannot be filed",
			"隐私信息已屏蔽：去掉整组后重试", "The private facts are masked: leave the group out and send again")
	}
	return c.done()
}
