-- What records put on the agenda of an account. Who writes a dated record leaves a mark: see AddChange.

-- name: Dated
-- The kinds of records that put something on the agenda, or take it off: those of dossier.DatedKinds; a test compares.
('agreement', 'evaluation', 'value_score', 'service_plan', 'survey', 'credit', 'support_request', 'executive_visit', 'visit_review', 'plan_revision')

-- name: DatedDocuments
-- Of every cycle: an agreement outlives the one in which it was signed.
SELECT {DossierColumns} FROM dossier d WHERE d.account_id = $1 AND d.kind = ANY($2::text[]) ORDER BY d.kind, d.created_at, d.id

-- name: ClearReplan
-- Under the lock of a command: whoever wrote a record before it is seen by it, whoever comes after waits for it.
DELETE FROM replans WHERE account_id = $1

-- name: Unplanned
SELECT account_id, since FROM replans WHERE since < $1 AND (since, account_id) > ($3, $4) ORDER BY since, account_id LIMIT $2
