package config

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFiles_areReadWhereverADirectoryIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files Files
		want  string
	}{
		"in the database":                     {Files{Store: "postgres"}, ""},
		"... and earlier ones in a directory": {Files{Store: "postgres", Directory: "/srv/files"}, "/srv/files"},
		"in a directory":                      {Files{Store: "directory", Directory: "/srv/files"}, "/srv/files"},
		"beside the rest":                     {Files{Store: "directory"}, filepath.Join("data", "files")},
	} {
		require.Equal(t, c.want, c.files.Place("data"), name)
		require.Equal(t, c.files.Store == "postgres", c.files.InDatabase(), name)
	}
}
