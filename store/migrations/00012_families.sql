-- +goose Up

-- Parents and mergers, as columns of the projection. A family is walked upward from an account (by primary key) and
-- downward from a parent.

ALTER TABLE accounts ADD COLUMN parent_id text COLLATE "C";
ALTER TABLE accounts ADD COLUMN merged_into text COLLATE "C";

-- The children of an account, for the family, lists of a family, and the depth that set-parent checks. Few accounts have a
-- parent, so the index holds few rows and costs other accounts nothing.

CREATE INDEX accounts_parent_id_idx ON accounts (parent_id) WHERE parent_id IS NOT NULL;

-- What was merged into an account, for its history and for children that follow the pointer.

CREATE INDEX accounts_merged_into_idx ON accounts (merged_into) WHERE merged_into IS NOT NULL;

-- Accounts that intake merged before there was a column: it equals the fold, like every other.

UPDATE accounts SET merged_into = state ->> 'merged_into' WHERE outcome = 'merged';
