#!/bin/sh
# Creates the namespace once the server answers. A port that is open is not yet a
# server that answers, so this asks again for a minute.
set -eu

waited=0
until temporal operator cluster health >/dev/null 2>&1; do
	waited=$((waited + 2))
	if [ $waited -gt 60 ]; then
		temporal operator cluster health # says why
		exit 1
	fi
	sleep 2
done

if temporal operator namespace describe --namespace closedloop >/dev/null 2>&1; then exit 0; fi
# Closed runs stay visible for a month. The product does not depend on it: its log
# is in its own database.
temporal operator namespace create --namespace closedloop --retention 30d
