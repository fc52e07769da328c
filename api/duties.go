package api

import (
	"fmt"
	"slices"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// dutiful judges what a record needs the rest of the account for: a gift the others of its contact, a revision the versions
// of the proposal, a review its visit. Before is the version that it replaces, nil for a new record.
func (a *API) dutiful(
	record dossier.Record, before *deal.Document, rules dossier.Rules, s deal.State, records deal.Records,
) (dossier.Record, []reason, error) {
	switch v := record.(type) {
	case dossier.Gift:
		file, err := dossier.FileOf(records.Dossier)
		if err != nil {
			return nil, nil, fmt.Errorf("read what is on file: %w", err)
		}
		var others []dossier.Gift
		for _, e := range dossier.Entries[dossier.Gift](file) {
			if before == nil || e.ID != before.ID {
				others = append(others, e.Body)
			}
		}
		return record, a.recordReasons(rules.Duties.Gifts.Gift(v, others)), nil
	case dossier.PlanRevision:
		return a.revised(v, before, s, records)
	case dossier.VisitReview:
		known := slices.ContainsFunc(records.Interactions, func(i deal.Interaction) bool { return i.ID == v.Interaction }) ||
			slices.ContainsFunc(s.Clocks, func(c deal.Clock) bool { return c.Topic == deal.VisitReviewTopic && c.Basis == v.Interaction })
		if !known && before == nil && v.Interaction != "" {
			no := dossier.Reference{To: dossier.ToDocument, ID: v.Interaction, Field: "/interaction"}.Refusal()
			return record, a.recordReasons(deal.Refusals{no}), nil
		}
	}
	return record, nil, nil
}

// judges are those of a record that hangs on others of its kind: two gifts to one contact in one year do not pass the limit side
// by side.
func (a *API) judges(record dossier.Record, rules dossier.Rules) []view.Judge {
	gift, is := record.(dossier.Gift)
	if !is || gift.GivenOn == "" {
		return nil
	}
	return []view.Judge{{About: gift.LimitedWith(), Fits: func(others []deal.Document) error {
		file, err := dossier.FileOf(others)
		if err != nil {
			return fmt.Errorf("read what is on file: %w", err)
		}
		var gifts []dossier.Gift
		for _, e := range dossier.Entries[dossier.Gift](file) {
			gifts = append(gifts, e.Body)
		}
		if bad := a.recordReasons(rules.Duties.Gifts.Gift(gift, gifts)); len(bad) > 0 {
			return unfit(bad)
		}
		return nil
	}}}
}

// revised fills in which versions of the proposal a revision lies between.
func (a *API) revised(v dossier.PlanRevision, before *deal.Document, s deal.State, records deal.Records) (dossier.Record, []reason, error) {
	var onFile *dossier.PlanRevision
	if before != nil {
		was, err := dossier.Load(dossier.PlanRevisionKind, before.Body)
		if err != nil {
			return nil, nil, fmt.Errorf("read what is on file: %w", err)
		}
		if r, ok := was.(dossier.PlanRevision); ok {
			onFile = &r
		}
	}
	file, err := dossier.FileOf(records.Dossier)
	if err != nil {
		return nil, nil, fmt.Errorf("read what is on file: %w", err)
	}
	proposal, _ := records.Document(string(dossier.ProposalKind), deal.SoleID(s.Cycle))
	v, no := v.Between(onFile, dossier.Entries[dossier.PlanRevision](file.Of(s.Cycle)), proposal.Version)
	if v.Changed() && len(no) == 0 { // only now it is known that there is something to give a reason for
		no = slices.DeleteFunc(v.Validate(a.today()), func(r deal.Refusal) bool { return r.Field != "/reason" })
	}
	return v, a.recordReasons(no), nil
}
