#!/bin/sh
# Makes the password of the database, once, into the volume that all services
# read it from. It is never in the environment, in the repository or in the
# output of `docker-compose config`. The files are readable because each service
# runs as another user; the volume itself is root's on the host.
set -eu
cd "${SECRETS_DIR:-/run/closedloop}"

if [ -s database_url ]; then exit 0; fi

umask 022
password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" >postgres_password
printf 'postgres://closedloop:%s@postgres:5432/closedloop?sslmode=disable' "$password" >database_url.new
mv database_url.new database_url # last and at once: an interrupted run starts over
