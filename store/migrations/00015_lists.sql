-- +goose Up

-- Lists stay fast: with 100,000 accounts and millions of events every list answers from indexes (docs/performance-lists.md;
-- bench/lists measures it, plan tests of package store hold it).

CREATE EXTENSION IF NOT EXISTS btree_gin;

-- Who sees an account, besides those who see everything: its owner, its team, who opened it, and everybody with a seat in one
-- of its approvals. It follows from the row and from approval_levels, and is written with the row. One column instead of four
-- conditions, of which one would look into another table for every row: Postgres keeps statistics of its elements, so it
-- knows how much of the house somebody sees.

ALTER TABLE accounts ADD COLUMN seen_by text[] COLLATE "C";

UPDATE accounts a SET seen_by = ARRAY(
    SELECT p COLLATE "C" FROM unnest(ARRAY[a.owner_id, a.team_id, a.opened_by]::text[]) p WHERE p IS NOT NULL
    UNION
    SELECT unnest(l.people) COLLATE "C" FROM approval_levels l WHERE l.account_id = a.id
    ORDER BY 1);

ALTER TABLE accounts ALTER COLUMN seen_by SET NOT NULL;

-- For lists of somebody's accounts, with any of the filters: the index intersects both before a row is looked at. Without
-- fastupdate, whose pending entries every reader would have to go through.

CREATE INDEX accounts_seen_by_idx ON accounts USING gin (seen_by, status, step, grade, overdue) WITH (fastupdate = off);

-- People and teams are some thousand; their frequencies are worth knowing, each of them.

ALTER TABLE accounts ALTER COLUMN seen_by SET STATISTICS 1000;

-- The filters hang together: a lead is never graded, a closed account never overdue. Multiplied, their frequencies would be
-- wrong by any factor; there are few combinations, and all of them are counted.

CREATE STATISTICS accounts_filters (mcv) ON status, step, grade, overdue FROM accounts;
ALTER STATISTICS accounts_filters SET STATISTICS 1000;

-- One index for every order of the account list. The filters stand behind: an index that is walked in order tells what a
-- filter leaves out without a look at the row. Values of nullable columns and those without are two stretches of one index.

DROP INDEX accounts_updated_at_idx;
CREATE INDEX accounts_updated_at_idx ON accounts (updated_at, id, status, step, grade, overdue);
CREATE INDEX accounts_opened_at_idx ON accounts (opened_at, id, status, step, grade, overdue);
CREATE INDEX accounts_number_idx ON accounts (number, status, step, grade, overdue);
CREATE INDEX accounts_deadline_at_idx ON accounts (deadline_at, id, status, step, grade, overdue);
CREATE INDEX accounts_next_follow_up_at_idx ON accounts (next_follow_up_at, id, status, step, grade, overdue);

-- For a filter that leaves little, in any order: what is left is read and sorted.

CREATE INDEX accounts_filters_idx ON accounts (status, step, grade, overdue);

-- The same within one owner and one team.

DROP INDEX accounts_owner_id_idx;
DROP INDEX accounts_team_id_idx;
CREATE INDEX accounts_owner_id_idx ON accounts (owner_id, status, step, grade, overdue);
CREATE INDEX accounts_team_id_idx ON accounts (team_id, status, step, grade, overdue);

-- It served the scope, which seen_by does now.

DROP INDEX accounts_opened_by_idx;

-- Rows of accounts are rewritten with every command: statistics and the map of what all can see follow sooner than by the
-- usual fifth of a table.

ALTER TABLE accounts SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- What is searched for with one or two characters has no trigram. All characters and pairs of them within a word are an index
-- of their own; it is over an expression, so that a profile does not carry them.

CREATE FUNCTION search_grams(search_text text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
    RETURN ARRAY(
        SELECT substr(search_text, i, n) FROM generate_series(1, length(search_text)) i, generate_series(1, 2) n
        WHERE substr(search_text, i, n) NOT LIKE '% %'
        GROUP BY 1);

CREATE INDEX account_profile_search_grams_idx ON account_profile USING gin (search_grams(search_text));
ALTER TABLE account_profile ALTER COLUMN search_text SET STATISTICS 1000;

-- Somebody's tasks in order of their dates: those of one status, and all.

DROP INDEX tasks_assignee_id_idx;
CREATE INDEX tasks_assignee_status_due_idx ON tasks (assignee_id, status, COALESCE(due_at, 'infinity'), id);
CREATE INDEX tasks_assignee_due_idx ON tasks (assignee_id, COALESCE(due_at, 'infinity'), id);

-- All requests, newest first; status and kind stand behind, as with accounts.

DROP INDEX approvals_requested_at_idx;
CREATE INDEX approvals_requested_at_idx ON approvals (requested_at, id, status, kind);

-- Whose word is missing: few seats of all that ever were.

CREATE INDEX approval_levels_waiting_idx ON approval_levels USING gin (people) WHERE decision IS NULL;

-- It served the scope, which seen_by does now.

DROP INDEX approval_levels_people_idx;

-- Which lines of the inbox are still to be read. notification_reads stays what it is based on, so that a rebuilt inbox is as
-- read as before; to find the few unread lines there one would have to go through all that were ever read.

ALTER TABLE notifications ADD COLUMN unread boolean NOT NULL DEFAULT true;

UPDATE notifications n SET unread = false FROM notification_reads r WHERE r.notification_id = n.id;

CREATE INDEX notifications_unread_idx ON notifications (recipient_id, at, id) WHERE unread;
