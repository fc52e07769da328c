-- +goose Up

-- Links by which one person decides one level of one request, once, without logging in. Only SHA-256 of a link's secret is
-- kept. Whether a link still counts is judged by the request as it stands (deal.DecisionLink); the row only knows what the
-- request does not: whose the link is, when its time is up, and that it was used.

CREATE TABLE decision_links (
    hash            bytea NOT NULL,
    id              text COLLATE "C" NOT NULL,
    approval_id     text COLLATE "C" NOT NULL,
    person_id       text COLLATE "C" NOT NULL,
    level           integer NOT NULL,
    subject_version bigint NOT NULL,
    made_at         timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz,
    CONSTRAINT decision_links_pkey PRIMARY KEY (hash),
    CONSTRAINT decision_links_id_key UNIQUE (id),
    CONSTRAINT decision_links_person_id_fkey FOREIGN KEY (person_id) REFERENCES users (id),
    CONSTRAINT decision_links_hash_check CHECK (length(hash) = 32),
    CONSTRAINT decision_links_level_check CHECK (level > 0)
);

CREATE INDEX decision_links_expires_at_idx ON decision_links (expires_at);
