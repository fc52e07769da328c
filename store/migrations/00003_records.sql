-- +goose Up

-- Records: what the account's files say. They belong to Postgres, have a version, and leave a row in record_changes
-- with every edit. Writers hold the account's row FOR SHARE, so that a gate and the facts under it cannot disagree.
--
-- There is no foreign key to accounts: that table is a projection and may be made again.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE account_profile (
    account_id       text COLLATE "C" NOT NULL,
    version          bigint NOT NULL,
    name             text NOT NULL,
    credit_code      text COLLATE "C",
    aliases          text[] NOT NULL,
    premises         text NOT NULL,
    territory        text NOT NULL,
    address          text NOT NULL,
    industry         text NOT NULL,
    monthly_inbound  bigint,
    monthly_outbound bigint,
    author           text NOT NULL,
    collected_on     text NOT NULL,
    name_key         text COLLATE "C",   -- naming.Key: equal for spellings of one name
    search_text      text NOT NULL,      -- naming.SearchText of name, number, code and aliases
    upsert_keys      text[] COLLATE "C" NOT NULL, -- every key a lead sheet may know it by, also former ones
    updated_by       text COLLATE "C" NOT NULL,
    updated_at       timestamptz NOT NULL,
    CONSTRAINT account_profile_pkey PRIMARY KEY (account_id),
    CONSTRAINT account_profile_version_check CHECK (version >= 1)
);

CREATE INDEX account_profile_name_idx ON account_profile (name COLLATE "zh-Hans-x-icu", account_id);
CREATE INDEX account_profile_name_key_idx ON account_profile (name_key);
CREATE INDEX account_profile_credit_code_idx ON account_profile (credit_code);
CREATE INDEX account_profile_upsert_keys_idx ON account_profile USING gin (upsert_keys);
CREATE INDEX account_profile_search_text_idx ON account_profile USING gin (search_text gin_trgm_ops);

-- Free texts. Commands and events carry the ID and a keyed hash, so that a text can be erased and the chain still holds.

CREATE TABLE account_texts (
    account_id text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    text       text NOT NULL,
    CONSTRAINT account_texts_pkey PRIMARY KEY (account_id, id)
);

-- What was put beside a command on its way. It becomes texts and records in the command's transaction, or is swept.

CREATE TABLE staged (
    account_id text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    texts      jsonb NOT NULL, -- {id: text}
    draft      jsonb,
    staged_at  timestamptz NOT NULL,
    CONSTRAINT staged_pkey PRIMARY KEY (account_id, key)
);

CREATE INDEX staged_staged_at_idx ON staged (staged_at);

CREATE TABLE step_forms (
    account_id text COLLATE "C" NOT NULL,
    cycle      integer NOT NULL,
    step       text NOT NULL,
    version    bigint NOT NULL,
    content    jsonb NOT NULL,
    updated_by text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT step_forms_pkey PRIMARY KEY (account_id, cycle, step),
    CONSTRAINT step_forms_step_check CHECK (step IN
        ('collect', 'screen', 'survey', 'analyse', 'plan', 'visit', 'trial', 'sign', 'maintain', 'archive')),
    CONSTRAINT step_forms_version_check CHECK (version >= 1)
);

CREATE TABLE contacts (
    id          text COLLATE "C" NOT NULL,
    account_id  text COLLATE "C" NOT NULL,
    version     bigint NOT NULL,
    name        text NOT NULL,
    title       text NOT NULL,
    role        text,
    mobile      text NOT NULL,
    phone       text NOT NULL,
    phone_valid boolean NOT NULL,
    note        text NOT NULL,
    phones      text[] COLLATE "C" NOT NULL, -- naming.Phone of what can be dialled, for the search for duplicates
    created_at  timestamptz NOT NULL,
    updated_by  text COLLATE "C" NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT contacts_pkey PRIMARY KEY (id),
    CONSTRAINT contacts_role_check CHECK (role IN ('user', 'gatekeeper', 'decider', 'influencer', 'champion')),
    CONSTRAINT contacts_version_check CHECK (version >= 1)
);

CREATE INDEX contacts_account_id_idx ON contacts (account_id, created_at, id);
CREATE INDEX contacts_phones_idx ON contacts USING gin (phones);

CREATE TABLE record_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    account_id text COLLATE "C" NOT NULL,
    record     text NOT NULL, -- the table
    record_id  text COLLATE "C" NOT NULL,
    by_id      text COLLATE "C" NOT NULL,
    at         timestamptz NOT NULL,
    before     jsonb,
    after      jsonb,
    CONSTRAINT record_changes_pkey PRIMARY KEY (id),
    CONSTRAINT record_changes_record_check CHECK (record IN ('account_profile', 'step_forms', 'contacts'))
);

CREATE INDEX record_changes_account_id_idx ON record_changes (account_id, id);

-- Which lines of the inbox were read. It belongs to no log: a rebuilt inbox is as read as before.

CREATE TABLE notification_reads (
    notification_id text COLLATE "C" NOT NULL,
    read_at         timestamptz NOT NULL,
    CONSTRAINT notification_reads_pkey PRIMARY KEY (notification_id)
);
