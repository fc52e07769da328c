-- +goose Up

-- Accounts whose dated records changed and whose clocks were not looked at since. A row is made in the transaction that
-- writes the record, and goes with the recompute that plans the clocks; the watchdog sends the recomputes that nobody else
-- could send. There are few rows at any time, so the key is the only index.

CREATE TABLE replans (
    account_id text COLLATE "C" NOT NULL,
    since      timestamptz NOT NULL, -- of the first change that waits
    CONSTRAINT replans_pkey PRIMARY KEY (account_id)
);

-- Whom service plans name: they hear of the account and see it, whoever owns it. Few accounts name anybody besides their
-- owner, so the index that finds those of one person holds only them.

ALTER TABLE accounts ADD COLUMN served_by text[] COLLATE "C" NOT NULL DEFAULT '{}';
CREATE INDEX accounts_served_by_idx ON accounts USING gin (served_by) WHERE served_by <> '{}';

-- Accounts that have dated records, or were won, before there was an agenda.

INSERT INTO replans (account_id, since)
SELECT a.id, now() FROM accounts a
WHERE a.status <> 'closed' AND (a.step = 'maintain' OR a.state ->> 'won_at' IS NOT NULL OR EXISTS (
    SELECT FROM dossier d WHERE d.account_id = a.id
        AND d.kind IN ('agreement', 'evaluation', 'value_score', 'service_plan', 'survey', 'credit')));
