-- +goose Up

-- What the support centre is asked for is listed over all accounts, newest first.

CREATE INDEX dossier_support_idx ON dossier (created_at DESC, id DESC) WHERE kind = 'support_request';

-- Whether somebody was asked about a request is looked up by what the task is about.

CREATE INDEX tasks_support_idx ON tasks (account_id, ref) WHERE kind = 'support';
