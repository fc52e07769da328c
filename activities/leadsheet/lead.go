package leadsheet

import (
	"slices"
	"time"

	"closedloop/naming"
)

// Lead is what one row says about one organisation. Texts stand as typed, without blanks at their ends; closed sets,
// codes and phone numbers are in canonical form. Everything but the name and one reachable contact may be empty.
type Lead struct {
	Name            string    `json:"name"`
	CreditCode      string    `json:"credit_code,omitempty"` // checked; see [naming.CreditCode]
	Premises        Premises  `json:"premises,omitempty"`
	Territory       string    `json:"territory,omitempty"`
	Address         string    `json:"address,omitempty"`
	Industry        string    `json:"industry,omitempty"`
	Contact         Contact   `json:"contact"`
	Others          []Contact `json:"others,omitempty"`           // further people
	Items           string    `json:"items,omitempty"`            // what they mostly send
	MonthlyInbound  *int      `json:"monthly_inbound,omitempty"`  // pieces a month; nil is unknown
	MonthlyOutbound *int      `json:"monthly_outbound,omitempty"` // pieces a month; nil is unknown
	Rival           string    `json:"rival,omitempty"`            // the carrier in use
	RivalVolume     *int      `json:"rival_volume,omitempty"`     // pieces a month; nil is unknown
	Settlement      string    `json:"settlement,omitempty"`
	Needs           string    `json:"needs,omitempty"`
	Source          Source    `json:"source,omitempty"`
	CollectedBy     string    `json:"collected_by,omitempty"`
	CollectedOn     time.Time `json:"collected_on,omitzero"` // a day, as midnight UTC; zero is unknown
	Note            string    `json:"note,omitempty"`
	History         []Note    `json:"history,omitempty"` // what was done so far
}

// Note is one entry of a lead's follow-up history, as somebody wrote it down elsewhere.
type Note struct {
	On   time.Time `json:"on,omitzero"`   // a day, as midnight UTC; zero is unknown
	By   string    `json:"by,omitempty"`  // who did it
	How  string    `json:"how,omitempty"` // visit, call …, in the sheet's word
	Text string    `json:"text"`
}

// Contact is somebody at the customer. The name is always there, and of the first one a number.
type Contact struct {
	Name   string `json:"name"`
	Title  string `json:"title,omitempty"`
	Mobile string `json:"mobile,omitempty"` // canonical; see [naming.Phone]
	Phone  string `json:"phone,omitempty"`  // canonical; a landline, or a second mobile number

	group int // of columns; 0 is the first one
}

// Key is the upsert key of a lead (contract.md §6): the unified social credit code where there is one, else the normalised
// name with the territory. Two leads with one key are the same account.
func (l Lead) Key() string { return identify(l).key }

// NameKey is the key by name and territory, whether or not there is a credit code. It finds an account that was opened
// before its code was known.
func (l Lead) NameKey() string { return identify(l).nameKey }

// identity is what a lead is compared by.
type identity struct {
	key     string // see [Lead.Key]
	nameKey string // see [Lead.NameKey]
	name    string // the normalised name alone
}

func identify(l Lead) identity {
	who := identity{nameKey: naming.UpsertKey(l.Name, "", l.Territory), name: naming.Key(l.Name)}
	who.key = who.nameKey
	if l.CreditCode != "" {
		who.key = naming.UpsertKey(l.Name, l.CreditCode, l.Territory)
	}
	return who
}

// People are everybody the row names, the first contact first.
func (l Lead) People() []Contact { return append([]Contact{l.Contact}, l.Others...) }

// Phones are the numbers of everybody in canonical form, each once, of one person the mobile one first. A number already
// known under a name with another [naming.Key] makes a lead a probable duplicate.
func (l Lead) Phones() []string {
	var numbers []string
	for _, person := range l.People() {
		for _, number := range []string{person.Mobile, person.Phone} {
			if number != "" && !slices.Contains(numbers, number) {
				numbers = append(numbers, number)
			}
		}
	}
	return numbers
}
