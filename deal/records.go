package deal

import (
	"encoding/json"
	"strconv"
	"time"
)

// Records are what the account's files say: they inform the gate, the ring decides. They belong to Postgres and are
// written through the API; Perform reads them under the account's lock.
type Records struct {
	Profile      Profile
	Forms        []Form // of the running cycle
	Contacts     []Contact
	Interactions []Interaction // of the running cycle
	Dossier      []Document    // of the running cycle and of the account's life; package dossier knows what is in them
	Duplicates   int           // other accounts that look like this one and are not settled
}

// Form finds a step's form of the running cycle.
func (r Records) Form(s Step) (Form, bool) {
	for _, f := range r.Forms {
		if f.Step == s {
			return f, true
		}
	}
	return Form{Step: s}, false
}

// Document is one record of what the field knows, as it is kept: package dossier has a type for every kind.
type Document struct {
	Kind      string          `json:"kind"`
	ID        string          `json:"id"`
	Cycle     int             `json:"cycle"` // in which it was begun; 0: belongs to the account for life
	Version   int64           `json:"version"`
	Body      json.RawMessage `json:"body"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
	UpdatedBy PersonID        `json:"updated_by"`
	Edited    int64           `json:"edited,omitempty"` // version that somebody wrote, where an event wrote later ones; see EditedAt

	SharedFrom AccountID `json:"-"` // the account above to which it belongs; empty for one of the account's own

	Key *string `json:"-"` // for writing: an account, or a cycle of it, has one document of the kind with this key; nil for any number
}

// EditedAt is the version of the last edit by somebody. Later versions were written by events: an approval that was
// granted, progress that renewed a filing.
func (d Document) EditedAt() int64 {
	if d.Edited == 0 {
		return d.Version
	}
	return d.Edited
}

// Document finds a document of the running cycle or of the account's life; what accounts above share is theirs.
func (r Records) Document(kind, id string) (Document, bool) {
	for _, d := range r.Dossier {
		if d.Kind == kind && d.ID == id && d.SharedFrom == "" {
			return d, true
		}
	}
	return Document{Kind: kind, ID: id}, false
}

// SoleID is the ID of a document of which there is one for each cycle, or for the account's life (cycle 0).
func SoleID(cycle int) string {
	if cycle == 0 {
		return "sole"
	}
	return "cycle-" + strconv.Itoa(cycle)
}

// Profile is who the customer is.
type Profile struct {
	Version         int64    `json:"version"`
	Name            string   `json:"name"`
	CreditCode      string   `json:"credit_code"`
	Aliases         []string `json:"aliases"`
	Premises        string   `json:"premises"` // factory, park, public, shop, office, school, other
	Territory       string   `json:"territory"`
	Address         string   `json:"address"`
	Industry        string   `json:"industry"`
	MonthlyInbound  *int     `json:"monthly_inbound"`  // pieces a month
	MonthlyOutbound *int     `json:"monthly_outbound"` // pieces a month
	Author          string   `json:"author"`           // who collected the lead, as written in the sheet
	CollectedOn     string   `json:"collected_on"`     // YYYY-MM-DD, as written in the sheet
}

// Form is the structured data of one step of one cycle.
type Form struct {
	Step    Step           `json:"step"`
	Cycle   int            `json:"cycle"`
	Version int64          `json:"version"` // 0: nothing on file
	Content map[string]any `json:"content"`
}

// Contact is somebody at the customer.
type Contact struct {
	ID         string     `json:"id"`
	Version    int64      `json:"version"`
	Name       string     `json:"name"`
	Title      string     `json:"title"`
	Role       BuyingRole `json:"role"`
	Mobile     string     `json:"mobile"`
	Phone      string     `json:"phone"`
	PhoneValid bool       `json:"phone_valid"` // at least one number can be dialled
	Note       string     `json:"note"`
	Erased     bool       `json:"erased,omitempty"` // only in the past: there was somebody, whose data are gone

	SharedFrom AccountID `json:"-"` // the account above to which it belongs; empty for one of the account's own
}

// BuyingRole is a contact's part in the purchase (domain.md §6).
type BuyingRole string

// The buying roles; an unknown one is empty.
const (
	UserRole       BuyingRole = "user"
	GatekeeperRole BuyingRole = "gatekeeper"
	DeciderRole    BuyingRole = "decider"
	InfluencerRole BuyingRole = "influencer"
	ChampionRole   BuyingRole = "champion"
)

// BuyingRoles returns every buying role.
func BuyingRoles() []BuyingRole {
	return []BuyingRole{UserRole, GatekeeperRole, DeciderRole, InfluencerRole, ChampionRole}
}

// Interaction is a contact with the customer: it always has an aim, a result and a next step with a date.
type Interaction struct {
	ID       string          `json:"id"`
	Cycle    int             `json:"cycle"`
	Step     Step            `json:"step"`
	Pass     int             `json:"pass"`
	Kind     InteractionKind `json:"kind"`
	At       time.Time       `json:"at"`
	With     []string        `json:"with"`
	By       PersonID        `json:"by"`
	Aim      *TextRef        `json:"aim,omitempty"`
	Result   *TextRef        `json:"result,omitempty"`
	NextStep *TextRef        `json:"next_step,omitempty"`
	NextAt   time.Time       `json:"next_at"`
	Intent   int             `json:"intent,omitempty"` // 1–5, how much the customer wants to buy; 0: nobody said
}

// InteractionKind is the way of meeting.
type InteractionKind string

// The kinds of interaction (domain.md §1).
const (
	VisitInteraction InteractionKind = "visit"
	CallInteraction  InteractionKind = "call"
	MeetInteraction  InteractionKind = "meeting"
	PlantTour        InteractionKind = "plant_tour"
	Seminar          InteractionKind = "seminar"
)

// InteractionKinds returns every kind.
func InteractionKinds() []InteractionKind {
	return []InteractionKind{VisitInteraction, CallInteraction, MeetInteraction, PlantTour, Seminar}
}
