-- +goose Up

-- What a person chose for one way out of the house. Without a row nothing goes out over it.

CREATE TABLE channel_choices (
    person_id   text COLLATE "C" NOT NULL,
    channel     text NOT NULL,
    active      boolean NOT NULL,
    address     text,               -- mail
    mention     text,               -- whom a bot calls in its group
    quiet_from  integer NOT NULL,   -- minutes since midnight; equal to quiet_until: no quiet hours
    quiet_until integer NOT NULL,
    digests     integer[] NOT NULL, -- minutes since midnight; empty: each notice at once
    at_once     integer NOT NULL,   -- more notices than this for one instant go out as one; 0: no limit
    kinds       text[] NOT NULL,    -- of notices; empty: all
    language    text,
    changed_by  text COLLATE "C" NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT channel_choices_pkey PRIMARY KEY (person_id, channel),
    CONSTRAINT channel_choices_person_id_fkey FOREIGN KEY (person_id) REFERENCES users (id),
    CONSTRAINT channel_choices_channel_check CHECK (channel IN ('mail', 'wecom', 'dingtalk', 'feishu')),
    CONSTRAINT channel_choices_address_check CHECK (channel <> 'mail' OR NOT active OR address IS NOT NULL),
    CONSTRAINT channel_choices_quiet_check CHECK (quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439)
);

-- Other systems that hear of notices. The secrets sign, so they are kept as they are; the former one signs beside the
-- present one until the receiver has changed.

CREATE TABLE webhooks (
    id            text COLLATE "C" NOT NULL,
    url           text NOT NULL,
    note          text NOT NULL,
    kinds         text[] NOT NULL, -- of notices; empty: all
    secret        text NOT NULL,
    former_secret text,
    former_until  timestamptz,
    active        boolean NOT NULL,
    stopped       text,            -- why nobody calls it any more, when that was not a person's decision
    version       bigint NOT NULL,
    created_by    text COLLATE "C" NOT NULL,
    created_at    timestamptz NOT NULL,
    changed_by    text COLLATE "C" NOT NULL,
    changed_at    timestamptz NOT NULL,
    CONSTRAINT webhooks_pkey PRIMARY KEY (id),
    CONSTRAINT webhooks_former_check CHECK ((former_secret IS NULL) = (former_until IS NULL))
);

-- One row for each notice, recipient and channel, made once, when the outbox is read behind relay_end. Whatever an attempt
-- comes to is written here; what goes out together is one parcel, whose members are known before its first attempt.

CREATE TABLE deliveries (
    id         text COLLATE "C" NOT NULL, -- of its message, the same in all attempts
    notice_id  text COLLATE "C" NOT NULL,
    source     text NOT NULL,
    kind       text NOT NULL,             -- of the notice
    recipient  text COLLATE "C" NOT NULL, -- a person, or a webhook
    channel    text NOT NULL,
    at         timestamptz NOT NULL,      -- when it was said
    state      text NOT NULL,
    next_at    timestamptz NOT NULL,      -- not before
    parcel     text COLLATE "C",          -- of the message that it went out with
    attempts   integer NOT NULL DEFAULT 0,
    failures   integer NOT NULL DEFAULT 0,
    began_at   timestamptz,               -- of the last attempt
    ended_at   timestamptz,               -- when nothing was left to do
    reason     text,                      -- of what did not work last, or why nothing was sent
    detail     text,                      -- what the channel said
    handled_by text COLLATE "C",          -- who sent it again or dropped it
    handled_at timestamptz,
    CONSTRAINT deliveries_pkey PRIMARY KEY (id),
    CONSTRAINT deliveries_once_key UNIQUE (notice_id, recipient, channel),
    CONSTRAINT deliveries_source_check CHECK (source IN ('account', 'person', 'test')),
    CONSTRAINT deliveries_channel_check CHECK (channel IN ('mail', 'wecom', 'dingtalk', 'feishu', 'webhook')),
    CONSTRAINT deliveries_state_check CHECK (state IN ('waiting', 'attempting', 'sent', 'parked', 'skipped')),
    CONSTRAINT deliveries_ended_check CHECK ((state IN ('waiting', 'attempting')) = (ended_at IS NULL))
);

CREATE INDEX deliveries_due_idx ON deliveries (channel, next_at) WHERE state IN ('waiting', 'attempting');
CREATE INDEX deliveries_at_idx ON deliveries (at, id);
CREATE INDEX deliveries_state_idx ON deliveries (state, at, id) WHERE state = 'parked';
CREATE INDEX deliveries_recipient_idx ON deliveries (recipient, at, id);

-- How far the outbox was read into deliveries, and until when a whole channel is left alone.

CREATE TABLE relay_end (
    singleton boolean NOT NULL DEFAULT true,
    position  bigint NOT NULL,
    CONSTRAINT relay_end_pkey PRIMARY KEY (singleton),
    CONSTRAINT relay_end_singleton_check CHECK (singleton)
);

INSERT INTO relay_end (position) SELECT position FROM outbox_end;

CREATE TABLE channel_pauses (
    channel text NOT NULL,
    until   timestamptz NOT NULL,
    CONSTRAINT channel_pauses_pkey PRIMARY KEY (channel)
);
