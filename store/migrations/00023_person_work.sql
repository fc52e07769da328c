-- +goose Up

-- What people have to do and hear that belongs to no account's log: what sweeps over the house ask for, and what concerns a
-- team or a person. Operational state: nothing here follows from a log, and nothing of it is rebuilt. The lists of tasks and
-- the inbox put these rows beside those of the accounts.

CREATE TABLE person_tasks (
    id            text COLLATE "C" NOT NULL, -- follows from kind, ref and assignee, so that nobody is asked twice
    kind          text NOT NULL,
    assignee_id   text COLLATE "C" NOT NULL,
    ref           text COLLATE "C" NOT NULL,
    args          jsonb NOT NULL,    -- what its sentence says beside: texts in the order of their places
    reason_wanted boolean NOT NULL,  -- it is not done without a stated reason
    due_at        timestamptz,
    status        text NOT NULL,
    opened_at     timestamptz NOT NULL,
    closed_at     timestamptz,
    closed_by     text COLLATE "C",
    reason        text,
    CONSTRAINT person_tasks_pkey PRIMARY KEY (id),
    CONSTRAINT person_tasks_args_check CHECK (jsonb_typeof(args) = 'array'),
    CONSTRAINT person_tasks_status_check CHECK (status IN ('open', 'done', 'void')),
    CONSTRAINT person_tasks_closed_check CHECK ((status = 'open') = (closed_at IS NULL)),
    CONSTRAINT person_tasks_reason_check CHECK (status <> 'done' OR NOT reason_wanted OR reason IS NOT NULL)
);

-- The two orders of the list of tasks, as in tasks, and everything about one matter.

CREATE INDEX person_tasks_assignee_status_due_idx ON person_tasks (assignee_id, status, COALESCE(due_at, 'infinity'), id);
CREATE INDEX person_tasks_assignee_due_idx ON person_tasks (assignee_id, COALESCE(due_at, 'infinity'), id);
CREATE INDEX person_tasks_ref_idx ON person_tasks (ref);

CREATE TABLE person_notices (
    id        text COLLATE "C" NOT NULL, -- follows from kind, ref and person, so that nobody hears it twice
    kind      text NOT NULL,
    person_id text COLLATE "C" NOT NULL,
    ref       text COLLATE "C" NOT NULL,
    args      jsonb NOT NULL,
    due_at    timestamptz,
    at        timestamptz NOT NULL,
    read_at   timestamptz,
    CONSTRAINT person_notices_pkey PRIMARY KEY (id),
    CONSTRAINT person_notices_args_check CHECK (jsonb_typeof(args) = 'array')
);

CREATE INDEX person_notices_person_id_idx ON person_notices (person_id, at, id);
CREATE INDEX person_notices_unread_idx ON person_notices (person_id, at, id) WHERE read_at IS NULL;

-- What the house does by itself, period by period: a day, a month. The key makes a job happen once for a period, whoever
-- starts it and however often: the schedule, the watchdog, somebody by hand.

CREATE TABLE job_runs (
    job         text COLLATE "C" NOT NULL,
    period      text COLLATE "C" NOT NULL, -- '2026-05-04', '2026-05': sorts in the order of time
    state       text NOT NULL,
    started_at  timestamptz NOT NULL, -- of the last attempt
    finished_at timestamptz,
    attempts    integer NOT NULL,
    detail      jsonb NOT NULL, -- what it did, in numbers
    error       text,           -- of the last attempt, while that one failed
    CONSTRAINT job_runs_pkey PRIMARY KEY (job, period),
    CONSTRAINT job_runs_state_check CHECK (state IN ('running', 'failed', 'done')),
    CONSTRAINT job_runs_finished_check CHECK ((state = 'done') = (finished_at IS NOT NULL))
);
