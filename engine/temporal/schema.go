package temporal

import (
	"fmt"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	v12 "go.temporal.io/server/schema/postgresql/v12"
	"go.temporal.io/server/tools/common/schema"
	"go.temporal.io/server/tools/sql"
)

// ensureSchema brings one store to the version this server needs. Temporal calls
// the packages used here unstable, so nothing else of ours imports them; and its
// command, RunTool, is no substitute, because it ends the process on any error.
func ensureSchema(store *config.SQL, name, version string, out log.Logger) error {
	conn, err := sql.NewConnection(store, out)
	if err != nil {
		return fmt.Errorf("connect to database %s: %w", store.DatabaseName, err)
	}
	defer conn.Close()
	// An error here is a database without any schema yet.
	if has, err := conn.ReadSchemaVersion(); err == nil {
		switch older, err := compare(has, version); {
		case err != nil:
			return fmt.Errorf("read schema version of %s: %w", store.DatabaseName, err)
		case older == 0:
			return nil
		case older > 0:
			return fmt.Errorf("database %s has schema %s, this program knows %s: a newer program has been here, use that one",
				store.DatabaseName, has, version)
		}
	}
	// Set-up without a schema name only makes the version tables, so both steps
	// can be repeated after a crash between them.
	setup := &schema.SetupConfig{InitialVersion: "0.0"}
	if err := schema.NewSetupSchemaTask(conn, setup, out).Run(); err != nil {
		return fmt.Errorf("set up schema of %s: %w", store.DatabaseName, err)
	}
	update := &schema.UpdateConfig{SchemaName: name, TargetVersion: version}
	if err := schema.NewUpdateSchemaTask(conn, update, out).Run(); err != nil {
		return fmt.Errorf("update schema of %s to %s: %w", store.DatabaseName, version, err)
	}
	return nil
}

// compare orders two versions like "1.19"; positive when a is the newer.
func compare(a, b string) (int, error) {
	var amajor, aminor, bmajor, bminor int
	if _, err := fmt.Sscanf(a, "%d.%d", &amajor, &aminor); err != nil {
		return 0, fmt.Errorf("version %q: %w", a, err)
	}
	if _, err := fmt.Sscanf(b, "%d.%d", &bmajor, &bminor); err != nil {
		return 0, fmt.Errorf("version %q: %w", b, err)
	}
	if amajor != bmajor {
		return amajor - bmajor, nil
	}
	return aminor - bminor, nil
}

// ensureSchemas does both stores.
func ensureSchemas(p config.Persistence, out log.Logger) error {
	if err := ensureSchema(p.DataStores[p.DefaultStore].SQL, "postgresql/v12/temporal", v12.Version, out); err != nil {
		return err
	}
	return ensureSchema(p.DataStores[p.VisibilityStore].SQL, "postgresql/v12/visibility", v12.VisibilityVersion, out)
}
