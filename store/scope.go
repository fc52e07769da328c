package store

import (
	"maps"

	"github.com/jackc/pgx/v5"

	"closedloop/deal/view"
)

// as adds the viewer to the arguments of a statement; every statement with a scope needs it (see sql/scope.sql).
func as(v view.Viewer, args pgx.StrictNamedArgs) pgx.StrictNamedArgs {
	all := pgx.StrictNamedArgs{"all": v.All, "owners": words(v.Owners), "teams": words(v.Teams)}
	maps.Copy(all, args)
	return all
}
