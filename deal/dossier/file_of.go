package dossier

import (
	"errors"
	"fmt"

	"closedloop/deal"
)

// FileOf reads an account's documents. One of a kind that this release does not know says nothing to it.
func FileOf(documents []deal.Document) (File, error) {
	file := make(File, 0, len(documents))
	for _, d := range documents {
		record, err := Load(Kind(d.Kind), d.Body)
		if errors.Is(err, ErrUnknownKind) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", d.ID, err)
		}
		file = append(file, Filed{
			ID: d.ID, Cycle: d.Cycle, Version: d.Version, Edited: d.Edited, At: d.UpdatedAt, By: d.UpdatedBy, Record: record,
		})
	}
	return file, nil
}

// LiftsOf are the veto items that approvals have lifted, in this cycle or an earlier one: a veto is on file for life.
func LiftsOf(s deal.State) []Lift {
	var lifts []Lift
	for _, sub := range s.Lifts {
		if kind, id, ok := sub.RecordOf(); ok && kind == string(VetoKind) {
			lifts = append(lifts, Lift{Veto: id, Version: sub.Version})
		}
	}
	return lifts
}
