-- The log as it is read, and what is put beside commands.

-- name: Stage
-- A repeated request brings texts under new IDs while the first one is still on its way: both sets stay.
INSERT INTO staged (account_id, key, texts, draft, staged_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (account_id, key) DO UPDATE SET texts = staged.texts || EXCLUDED.texts,
    draft = COALESCE(EXCLUDED.draft, staged.draft), staged_at = EXCLUDED.staged_at

-- name: Unstage
DELETE FROM staged WHERE account_id = $1 AND key = $2

-- name: EventColumns
-- In the order of scanEvent.
e.account_id, e.seq, e.cycle, e.step, e.kind, e.version, e.body, e.actor, e.command_key, e.at, e.prev_hash, e.hash

-- name: Events
SELECT {EventColumns}
FROM account_events e JOIN accounts a ON a.id = e.account_id
WHERE e.account_id = @id AND e.seq > @after AND {Visible}
ORDER BY e.seq
LIMIT @limit

-- name: TextsOfEvents
-- A reference to a text is an object with an ID and a hash, wherever it stands in an event; an approval's text stands in
-- every event about it.
SELECT t.id, t.text FROM account_texts t
WHERE t.account_id = @id AND t.id IN (
    SELECT r ->> 'id' FROM account_events e, jsonb_path_query(e.body, '$.** ? (exists (@.id) && exists (@.hash))') r
    WHERE e.account_id = @id AND e.seq BETWEEN @first AND @last)

-- name: Texts
SELECT account_id, id, text FROM account_texts WHERE account_id = ANY($1::text[]) AND id = ANY($2::text[])

-- name: TextsOf
SELECT t.id, t.text FROM account_texts t WHERE t.account_id = $1 AND t.id = ANY($2::text[])

-- name: EraseText
DELETE FROM account_texts WHERE account_id = $1 AND id = $2

-- name: WholeLog
SELECT {EventColumns} FROM account_events e JOIN accounts a ON a.id = e.account_id
WHERE e.account_id = @id AND {Visible}
ORDER BY e.seq

-- name: LogOf
-- For the process itself: the account's projection may be missing or wrong.
SELECT {EventColumns} FROM account_events e WHERE e.account_id = $1 ORDER BY e.seq

-- name: Logged
-- Accounts that have a log or a row, in order of ID: both should be the same ones.
(SELECT account_id FROM account_events WHERE seq = 1 AND account_id > $1 ORDER BY account_id LIMIT $2)
UNION
(SELECT id FROM accounts WHERE id > $1 ORDER BY id LIMIT $2)
ORDER BY 1
LIMIT $2
