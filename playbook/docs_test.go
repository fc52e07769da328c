package playbook

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

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
	for _, word := range append(slices.Clone(links), "yuan(", "days_before(", ".sum()", FormIncomplete, FormComplete) {
		require.Contains(t, string(text), word)
	}
}
