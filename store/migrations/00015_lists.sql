-- +goose Up

-- Lists stay fast: with 100,000 accounts and millions of events every list answers from indexes (docs/performance-lists.md;
-- bench/lists measures it, plan tests of package store hold it).

CREATE EXTENSION IF NOT EXISTS btree_gin;

-- Who sees an account, besides those who see everything: its owner, its team, who opened it, everybody with a seat in one of
-- its approvals, and whom its services name. It follows from the row and from approval_levels, and is written with the row. One column instead of four
-- conditions, of which one would look into another table for every row: Postgres keeps statistics of its elements, so it
-- knows how much of the house somebody sees.

ALTER TABLE accounts ADD COLUMN seen_by text[] COLLATE "C";

UPDATE accounts a SET seen_by = ARRAY(
    SELECT p COLLATE "C" FROM unnest(ARRAY[a.owner_id, a.team_id, a.opened_by]::text[]) p WHERE p IS NOT NULL
    UNION
    SELECT unnest(l.people) COLLATE "C" FROM approval_levels l WHERE l.account_id = a.id
    UNION
    SELECT unnest(a.served_by) COLLATE "C"
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

-- What will happen next to somebody's accounts, in order; it served the watchdog by the instant alone.

DROP INDEX accounts_wake_at_idx;
CREATE INDEX accounts_wake_at_idx ON accounts (wake_at, id) WHERE wake_at IS NOT NULL;

-- Rows of accounts are rewritten with every command: statistics and the map of what all can see follow sooner than by the
-- usual fifth of a table.

ALTER TABLE accounts SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- What is searched for with one or two characters has no trigram. All characters and pairs of neighbours within a word lie
-- beside the profile and follow from it. They are a table of their own: in the profile every list would carry them, and an
-- index over an expression makes Postgres work them out again for rows that another condition has found.

CREATE FUNCTION search_grams(search_text text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT COALESCE(array_agg(DISTINCT g COLLATE "C"), '{}')
        FROM unnest(string_to_array(search_text, NULL), (string_to_array(search_text, NULL))[2:]) AS pair(one, next),
            LATERAL (VALUES (one), (one || next)) AS v(g)
        WHERE g NOT LIKE '% %');

CREATE TABLE account_search (
    account_id text COLLATE "C" NOT NULL,
    grams      text[] COLLATE "C" NOT NULL,
    CONSTRAINT account_search_pkey PRIMARY KEY (account_id)
);

INSERT INTO account_search (account_id, grams) SELECT account_id, search_grams(search_text) FROM account_profile;

CREATE INDEX account_search_grams_idx ON account_search USING gin (grams);

-- How often each of them occurs decides by which condition a search begins.

ALTER TABLE account_search ALTER COLUMN grams SET STATISTICS 1000;
ALTER TABLE account_profile ALTER COLUMN search_text SET STATISTICS 1000;

-- +goose StatementBegin
CREATE FUNCTION keep_search_grams() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM account_search WHERE account_id = OLD.account_id;
    ELSE
        INSERT INTO account_search AS s (account_id, grams) VALUES (NEW.account_id, search_grams(NEW.search_text))
        ON CONFLICT (account_id) DO UPDATE SET grams = EXCLUDED.grams;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER account_profile_search AFTER INSERT OR UPDATE OF search_text OR DELETE ON account_profile
    FOR EACH ROW EXECUTE FUNCTION keep_search_grams();

-- Somebody's tasks in order of their dates: those of one status, and all.

DROP INDEX tasks_assignee_id_idx;
CREATE INDEX tasks_assignee_status_due_idx ON tasks (assignee_id, status, COALESCE(due_at, 'infinity'), id);
CREATE INDEX tasks_assignee_due_idx ON tasks (assignee_id, COALESCE(due_at, 'infinity'), id);

-- All requests, newest first; status and kind stand behind, as with accounts.

DROP INDEX approvals_requested_at_idx;
CREATE INDEX approvals_requested_at_idx ON approvals (requested_at, id, status, kind);

-- Those of one account, and with them those of somebody's accounts, without a look at the requests themselves.

DROP INDEX approvals_account_id_idx;
CREATE INDEX approvals_account_id_idx ON approvals (account_id, requested_at, id, status, kind);

-- Whose word is missing. In approval_levels that would be said by seats that were never decided, but most of those belong to
-- levels that somebody else has decided, so they are no way to the few that wait.

ALTER TABLE approvals ADD COLUMN waiting text[] COLLATE "C";

UPDATE approvals r SET waiting = CASE WHEN r.status = 'pending' THEN ARRAY(
    SELECT DISTINCT unnest(l.people) COLLATE "C" FROM approval_levels l
    WHERE l.approval_id = r.id AND l.level = r.level AND l.decision IS NULL ORDER BY 1) ELSE '{}' END;

ALTER TABLE approvals ALTER COLUMN waiting SET NOT NULL;

CREATE INDEX approvals_waiting_idx ON approvals USING gin (waiting) WHERE status = 'pending';

-- It served the scope, which seen_by does now.

DROP INDEX approval_levels_people_idx;

-- Which lines of the inbox are still to be read. notification_reads stays what it is based on, so that a rebuilt inbox is as
-- read as before; to find the few unread lines there one would have to go through all that were ever read.

ALTER TABLE notifications ADD COLUMN unread boolean NOT NULL DEFAULT true;

UPDATE notifications n SET unread = false FROM notification_reads r WHERE r.notification_id = n.id;

CREATE INDEX notifications_unread_idx ON notifications (recipient_id, at, id) WHERE unread;
