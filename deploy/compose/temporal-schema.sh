#!/bin/sh
# Creates the two databases of the Temporal server and brings their tables to the
# version of this admin-tools image. Safe to repeat: what exists is kept.
set -eu
SQL_PASSWORD=$(cat "${SECRETS_DIR:-/run/closedloop}/postgres_password")
export SQL_PASSWORD
export SQL_PLUGIN=postgres12_pgx SQL_HOST="${SQL_HOST:-postgres}" SQL_PORT="${SQL_PORT:-5432}" SQL_USER=closedloop

for store in temporal visibility; do
	database=temporal
	if [ $store = visibility ]; then database=temporal_visibility; fi
	temporal-sql-tool --database $database create-database
	temporal-sql-tool --database $database setup-schema --version 0.0
	temporal-sql-tool --database $database update-schema --schema-name postgresql/v12/$store
done
