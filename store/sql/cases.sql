-- The case library. Everybody reads it; who does not see a case's account reads it without the customer.

-- name: AddCase
-- The cycle began with its first event.
INSERT INTO cases (id, account_id, seq, cycle, version, outcome, step, grade, book_name, book_version, owner_id, team_id, author_id, started_at,
    won_at, ended_at, customer, industry, premises, account_kind, monthly_inbound, monthly_outbound, texts, open_texts, reason_id, rival_id,
    search_text, open_search, updated_by, updated_at)
VALUES (@id, @account, @seq, @cycle, 1, @outcome, @step, @grade, @book, @book_version, @owner, @team, @author,
    COALESCE((SELECT min(e.at) FROM account_events e WHERE e.account_id = @account AND e.cycle = @cycle), @ended_at),
    @won_at, @ended_at, @customer, @industry, @premises, @kind, @inbound, @outbound, @texts, @open_texts, @reason_id, @rival_id,
    @search, @open_search, @author, @ended_at)

-- name: CaseReopened
-- A customer that was lost is taken up again.
UPDATE cases SET reopened_at = $2 WHERE account_id = $1 AND outcome = 'lost' AND reopened_at IS NULL

-- name: CaseColumns
-- In the order of scanCase; the row c of cases and a of accounts.
c.id, c.account_id, a.number, {Visible}, c.seq, c.cycle, c.version, c.outcome, c.step, COALESCE(c.grade, ''), c.book_name, c.book_version,
    COALESCE(c.owner_id, ''), COALESCE(c.team_id, ''), c.author_id, c.started_at, c.won_at, c.ended_at, c.reopened_at, c.customer, c.industry, c.premises,
    COALESCE(c.account_kind, ''), c.monthly_inbound, c.monthly_outbound, c.texts, c.open_texts, c.updated_by, c.updated_at

-- name: Cases
-- Newest first. The conditions of a search, the order and the limit follow in cases.go.
SELECT {CaseColumns}
FROM cases c JOIN accounts a ON a.id = c.account_id
WHERE (@first::boolean OR (c.ended_at, c.id) < (@at::timestamptz, @after::text))
    AND (@outcome::text = '' OR c.outcome = @outcome) AND (@grade::text = '' OR c.grade = @grade)
    AND (@industry::text = '' OR c.industry ILIKE @industry) AND (@rival::text = '' OR c.open_texts ->> 'rival' ILIKE @rival)
    AND (@team::text = '' OR c.team_id = ANY(@below::text[]))
    AND (@since::timestamptz IS NULL OR c.ended_at >= @since) AND (@until::timestamptz IS NULL OR c.ended_at < @until)

-- name: Case
SELECT {CaseColumns} FROM cases c JOIN accounts a ON a.id = c.account_id WHERE c.id = @id

-- name: CaseHome
-- The account of a case, locked against erasing before the case itself.
SELECT a.state FROM accounts a WHERE a.id = (SELECT c.account_id FROM cases c WHERE c.id = $1) FOR SHARE

-- name: LockCase
SELECT {CaseColumns} FROM cases c JOIN accounts a ON a.id = c.account_id WHERE c.id = @id FOR UPDATE OF c

-- name: ChangeCase
UPDATE cases SET version = version + 1, texts = @texts, open_texts = @open_texts, search_text = @search, open_search = @open_search,
    updated_by = @by, updated_at = now()
WHERE id = @id

-- name: CasesOf
-- All of an account's, for erasing: the present texts, and what everybody reads.
SELECT c.id, c.version, c.customer, a.number, c.industry, c.texts, c.open_texts, COALESCE(c.reason_id, ''), COALESCE(c.rival_id, '')
FROM cases c JOIN accounts a ON a.id = c.account_id WHERE c.account_id = $1 ORDER BY c.id FOR UPDATE OF c

-- name: CaseVersions
SELECT id, before, after FROM record_changes WHERE account_id = $1 AND record = 'cases' AND record_id = $2 ORDER BY id FOR UPDATE
