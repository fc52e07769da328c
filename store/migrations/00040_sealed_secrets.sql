-- +goose Up

-- What a webhook signs with is sealed under a key that lies outside the database (decision 0026): only the new columns are
-- written. What is still in the old ones is sealed by the first process that starts, since only processes have the key. The
-- old columns go with a later release.

ALTER TABLE webhooks
    ALTER COLUMN secret DROP NOT NULL,
    ADD COLUMN sealed bytea,
    ADD COLUMN former_sealed bytea,
    ADD COLUMN sealed_for text COLLATE "C", -- the request that made the present one: a repeated one makes no other
    DROP CONSTRAINT webhooks_former_check,
    ADD CONSTRAINT webhooks_former_check CHECK ((former_until IS NULL) = (former_secret IS NULL AND former_sealed IS NULL)),
    ADD CONSTRAINT webhooks_sealed_check CHECK ((secret IS NULL) <> (sealed IS NULL) OR secret IS NULL AND NOT active);

-- Answers that were kept for repeated requests held the secrets too.

UPDATE request_keys SET body = convert_to((convert_from(body, 'UTF8')::jsonb #- '{body,secret}')::text, 'UTF8')
WHERE location LIKE '/api/v1/webhooks/%' AND position('"whsec_'::bytea in body) > 0
    OR location = '' AND position('"secret":"whsec_'::bytea in body) > 0;
