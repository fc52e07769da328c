-- +goose Up

-- What an approval or an event writes into a document is no edit: a request about it stays about what was submitted.
-- Null where nobody but people has written, so that the version of the last edit is the version itself.

ALTER TABLE dossier ADD COLUMN edited bigint;
ALTER TABLE dossier ADD CONSTRAINT dossier_edited_check CHECK (edited > 0 AND edited < version);

-- What an approval may be asked for, and what it may be about. More kinds need another migration.

ALTER TABLE approvals ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('filing', 'proposal', 'contract', 'trial_waiver',
    'veto_lift', 'grade_override', 'credit_change', 'merge', 'reopen'));
ALTER TABLE approvals ADD CONSTRAINT approvals_subject_type_check CHECK (subject_type IN ('form', 'account', 'record'));

-- Who files a project, or brings a lead, sees names that resemble the customer's. They are looked up by the pairs of
-- neighbouring characters of the name's key, of which a similar name shares some; package naming judges what is found.

CREATE FUNCTION name_grams(key text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT substr(key, i, 2) FROM generate_series(1, length(key) - 1) i);

-- Without it every search for similar names would read all profiles.

CREATE INDEX account_profile_name_grams_idx ON account_profile USING gin (name_grams(name_key));

-- The page of an account shows live filings of similar names. A name may share characters with thousands of others, and
-- then Postgres begins with the filings: without the index it reads every document of the house to find them. It has
-- nothing of the body, so that writing a document stays cheap.

CREATE INDEX dossier_filing_idx ON dossier (account_id) WHERE kind = 'filing';
