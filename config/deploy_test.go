package config

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDeployment_setsOnlyVariablesThatAreRead(t *testing.T) {
	t.Parallel()
	variable := regexp.MustCompile(`\bCLOSEDLOOP_[A-Z_]+\b`)
	for _, path := range []string{"../docker-compose.yml", "../Dockerfile", "../.env.example", "../scripts/install-postgres.sh"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			names := variable.FindAllString(string(text), -1)
			require.NotEmpty(t, names)
			slices.Sort(names)
			for _, name := range slices.Compact(names) {
				require.NoError(t, unknownVariables([]string{name + "=x"}))
			}
		})
	}
}
