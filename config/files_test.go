package config

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFiles_haveAPlaceOnlyWithADirectory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files Files
		want  string
	}{
		"in the database":            {Files{Store: "postgres"}, ""},
		"... whatever the directory": {Files{Store: "postgres", Directory: "/srv/files"}, ""},
		"in a directory":             {Files{Store: "directory", Directory: "/srv/files"}, "/srv/files"},
		"beside the rest":            {Files{Store: "directory"}, filepath.Join("data", "files")},
	} {
		require.Equal(t, c.want, c.files.Place("data"), name)
	}
}
