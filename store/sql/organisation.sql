-- People, teams, territories; delegations and leave are written in leave.sql.

-- name: OrgVersion
SELECT version FROM org_version

-- name: Versions
-- What a command needs to know whether it knows the organisation, the playbooks and the calendar.
SELECT o.version, b.version, c.version FROM org_version o CROSS JOIN playbook_version b CROSS JOIN calendar_version c

-- name: Organisation
-- One statement sees one snapshot, so the version and everything under it belong together. Of leave it is what may still matter:
-- rules ask who is away now or will be, at the earliest when a command was sent that is still on its way. The newest leave was
-- entered not later than now, so what ended a month before that is over; whoever looks at days of long ago asks for their leave.
SELECT v.version,
    (SELECT COALESCE(json_agg(json_build_object('ID', id, 'Login', login, 'Name', name, 'Role', role,
        'Team', COALESCE(team_id, ''), 'Active', active) ORDER BY login), '[]') FROM users),
    (SELECT COALESCE(json_agg(json_build_object('ID', id, 'Name', name, 'Parent', COALESCE(parent_id, ''),
        'Lead', COALESCE(lead_id, ''), 'Region', COALESCE(region, '')) ORDER BY name, id), '[]') FROM teams),
    (SELECT COALESCE(json_agg(json_build_object('ID', id, 'From', from_id, 'To', to_id,
        'Since', to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'Until', to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) ORDER BY since, id), '[]') FROM delegations),
    (SELECT COALESCE(json_agg(json_build_object('ID', id, 'Person', person_id, 'First', first_day, 'Last', LEAST(last_day, ended_from - 1),
        'Since', to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'Until', to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'Deputy', COALESCE(deputy_id, '')) ORDER BY first_day, id), '[]')
        FROM leave WHERE first_day IS DISTINCT FROM ended_from AND until > (SELECT max(created_at) FROM leave) - interval '31 days'),
    (SELECT COALESCE(json_object_agg(name, team_id), '{}') FROM territories)
FROM org_version v

-- name: LockOrganisation
-- Whoever seeds or changes the organisation waits here for the other one.
SELECT version FROM org_version FOR UPDATE

-- name: AnybodyThere
SELECT EXISTS (SELECT FROM users)

-- name: AddTeam
INSERT INTO teams (id, name, parent_id, lead_id, region) VALUES ($1, $2, $3, $4, $5)

-- name: SetTeamRegion
UPDATE teams SET region = $2 WHERE id = $1

-- name: AddTeamRegion
INSERT INTO team_regions (team_id, revision, region, changed_by, changed_at)
SELECT $1, COALESCE(max(revision), 0) + 1, $2, $3, clock_timestamp() FROM team_regions WHERE team_id = $1

-- name: AddUser
INSERT INTO users (id, login, name, role, team_id, active, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, true, $6, now())

-- name: AddTerritory
INSERT INTO territories (name, team_id) VALUES ($1, $2)
