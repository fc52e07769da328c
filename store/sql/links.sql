-- What reaches people outside a session: links that decide, and calendar feeds.

-- name: ApprovalByID
-- Whoever asks: for the program itself.
SELECT {ApprovalColumns}
FROM approvals r
JOIN accounts a ON a.id = r.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE r.id = $1

-- name: AddDecisionLink
-- The same link goes out with every attempt of its delivery, and lasts from the last one on; a used one stays used.
INSERT INTO decision_links (hash, id, approval_id, person_id, level, subject_version, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (hash) DO UPDATE SET expires_at = GREATEST(decision_links.expires_at, EXCLUDED.expires_at)

-- name: DecisionLink
-- With the request, whoever asks: the secret is the right to read what it is about.
SELECT {ApprovalColumns}, l.id, l.person_id, l.level, l.subject_version, l.made_at, l.expires_at, l.used_at
FROM decision_links l
JOIN approvals r ON r.id = l.approval_id
JOIN accounts a ON a.id = r.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE l.hash = $1

-- name: UseDecisionLink
-- The first use stays.
UPDATE decision_links SET used_at = $2 WHERE id = $1 AND used_at IS NULL

-- name: SweepDecisionLinks
-- For a month after its time a link still says what became of it.
DELETE FROM decision_links WHERE expires_at < $1::timestamptz - interval '30 days'

-- name: PutCalendarFeed
INSERT INTO calendar_feeds (user_id, hash, language, names, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_id) DO UPDATE SET hash = EXCLUDED.hash, language = EXCLUDED.language, names = EXCLUDED.names, created_at = EXCLUDED.created_at

-- name: DropCalendarFeed
DELETE FROM calendar_feeds WHERE user_id = $1

-- name: CalendarFeedColumns
-- In the order of scanFeed.
f.user_id, f.language, f.names, f.created_at

-- name: CalendarFeedOf
SELECT {CalendarFeedColumns} FROM calendar_feeds f WHERE f.user_id = $1

-- name: CalendarFeed
-- Of somebody who is there: the feed of a leaver is none.
SELECT {CalendarFeedColumns} FROM calendar_feeds f JOIN users u ON u.id = f.user_id AND u.active WHERE f.hash = $1
