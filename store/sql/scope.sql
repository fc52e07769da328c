-- Who sees an account: its owner, who opened it, the line above its team, whoever holds or held a seat in one of its
-- approvals (with alternates), and those who see everything. @owners are the viewer and everybody the viewer stands in
-- for, @teams what they lead. The condition is about the row a of accounts; it is the only one of its kind
-- (trust-and-speed.md SR2). It comes in two forms with one meaning, held together by a test.

-- name: Visible
-- For one account at hand.
(@all::boolean OR a.owner_id = ANY(@owners::text[]) OR a.opened_by = ANY(@owners::text[]) OR a.team_id = ANY(@teams::text[])
    OR EXISTS (SELECT FROM approval_levels named WHERE named.account_id = a.id AND named.people && @owners::text[]))

-- name: VisibleAll
-- For lists: every part can be answered from an index.
(@all::boolean OR a.owner_id = ANY(@owners::text[]) OR a.opened_by = ANY(@owners::text[]) OR a.team_id = ANY(@teams::text[])
    OR a.id = ANY(ARRAY(SELECT named.account_id FROM approval_levels named WHERE named.people && @owners::text[])))

-- name: IsVisible
SELECT EXISTS (SELECT FROM accounts a WHERE a.id = @id AND {Visible})
