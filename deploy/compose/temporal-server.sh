#!/bin/sh
# Hands the password from its file to the server, which takes it from the
# environment only, and goes on as the image would.
set -eu
POSTGRES_PWD=$(cat "${SECRETS_DIR:-/run/closedloop}/postgres_password")
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
