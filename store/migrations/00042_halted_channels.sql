-- +goose Up

-- A channel that refuses everything, since its bot was removed or its key is another one, is not called any more until
-- somebody resumes it or its settings are others. What waits for it waits on.

ALTER TABLE channel_pauses
    ADD COLUMN halted_at timestamptz,
    ADD COLUMN reason text,
    ADD COLUMN detail text,
    ADD COLUMN settings text, -- a keyed hash of those that were refused
    ADD CONSTRAINT channel_pauses_halted_check CHECK ((halted_at IS NULL) = (reason IS NULL));
