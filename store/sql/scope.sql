-- Who sees an account: its owner, who opened it, the line above its team, whoever holds or held a seat in one of its
-- approvals (with alternates), whom a service plan names or who has one of its services to render, and those who see
-- everything. Rows of accounts name all of them in seen_by, people and teams side by side; the seats of an account's approvals
-- and its services are among them as soon as the account's own row is written. @owners are
-- the viewer and everybody the viewer stands in for, @teams what they lead. The condition is about the row a of accounts; it
-- is the only one of its kind (trust-and-speed.md SR2), for one account at hand and for lists, where an index answers it.

-- name: Visible
(@all::boolean OR a.seen_by && (@owners::text[] || @teams::text[]))

-- name: IsVisible
SELECT EXISTS (SELECT FROM accounts a WHERE a.id = @id AND {Visible})
