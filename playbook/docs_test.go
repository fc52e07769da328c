package playbook

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"closedloop/deal/dossier"

	"github.com/stretchr/testify/require"
)

func TestDocs_nameEverythingThatConditionsSee(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/playbooks.md")
	require.NoError(t, err)
	source, err := shipped.ReadFile("books/express.yaml")
	require.NoError(t, err)
	p, err := read(source, "express.yaml", nil)
	require.NoError(t, err)
	b := &builder{faults: &faults{}, book: *p}
	envs, err := b.environments()
	require.NoError(t, err)
	for _, name := range []string{"account", "profile", "contact", "interaction", "approval"} {
		fields := envs.types.structs[typePrefix+name]
		require.NotEmpty(t, fields, name)
		for _, f := range slices.Sorted(maps.Keys(fields)) {
			require.True(t, strings.Contains(string(text), "`"+f+"`"), "%s.%s is not in docs/playbooks.md", name, f)
		}
	}
	for _, f := range dossier.AllFacts() {
		row := fmt.Sprintf("| `%s` | %s | %s | %s |", f.Name, f.Type, f.Label.ZH, f.Label.EN)
		require.Equal(t, 1, strings.Count(string(text), row+"\n"), "docs/playbooks.md says of a fact: %s", row)
	}
	_, table, _ := strings.Cut(string(text), "### Facts")
	table, _, _ = strings.Cut(table, "\nLimits:")
	require.Equal(t, len(dossier.AllFacts()), strings.Count(table, "\n| `"), "docs/playbooks.md lists facts that there are not")
	for _, word := range append(slices.Clone(links), "yuan(", "days_before(", ".sum()", FormIncomplete, FormComplete) {
		require.Contains(t, string(text), word)
	}
}
