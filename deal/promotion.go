package deal

import "strconv"

// Promote makes a key account of a project customer: its next cycle walks the ring of a playbook for years instead of
// ending with the project.
type Promote struct {
	Playbook string   `json:"playbook,omitempty"` // of the next cycle; empty: the organisation's default
	Reason   *TextRef `json:"reason"`
}

func (Promote) name() CommandName   { return PromoteName }
func (b Promote) texts() []*TextRef { return []*TextRef{b.Reason} }

// Promoted: a project customer became a key account.
type Promoted struct {
	From   BookRef  `json:"from"`
	To     BookRef  `json:"to"`    // of the next cycle; a newer version, if there is one by then
	Tests  []string `json:"tests"` // of a key account that hold
	Reason *TextRef `json:"reason,omitempty"`
}

func (Promoted) kind() EventKind { return PromotedKind }

func (b Promoted) fold(s *State, e Event) { s.PromotedAt, s.NextBook = e.At, b.To }

// promote is for the line above an account whose playbook serves one-off projects, once any of the five tests of a key
// account holds (domain.md §5).
func (d *draft) promote(b Promote) {
	d.no.If(d.s.Status == Closed, CodeAlreadyClosed)
	d.no.If(!d.f.Org.above(d.s.Team, d.cmd.Actor, d.at), CodeNotYourRole)
	d.needReason(b.Reason, "/reason")
	promoted := d.s.NextBook != BookRef{}
	d.no.If(promoted, CodeAlreadyPromoted, d.s.NextBook.Name)
	d.no.If(!promoted && !d.f.Book.OneOff, CodeNotAProject, d.s.Book.Name)
	d.no.Field(d.f.Next.Ref == BookRef{}, CodeUnknownPlaybook, "/playbook")
	d.no.Field(d.f.Next.OneOff, CodeInvalidValue, "/playbook", string(LastingPlaybook))
	if len(d.f.KeyTests) == 0 {
		d.no = append(d.no, Refusal{
			Code: CodeGateUnmet, Item: "no_key_account",
			Text: Text{ZH: "五项大客户判定标准均不成立", EN: "none of the five tests of a key account holds"},
			Hint: Text{ZH: "在客户分类中登记成立的标准及理由", EN: "record in the classification which test holds, and why"},
			Link: "classification",
		})
	}
	if len(d.no) == 0 {
		promoted := Promoted{From: d.s.Book, To: d.f.Next.Ref, Tests: d.f.KeyTests, Reason: b.Reason}
		d.emit(promoted, nil, d.tell(PromotedNotice, "promotion", zeroTime, d.s.Owner))
	}
}

func number(n int) string { return strconv.Itoa(n) }
