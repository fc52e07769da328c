-- +goose Up

-- Parts of the country keep office hours and days off of their own. A region is no more than a name: teams carry it, areas
-- hand it down to the teams in them, and the calendar has words about it beside those about the whole organisation.

ALTER TABLE teams ADD COLUMN region text COLLATE "C",
    ADD CONSTRAINT teams_region_check CHECK (region ~ '^[a-z][a-z0-9-]{0,31}$');

-- Who gave a team which region, and when: it moves deadlines as a word about the calendar does. Rows are added and never
-- changed; the newest of a team says the same as its row in teams.

CREATE TABLE team_regions (
    team_id    text COLLATE "C" NOT NULL,
    revision   bigint NOT NULL, -- counts up within the team
    region     text COLLATE "C", -- NULL: that of the area around it, or none
    changed_by text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT team_regions_pkey PRIMARY KEY (team_id, revision),
    CONSTRAINT team_regions_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams (id),
    CONSTRAINT team_regions_revision_check CHECK (revision > 0)
);

-- Words about the calendar belong to a region, or to the organisation (''), over which those of the regions lie.

ALTER TABLE calendar_changes ADD COLUMN region text COLLATE "C" NOT NULL DEFAULT '',
    ADD CONSTRAINT calendar_changes_region_check CHECK (region ~ '^([a-z][a-z0-9-]{0,31})?$'),
    DROP CONSTRAINT calendar_changes_pkey,
    ADD CONSTRAINT calendar_changes_pkey PRIMARY KEY (region, year, revision);
ALTER TABLE calendar_changes ALTER COLUMN region DROP DEFAULT;

-- Which calendar an account must have follows from its team. The watchdog walks over the pairs of both that there are, a few
-- for each team, and not over the accounts.

DROP INDEX accounts_calendar_idx;
CREATE INDEX accounts_calendar_idx ON accounts (calendar, COALESCE(team_id, '')) WHERE calendar IS NOT NULL;
