-- +goose Up

-- Whether a person has said themselves where letters go (decision 0026). Until then letters carry no links that decide.

ALTER TABLE channel_choices ADD COLUMN confirmed_at timestamptz;

UPDATE channel_choices SET confirmed_at = changed_at WHERE channel = 'mail' AND address IS NOT NULL AND changed_by = person_id;

-- Who has changed where somebody's letters go.

CREATE TABLE channel_changes (
    id             text COLLATE "C" NOT NULL,
    person_id      text COLLATE "C" NOT NULL,
    channel        text NOT NULL,
    former_address text, -- null: there was none
    address        text, -- null: there is none any more
    changed_by     text COLLATE "C" NOT NULL,
    changed_at     timestamptz NOT NULL,
    CONSTRAINT channel_changes_pkey PRIMARY KEY (id),
    CONSTRAINT channel_changes_person_id_fkey FOREIGN KEY (person_id) REFERENCES users (id),
    CONSTRAINT channel_changes_channel_check CHECK (channel IN ('mail', 'wecom', 'dingtalk', 'feishu'))
);

CREATE INDEX channel_changes_person_id_idx ON channel_changes (person_id, changed_at DESC, id DESC);

-- Where a letter goes whatever is chosen now: that the address was changed is told at the former one.

ALTER TABLE deliveries ADD COLUMN address text;
