package dossier

import (
	"cmp"
	"slices"

	"closedloop/deal"
)

// pursued tells whether records of a kind end with the pursuit that is merged. An agreement binds the customer whoever it
// is written down for, with the file that proves it and with the reports about it.
func (c *carrier) pursued(info KindInfo) bool {
	return info.PerCycle && !slices.Contains([]Kind{DocumentKind, AgreementKind, EvaluationKind}, info.Kind)
}

// lateness orders the kinds: reports are about agreements, which refer to files.
func lateness(kind string) int {
	switch Kind(kind) { //nolint:exhaustive // the others stand for themselves
	case AgreementKind:
		return 1
	case EvaluationKind:
		return 2
	}
	return 0
}

// inOrder are documents so that what refers to others comes after these, the oldest first.
func inOrder(documents []deal.Document) []deal.Document {
	documents = slices.Clone(documents)
	slices.SortStableFunc(documents, func(a, b deal.Document) int {
		return cmp.Or(cmp.Compare(lateness(a.Kind), lateness(b.Kind)), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.ID, b.ID))
	})
	return documents
}

// Ahead tells whether the agreement still runs or lies ahead on a day: it has not ended, or it is signed and does not say
// when it ends.
func (a Agreement) Ahead(on Day) bool {
	return a.EndsOn >= on || (a.EndsOn == "" && a.SignedOn != "")
}

// proven notes which files prove agreements that go over.
func (c *carrier) proven() error {
	for _, d := range c.Own.Dossier {
		if Kind(d.Kind) != AgreementKind {
			continue
		}
		record, err := Load(AgreementKind, d.Body)
		if err != nil {
			return err
		}
		if a, ok := record.(Agreement); ok && a.Ahead(c.Today) && a.Evidence != nil {
			c.proofs[a.Evidence.Document] = true
		}
	}
	return nil
}

// runs tells whether an agreement, or a report about one, goes over.
func (c *carrier) runs(record Record) bool {
	switch r := record.(type) {
	case Agreement:
		return r.Ahead(c.Today)
	case Evaluation:
		return c.signed != "" && r.On >= c.signed
	}
	return true
}

// follows notes since when reports are about agreements that went over.
func (c *carrier) follows(record Record) {
	a, ok := record.(Agreement)
	if ok && a.SignedOn.Valid() && (c.signed == "" || a.SignedOn < c.signed) {
		c.signed = a.SignedOn
	}
}

// elsewhere tells whether a document of the other account's past stands in nobody's way: an agreement that is over, or a
// file that is wanted in the running cycle as well, because it proves something there.
func (c *carrier) elsewhere(there deal.Document, onFile Record, id string) bool {
	if there.Cycle == c.Target.Cycle {
		return false
	}
	switch r := onFile.(type) {
	case Agreement:
		return !r.Ahead(c.Today)
	case Document:
		return c.proofs[id]
	}
	return false
}

// protects hands a live filing on: what the customer's project was protected by protects it still, with its number and its
// days, for who owns the account that lives on. A project is protected once: where that account, or another one of its
// customer, holds it already, the filing ends with the account.
func (c *carrier) protects(f Filing) (Filing, bool, error) {
	if !f.Live(c.Today) {
		return f, false, nil
	}
	var held []deal.Claim
	for _, d := range c.Theirs.Dossier {
		held = append(held, deal.Claim{Account: c.Target.Account, Filing: d})
	}
	for _, d := range c.out.Documents {
		held = append(held, deal.Claim{Account: c.Target.Account, Filing: d.Is})
	}
	for _, claim := range c.Claims {
		if claim.Account != c.Account {
			held = append(held, claim)
		}
	}
	held = slices.DeleteFunc(held, func(claim deal.Claim) bool { return Kind(claim.Filing.Kind) != FilingKind })
	_, taken, err := Holder(held, f.Project, c.Today)
	f.Owner = cmp.Or(c.Target.Owner, f.Owner)
	return f, !taken, err
}

// mend gives a record that the other account has what weighs more here: a colour in force where none was ever decided, and
// a veto that is hit where somebody found that it is not.
func (c *carrier) mend(there deal.Document, comes Record) error {
	onFile, err := Load(Kind(there.Kind), there.Body)
	if err != nil {
		return err
	}
	switch ours := comes.(type) {
	case Credit:
		theirs, ok := onFile.(Credit)
		if !ok || theirs.Colour != "" {
			return nil
		}
		theirs.Colour, theirs.Since, theirs.Reason = ours.Colour, ours.Since, ours.Reason
		if theirs.Payments == (Payments{}) {
			theirs.Payments = ours.Payments
		}
		onFile = theirs
	case Veto:
		theirs, ok := onFile.(Veto)
		if !ok || theirs.Hit || !ours.Hit {
			return nil
		}
		onFile = ours
	default:
		return nil
	}
	is := there
	if is.Body, err = Encode(onFile); err != nil {
		return err
	}
	is.Version, is.Edited = there.Version+1, there.EditedAt()
	c.out.Mended = append(c.out.Mended, deal.MendedDocument{Was: there, Is: is})
	return nil
}
