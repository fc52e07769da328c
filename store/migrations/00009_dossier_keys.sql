-- +goose Up

-- Of some kinds of documents an account has one for each key: one part in the decision for a contact, one agreement with
-- a number. The index holds two writers to it; its name is an answer of the API. Null where there may be any number.

ALTER TABLE dossier ADD COLUMN key text COLLATE "C";

CREATE UNIQUE INDEX dossier_key_idx ON dossier (account_id, kind, cycle, key);

-- Who erased a text, and why, is a change of a record like others; what it said is not.

ALTER TABLE record_changes DROP CONSTRAINT record_changes_record_check;
ALTER TABLE record_changes ADD CONSTRAINT record_changes_record_check
    CHECK (record IN ('account_profile', 'step_forms', 'contacts', 'dossier', 'account_texts'));
