package dossier

import (
	"maps"
	"slices"
)

// FieldNames are the names that the dictionary of labels knows.
func FieldNames() []string { return slices.Sorted(maps.Keys(fieldLabels())) }

// FactNames are the names that the labels of facts know.
func FactNames() []string { return slices.Sorted(maps.Keys(factLabels())) }
