-- +goose Up

-- Accounts whose dated records changed and whose clocks were not looked at since. A row is made in the transaction that
-- writes the record, and goes with the recompute that plans the clocks; the watchdog sends the recomputes that nobody else
-- could send. There are few rows at any time, so the key is the only index.

CREATE TABLE replans (
    account_id text COLLATE "C" NOT NULL,
    since      timestamptz NOT NULL, -- of the first change that waits
    CONSTRAINT replans_pkey PRIMARY KEY (account_id)
);

-- Accounts that have dated records, or were won, before there was an agenda.

INSERT INTO replans (account_id, since)
SELECT a.id, now() FROM accounts a
WHERE a.status <> 'closed' AND (a.step = 'maintain' OR a.state ->> 'won_at' IS NOT NULL OR EXISTS (
    SELECT FROM dossier d WHERE d.account_id = a.id
        AND d.kind IN ('agreement', 'evaluation', 'value_score', 'service_plan', 'survey', 'credit')));
