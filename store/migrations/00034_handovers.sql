-- +goose Up

-- Handing over what hangs on a person (domain.md §9). The plan is frozen when the handover is ordered: one row for every
-- account and its successor, before the first of them moves. What the account's log says of a move is the truth; these rows
-- say how far the act is.

CREATE TABLE handovers (
    id          text COLLATE "C" NOT NULL,
    from_id     text COLLATE "C" NOT NULL,
    ordered_by  text COLLATE "C" NOT NULL,
    reason      text NOT NULL,
    rules       jsonb NOT NULL, -- who gets what; what reaches the person meanwhile is given by the same rules
    deactivate  boolean NOT NULL DEFAULT false,
    status      text NOT NULL,
    round       integer NOT NULL DEFAULT 1, -- of looks at what hangs on the person; the first is the order
    beside      jsonb NOT NULL DEFAULT '{}', -- what moved that belongs to no account
    ordered_at  timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT handovers_pkey PRIMARY KEY (id),
    CONSTRAINT handovers_status_check CHECK (status IN ('running', 'done', 'left')),
    CONSTRAINT handovers_finished_check CHECK ((status = 'running') = (finished_at IS NULL))
);

-- One at a time for a person.
CREATE UNIQUE INDEX handovers_running_idx ON handovers (from_id) WHERE status = 'running';

-- Those of a person, newest first.
CREATE INDEX handovers_from_idx ON handovers (from_id, ordered_at DESC, id DESC);

CREATE TABLE handover_moves (
    handover_id text COLLATE "C" NOT NULL,
    position    integer NOT NULL, -- in the plan
    round       integer NOT NULL,
    account_id  text COLLATE "C" NOT NULL,
    to_id       text COLLATE "C" NOT NULL,
    holds       jsonb NOT NULL, -- what hung on the person when it was planned
    status      text NOT NULL,
    attempts    integer NOT NULL DEFAULT 0,
    seq         bigint, -- of the event in the account's log
    reasons     jsonb, -- why it was refused
    moved_at    timestamptz,
    CONSTRAINT handover_moves_pkey PRIMARY KEY (handover_id, position), -- also pages through the plan
    CONSTRAINT handover_moves_account_key UNIQUE (handover_id, account_id, round),
    CONSTRAINT handover_moves_status_check CHECK (status IN ('planned', 'moved', 'nothing', 'failed')),
    CONSTRAINT handover_moves_handover_id_fkey FOREIGN KEY (handover_id) REFERENCES handovers (id)
);

-- What is still to be moved of a handover.
CREATE INDEX handover_moves_planned_idx ON handover_moves (handover_id, position) WHERE status = 'planned';
