#!/bin/sh
# Makes the password of the database and the house key, once, into the volume
# that all services read them from. They are never in the environment, in the
# repository or in the output of `docker-compose config`. The files are readable
# because each service runs as another user; the volume itself is root's on the
# host.
set -eu
cd "${SECRETS_DIR:-/run/closedloop}"

umask 022
if [ ! -s house_key ]; then
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >house_key.new
    mv house_key.new house_key
fi
if [ -s database_url ]; then exit 0; fi

password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" >postgres_password
printf 'postgres://closedloop:%s@postgres:5432/closedloop?sslmode=disable' "$password" >database_url.new
mv database_url.new database_url # last and at once: an interrupted run starts over
