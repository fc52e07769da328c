-- +goose Up

-- Erasing a person reaches rows that are otherwise only added to (docs/decisions/0025-erasing-what-is-immutable.md). Inside a
-- transaction that erases, and says so in closedloop.erasing, a text of such a row may lose what named the person; nothing
-- else of it may change, nothing may be added, and the row says when that was.

ALTER TABLE quota_breach_steps ADD COLUMN erased_at timestamptz;
ALTER TABLE quota_bulletins ADD COLUMN erased_at timestamptz;
ALTER TABLE team_reviews ADD COLUMN erased_at timestamptz;
ALTER TABLE team_review_breaches ADD COLUMN erased_at timestamptz;
ALTER TABLE team_review_decisions ADD COLUMN erased_at timestamptz;
ALTER TABLE team_review_actions ADD COLUMN erased_at timestamptz;

-- Whether a row became another by nothing but the marker standing where something stood in one of its texts.

-- +goose StatementBegin
CREATE FUNCTION only_erases(before jsonb, after jsonb, texts text[]) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    name text;
    was  text;
    left_over text;
BEGIN
    IF COALESCE(current_setting('closedloop.erasing', true), '') = ''
        OR before - texts - 'erased_at' <> after - texts - 'erased_at'
        OR (after ->> 'erased_at')::timestamptz IS DISTINCT FROM now() THEN
        RETURN false;
    END IF;
    FOREACH name IN ARRAY texts LOOP
        was := before ->> name;
        left_over := after ->> name;
        CONTINUE WHEN was IS NOT DISTINCT FROM left_over;
        IF was IS NULL OR left_over IS NULL
            OR was NOT LIKE replace(replace(replace(replace(left_over, '\', '\\'), '%', '\%'), '_', '\_'), '█████', '%') THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION refuse_quota_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF only_erases(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    review text;
BEGIN
    IF TG_OP = 'UPDATE' AND only_erases(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME = 'team_reviews' THEN
        IF OLD.status = 'signed' OR TG_OP = 'DELETE' OR NEW.totals <> OLD.totals OR NEW.opened_at <> OLD.opened_at THEN
            RAISE EXCEPTION 'a signed review is not changed'
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'team_reviews_signed';
        END IF;
        RETURN NEW;
    END IF;
    review := CASE WHEN TG_OP = 'DELETE' THEN OLD.review_id ELSE NEW.review_id END;
    IF EXISTS (SELECT FROM team_reviews r WHERE r.id = review AND r.status = 'signed') THEN
        RAISE EXCEPTION 'a signed review is not changed'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'team_reviews_signed';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
-- +goose StatementEnd

DROP TRIGGER quota_bulletins_append_only ON quota_bulletins;
DROP TRIGGER quota_breach_steps_append_only ON quota_breach_steps;
CREATE TRIGGER quota_bulletins_append_only BEFORE DELETE OR TRUNCATE ON quota_bulletins
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_quota_change();
CREATE TRIGGER quota_breach_steps_append_only BEFORE DELETE OR TRUNCATE ON quota_breach_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_quota_change();
CREATE TRIGGER quota_bulletins_rewrite BEFORE UPDATE ON quota_bulletins
    FOR EACH ROW EXECUTE FUNCTION refuse_quota_rewrite('reason');
CREATE TRIGGER quota_breach_steps_rewrite BEFORE UPDATE ON quota_breach_steps
    FOR EACH ROW EXECUTE FUNCTION refuse_quota_rewrite('comment');

-- The arguments are the texts that may give way.

DROP TRIGGER team_reviews_signed ON team_reviews;
DROP TRIGGER team_review_breaches_signed ON team_review_breaches;
DROP TRIGGER team_review_decisions_signed ON team_review_decisions;
DROP TRIGGER team_review_actions_signed ON team_review_actions;
CREATE TRIGGER team_reviews_signed BEFORE UPDATE OR DELETE ON team_reviews
    FOR EACH ROW EXECUTE FUNCTION refuse_signed('note');
CREATE TRIGGER team_review_breaches_signed BEFORE UPDATE OR DELETE ON team_review_breaches
    FOR EACH ROW EXECUTE FUNCTION refuse_signed('reason');
CREATE TRIGGER team_review_decisions_signed BEFORE UPDATE OR DELETE ON team_review_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_signed('text');
CREATE TRIGGER team_review_actions_signed BEFORE UPDATE OR DELETE ON team_review_actions
    FOR EACH ROW EXECUTE FUNCTION refuse_signed('text', 'done_note');
