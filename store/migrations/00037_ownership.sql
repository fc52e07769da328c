-- +goose Up

-- A monthly review tells what was missed to the team and the owner that an account had when it was missed. For that it looks for
-- accounts that have changed hands since; there are few of these events beside all others.

CREATE INDEX account_events_ownership_idx ON account_events (at) WHERE kind IN ('assigned', 'handed_over');
