-- Erasing a person from texts of the house that hang on no account's file. Each place has two statements: one finds and
-- locks the rows that may speak of the person, as a key and texts; one puts the texts back without the person.

-- name: Erasing
-- Until the transaction is over, rows that are otherwise never changed admit the marker (migration 00035). Looking through all
-- notices of years takes longer than any other statement may; who asks waits no longer than for other requests.
SELECT set_config('closedloop.erasing', $1, true), set_config('statement_timeout', '0', true)

-- name: Speaks
-- Of what is said, words ($1) are looked for as they are written without blanks, hyphens, quotes and backslashes: numbers are
-- grouped in many ways, and texts of JSON have quotes. Whatever is found too much is left as it is later.
EXISTS (SELECT FROM unnest($1::text[]) word WHERE position(word IN translate(said, ' -"\', '')) > 0)

-- name: Namesakes
-- Names in which a name of the person stands: of colleagues, of people at other customers, and of customers. Accounts of the
-- person ($2) are left out.
SELECT name FROM users u WHERE EXISTS (SELECT FROM unnest($1::text[]) word WHERE position(word IN u.name) > 0)
UNION
SELECT name FROM contacts c WHERE c.account_id <> ALL($2::text[]) AND EXISTS (SELECT FROM unnest($1::text[]) word WHERE position(word IN c.name) > 0)
UNION
SELECT name FROM account_profile p WHERE p.account_id <> ALL($2::text[]) AND EXISTS (SELECT FROM unnest($1::text[]) word WHERE position(word IN p.name) > 0)

-- name: RedactAddress
UPDATE account_profile SET address = $2, version = version + 1, updated_by = $3, updated_at = now() WHERE account_id = $1

-- name: SaidInNotes
SELECT n.id, ARRAY[n.author, n.how] FROM history_notes n CROSS JOIN LATERAL concat(n.author, '|', n.how) AS said
WHERE n.account_id = $2 AND {Speaks} FOR UPDATE OF n

-- name: ForgetInNotes
UPDATE history_notes SET author = ($3::text[])[1], how = ($3::text[])[2] WHERE account_id = $1 AND id = $2

-- name: SaidInReasons
-- Why the account missed a deadline, or somebody brought too few leads, as it was told to a monthly review.
SELECT b.id, ARRAY[b.reason] FROM team_review_breaches b CROSS JOIN LATERAL COALESCE(b.reason, '') AS said
WHERE (b.account_id = $2 OR b.account_id IS NULL) AND {Speaks} FOR UPDATE OF b

-- name: ForgetInReasons
UPDATE team_review_breaches SET reason = ($3::text[])[1], erased_at = now() WHERE (account_id = $1 OR account_id IS NULL) AND id = $2

-- name: SaidInReasonVersions
SELECT c.id::text, ARRAY[c.before::text, c.after::text] FROM team_review_changes c
JOIN team_review_breaches b ON b.review_id = c.review_id AND b.id = c.record_id
CROSS JOIN LATERAL concat(c.before, '|', c.after) AS said
WHERE (b.account_id = $2 OR b.account_id IS NULL) AND c.record = 'breach' AND {Speaks} FOR UPDATE OF c

-- name: ForgetInReasonVersions
UPDATE team_review_changes SET before = ($3::text[])[1]::jsonb, after = ($3::text[])[2]::jsonb WHERE $1 <> '' AND id = $2::bigint

-- name: SaidInReviews
SELECT r.id, ARRAY[r.note] FROM team_reviews r CROSS JOIN LATERAL COALESCE(r.note, '') AS said WHERE {Speaks} FOR UPDATE OF r

-- name: ForgetInReviews
UPDATE team_reviews SET note = ($2::text[])[1], erased_at = now() WHERE id = $1

-- name: SaidInDecisions
SELECT d.id, ARRAY[d.text] FROM team_review_decisions d CROSS JOIN LATERAL COALESCE(d.text, '') AS said WHERE {Speaks} FOR UPDATE OF d

-- name: ForgetInDecisions
UPDATE team_review_decisions SET text = ($2::text[])[1], erased_at = now() WHERE id = $1

-- name: SaidInActions
SELECT x.id, ARRAY[x.text, x.done_note] FROM team_actions x CROSS JOIN LATERAL concat(x.text, '|', x.done_note) AS said
WHERE {Speaks} FOR UPDATE OF x

-- name: ForgetInActions
UPDATE team_actions SET text = ($2::text[])[1], done_note = ($2::text[])[2] WHERE id = $1

-- name: SaidInSignedActions
SELECT ra.review_id || '/' || ra.action_id, ARRAY[ra.text, ra.done_note] FROM team_review_actions ra
CROSS JOIN LATERAL concat(ra.text, '|', ra.done_note) AS said WHERE {Speaks} FOR UPDATE OF ra

-- name: ForgetInSignedActions
UPDATE team_review_actions SET text = ($2::text[])[1], done_note = ($2::text[])[2], erased_at = now()
WHERE review_id = split_part($1, '/', 1) AND action_id = split_part($1, '/', 2)

-- name: SaidInActionVersions
SELECT c.id::text, ARRAY[c.before::text, c.after::text] FROM team_review_changes c
CROSS JOIN LATERAL concat(c.before, '|', c.after) AS said WHERE c.record = 'action' AND {Speaks} FOR UPDATE OF c

-- name: ForgetInActionVersions
UPDATE team_review_changes SET before = ($2::text[])[1]::jsonb, after = ($2::text[])[2]::jsonb WHERE id = $1::bigint

-- name: SaidInBreaches
SELECT b.id, ARRAY[b.reason] FROM quota_breaches b CROSS JOIN LATERAL COALESCE(b.reason, '') AS said WHERE {Speaks} FOR UPDATE OF b

-- name: ForgetInBreaches
UPDATE quota_breaches SET reason = ($2::text[])[1] WHERE id = $1

-- name: SaidInBreachSteps
SELECT s.breach_id || '/' || s.step, ARRAY[s.comment] FROM quota_breach_steps s CROSS JOIN LATERAL COALESCE(s.comment, '') AS said
WHERE {Speaks} FOR UPDATE OF s

-- name: ForgetInBreachSteps
UPDATE quota_breach_steps SET comment = ($2::text[])[1], erased_at = now()
WHERE breach_id = split_part($1, '/', 1) AND step = split_part($1, '/', 2)

-- name: SaidInBulletins
SELECT b.id, ARRAY[b.reason] FROM quota_bulletins b CROSS JOIN LATERAL COALESCE(b.reason, '') AS said WHERE {Speaks} FOR UPDATE OF b

-- name: ForgetInBulletins
UPDATE quota_bulletins SET reason = ($2::text[])[1], erased_at = now() WHERE id = $1

-- name: SaidInPersonTasks
SELECT t.id, ARRAY[t.args::text, to_jsonb(t.reason)::text] FROM person_tasks t CROSS JOIN LATERAL concat(t.args, '|', t.reason) AS said
WHERE {Speaks} FOR UPDATE OF t

-- name: ForgetInPersonTasks
UPDATE person_tasks SET args = ($2::text[])[1]::jsonb, reason = ($2::text[])[2]::jsonb #>> '{}' WHERE id = $1

-- name: SaidInPersonNotices
SELECT n.id, ARRAY[n.args::text] FROM person_notices n CROSS JOIN LATERAL concat(n.args) AS said WHERE {Speaks} FOR UPDATE OF n

-- name: ForgetInPersonNotices
UPDATE person_notices SET args = ($2::text[])[1]::jsonb WHERE id = $1

-- name: SaidInHandovers
SELECT h.id, ARRAY[h.reason] FROM handovers h CROSS JOIN LATERAL COALESCE(h.reason, '') AS said WHERE {Speaks} FOR UPDATE OF h

-- name: ForgetInHandovers
UPDATE handovers SET reason = ($2::text[])[1] WHERE id = $1

-- name: SaidInLeave
SELECT l.id, ARRAY[l.note] FROM leave l CROSS JOIN LATERAL COALESCE(l.note, '') AS said WHERE {Speaks} FOR UPDATE OF l

-- name: ForgetInLeave
UPDATE leave SET note = ($2::text[])[1] WHERE id = $1

-- name: SaidInDeliveries
-- What a channel answered may quote what was sent, and to whom.
SELECT d.id, ARRAY[d.detail] FROM deliveries d CROSS JOIN LATERAL COALESCE(d.detail, '') AS said WHERE d.detail IS NOT NULL AND {Speaks} FOR UPDATE OF d

-- name: ForgetInDeliveries
UPDATE deliveries SET detail = ($2::text[])[1] WHERE id = $1

-- name: SaidInPauses
-- … also to what made a whole channel halt.
SELECT c.channel, ARRAY[c.detail] FROM channel_pauses c CROSS JOIN LATERAL COALESCE(c.detail, '') AS said WHERE {Speaks} FOR UPDATE OF c

-- name: ForgetInPauses
UPDATE channel_pauses SET detail = ($2::text[])[1] WHERE channel = $1

-- name: SaidInImports
SELECT i.id, ARRAY[i.filename] FROM imports i CROSS JOIN LATERAL COALESCE(i.filename, '') AS said WHERE {Speaks} FOR UPDATE OF i

-- name: ForgetInImports
UPDATE imports SET filename = ($2::text[])[1] WHERE id = $1

-- name: SaidInErasures
-- Why somebody was to be erased.
SELECT e.account_id || '/' || e.contact_id, ARRAY[e.reason] FROM erasures e CROSS JOIN LATERAL COALESCE(e.reason, '') AS said WHERE {Speaks} FOR UPDATE OF e

-- name: ForgetInErasures
UPDATE erasures SET reason = ($2::text[])[1] WHERE account_id = split_part($1, '/', 1) AND contact_id = split_part($1, '/', 2)
