-- +goose Up

-- Breaches of the lead quota are lines of the monthly review as well: of a person and no account, frozen with what was known of
-- them when the review was opened.

ALTER TABLE team_review_breaches ALTER COLUMN account_id DROP NOT NULL;
ALTER TABLE team_review_breaches ALTER COLUMN seq DROP NOT NULL;
ALTER TABLE team_review_breaches ADD COLUMN quota_breach_id text COLLATE "C";
ALTER TABLE team_review_breaches ADD COLUMN quota jsonb; -- first_day, last_day, days, state, decided_by, decided_at
ALTER TABLE team_review_breaches ADD CONSTRAINT team_review_breaches_quota_key UNIQUE (review_id, quota_breach_id);
ALTER TABLE team_review_breaches DROP CONSTRAINT team_review_breaches_kind_check;
ALTER TABLE team_review_breaches ADD CONSTRAINT team_review_breaches_kind_check CHECK (kind IN ('deadline', 'approval', 'late_handover', 'lead_quota'));
ALTER TABLE team_review_breaches ADD CONSTRAINT team_review_breaches_about_check CHECK (
    (kind = 'lead_quota') = (account_id IS NULL) AND (kind = 'lead_quota') = (seq IS NULL)
    AND (kind = 'lead_quota') = (quota_breach_id IS NOT NULL) AND (kind = 'lead_quota') = (quota IS NOT NULL));
CREATE INDEX team_review_breaches_quota_breach_id_idx ON team_review_breaches (quota_breach_id) WHERE quota_breach_id IS NOT NULL;
