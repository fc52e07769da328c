-- +goose Up

-- What comes up for people (docs/decisions/0028-what-comes-up.md). Tasks that belong to no account and monthly reviews remember
-- which rungs of their ladders were climbed, so that each is climbed once, however late. Open ones with a date are looked
-- through every morning.

ALTER TABLE person_tasks ADD COLUMN reached text[] COLLATE "C" NOT NULL DEFAULT '{}';
CREATE INDEX person_tasks_dated_idx ON person_tasks (due_at, id) WHERE status = 'open' AND due_at IS NOT NULL;

ALTER TABLE team_reviews ADD COLUMN reached text[] COLLATE "C" NOT NULL DEFAULT '{}';

-- When an account first calls sales operations by itself: the earliest rung that asks for somebody else. Every account may, so
-- who works there has a list only through an index in this order. The instants are written in UTC, which makes reading them
-- independent of any setting.

-- +goose StatementBegin
CREATE FUNCTION reassign_at(state json) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT min((r ->> 'at')::timestamptz)
    FROM jsonb_path_query(state::jsonb, '$.clocks[*].rungs[*] ? (@.name == "reassign")') r
    WHERE r ->> 'at' > '0002'
$$;
-- +goose StatementEnd

CREATE INDEX accounts_reassign_at_idx ON accounts (reassign_at(state), id) WHERE status <> 'closed' AND reassign_at(state) IS NOT NULL;
