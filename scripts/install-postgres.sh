#!/bin/sh
# Makes sure that the binaries of a PostgreSQL from 15 to 18 are on this machine,
# installing the system's package if they are not. closedloop starts servers of
# its own from them, in its own directories and on free ports; a server that the
# machine already runs is left alone, and none is set up.
#
# Needs root or sudo only when something has to be installed.
set -eu

oldest=15
newest=18

say() { printf '%s\n' "$*" >&2; }
die() {
	say "$*"
	exit 1
}

# suits DIR: does it hold a server we can use?
suits() {
	[ -x "$1/initdb" ] && [ -x "$1/postgres" ] && [ -x "$1/pg_ctl" ] || return 1
	# "postgres (PostgreSQL) 17.2 (Debian 17.2-1)", "… 18beta1"
	major=$("$1/postgres" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
	[ -n "$major" ] && [ "$major" -ge "$oldest" ] && [ "$major" -le "$newest" ]
}

# has_contrib DIR: are pg_trgm and btree_gin there? Where pg_config cannot tell,
# believe it; the start-up asks the running server anyway.
has_contrib() {
	[ -x "$1/pg_config" ] || return 0
	share=$("$1/pg_config" --sharedir 2>/dev/null) || return 0
	[ -e "$share/extension/pg_trgm.control" ] && [ -e "$share/extension/btree_gin.control" ]
}

# usable prints the first directory that suits.
usable() {
	if [ -n "${CLOSEDLOOP_DATABASE_BIN_DIR:-}" ]; then
		suits "$CLOSEDLOOP_DATABASE_BIN_DIR" && echo "$CLOSEDLOOP_DATABASE_BIN_DIR"
		return
	fi
	for dir in \
		"$(pg_config --bindir 2>/dev/null || true)" \
		"$(dirname "$(command -v initdb || echo /nowhere/initdb)")" \
		/usr/lib/postgresql/*/bin \
		/usr/pgsql-*/bin \
		/usr/libexec/postgresql*/ \
		/usr/local/pgsql/bin \
		/opt/homebrew/opt/postgresql@*/bin \
		/usr/local/opt/postgresql@*/bin \
		/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin \
		/Applications/Postgres.app/Contents/Versions/*/bin; do
		if [ -n "$dir" ] && suits "$dir" && has_contrib "$dir"; then
			echo "${dir%/}"
			return
		fi
	done
	return 1
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "This needs root, and there is no sudo. Run once as root: $0"
	fi
}

# with_apt installs the distribution's package. Debian's would at once create and
# start a cluster of its own on port 5432; when no server was there before, that
# is switched off for the time of the installation.
with_apt() {
	as_root apt-get update -q || say "The package lists could not be renewed; trying with those at hand."
	if ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
		apt_install postgresql
		return
	fi
	apt_install postgresql-common || return
	conf=/etc/postgresql-common/createcluster.conf
	mark='create_main_cluster = false # until closedloop has installed PostgreSQL'
	as_root sh -c "echo '$mark' >>$conf" || return
	installed=0
	apt_install postgresql || installed=$?
	as_root sed -i "/^$mark\$/d" "$conf"
	return "$installed"
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}

with_dnf() {
	# RHEL 9 and its relatives ship 13 unless a newer stream is chosen.
	if dnf -q module list postgresql:16 >/dev/null 2>&1; then
		as_root dnf -qy module enable postgresql:16 || return
	fi
	as_root dnf -qy install postgresql-server postgresql-contrib
}

with_apk() {
	for major in 17 16 15 18; do
		if [ -n "$(apk search -e "postgresql$major")" ]; then
			as_root apk add --no-progress "postgresql$major" "postgresql$major-contrib"
			return
		fi
	done
	return 1
}

if [ -n "${CLOSEDLOOP_DATABASE_URL:-}${CLOSEDLOOP_DATABASE_URL_FILE:-}" ] && [ "${1:-}" = --unless-external ]; then
	exit 0 # the database is elsewhere
fi
if usable >/dev/null; then
	exit 0
fi
if [ -n "${CLOSEDLOOP_DATABASE_BIN_DIR:-}" ]; then
	die "CLOSEDLOOP_DATABASE_BIN_DIR=$CLOSEDLOOP_DATABASE_BIN_DIR holds no PostgreSQL $oldest to $newest."
fi

for manager in apt-get dnf apk brew none; do
	if command -v "$manager" >/dev/null; then break; fi
done
say "closedloop needs PostgreSQL $oldest to $newest and finds none: installing it with $manager."
case $manager in
apt-get) with_apt || die "apt-get could not install PostgreSQL; its messages stand above." ;;
dnf) with_dnf || die "dnf could not install PostgreSQL; its messages stand above." ;;
apk) with_apk || die "apk has no PostgreSQL $oldest to $newest." ;;
brew) brew install postgresql@17 || die "brew could not install PostgreSQL; its messages stand above." ;;
*) die "No apt-get, dnf, apk or brew here. Install PostgreSQL $oldest to $newest with its contrib modules and try again." ;;
esac

dir=$(usable) || die "The installed PostgreSQL is not one of $oldest to $newest with pg_trgm and btree_gin.
Packages of every version: https://www.postgresql.org/download/"
say "PostgreSQL is in $dir."
