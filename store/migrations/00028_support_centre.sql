-- +goose Up

-- Requests to the support centre, visits of executives and gifts are approved.

ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check;
ALTER TABLE approvals ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('filing', 'proposal', 'contract', 'trial_waiver',
    'veto_lift', 'grade_override', 'credit_change', 'executive_visit', 'support_request', 'gift', 'merge', 'reopen'));

-- What the support centre is asked for is listed over all accounts, newest first.

CREATE INDEX dossier_support_idx ON dossier (created_at DESC, id DESC) WHERE kind = 'support_request';

-- Whether somebody was asked about a request is looked up by what the task is about.

CREATE INDEX tasks_support_idx ON tasks (account_id, ref) WHERE kind = 'support';
