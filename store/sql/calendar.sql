-- What administrators said about working time, and the rules behind the versions that clocks carry.

-- name: CalendarVersion
SELECT version FROM calendar_version

-- name: CalendarDocuments
-- The newest of each year, of the organisation first.
SELECT DISTINCT ON (region, year) region, year, revision, document, changed_by, changed_at FROM calendar_changes ORDER BY region, year, revision DESC

-- name: CalendarChanges
-- Of one region, or of the organisation (''), newest first, behind one of them.
SELECT region, year, revision, document, changed_by, changed_at FROM calendar_changes
WHERE region = $5 AND ($1::timestamptz IS NULL OR (changed_at, year, revision) < ($1, $2, $3))
ORDER BY changed_at DESC, year DESC, revision DESC LIMIT $4

-- name: LockCalendar
-- Whoever changes the calendar waits here for the other one.
SELECT version FROM calendar_version FOR UPDATE

-- name: CalendarRevision
SELECT COALESCE(max(revision), 0) FROM calendar_changes WHERE region = $1 AND year = $2

-- name: AddCalendarChange
INSERT INTO calendar_changes (region, year, revision, document, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, clock_timestamp())
RETURNING changed_at

-- name: KeepCalendarRules
INSERT INTO calendar_rules (version, rules) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: CalendarRules
SELECT version, rules FROM calendar_rules WHERE version = ANY($1::text[])

-- name: PlacedStates
-- States of accounts of some teams (NULL: of all) with running clocks that end behind an instant, for a look at what a
-- change would move.
SELECT id, state FROM accounts
WHERE id > $1 AND calendar IS NOT NULL AND placed_until >= $2 AND ($4::text[] IS NULL OR team_id = ANY($4)) ORDER BY id LIMIT $3
