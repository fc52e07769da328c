package dossier

import (
	"regexp"
	"time"

	"closedloop/deal"
)

// Veto says whether an item of the playbook's list of vetoes is hit. A hit stops the account until an approval lifts it
// (domain.md §4).
type Veto struct {
	Item     string `json:"item"` // identifier in the playbook's list
	Hit      bool   `json:"hit"`
	On       Day    `json:"on"` // when it was looked into
	Evidence string `json:"evidence"`
}

// Lift says that an approval lifted a hit: the record as it was when the request was made. An edited record is hit anew.
type Lift struct {
	Veto    string // ID of the record
	Version int64
}

// OpenVetoes are the hits that no approval has lifted.
func OpenVetoes(vetoes []Entry[Veto], lifts []Lift) []Entry[Veto] {
	var open []Entry[Veto]
	for _, v := range vetoes {
		lifted := false
		for _, l := range lifts {
			lifted = lifted || (l.Veto == v.ID && v.unedited(l.Version))
		}
		if v.Body.Hit && !lifted {
			open = append(open, v)
		}
	}
	return open
}

var itemForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Kind implements [Record].
func (Veto) Kind() Kind { return VetoKind }

// Key implements [Keyed]: one for each item.
func (v Veto) Key() string { return v.Item }

// Validate implements [Record].
func (v Veto) Validate(now time.Time) deal.Refusals {
	c := begin(v, now)
	c.line("/item", v.Item)
	c.invalid(v.Item != "" && !itemForm.MatchString(v.Item), "/item", "不是否决项的标识", " is no identifier of a veto item",
		"从作战手册的否决项中选择", "Choose from the vetoes of the playbook")
	c.happened("/on", v.On)
	if v.Hit {
		c.reason("/evidence", v.Evidence)
	}
	return c.done()
}
