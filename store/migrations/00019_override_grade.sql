-- +goose Up

-- An override is for the grade that the account had when it was requested, and whoever decides reads which one. Null for
-- the other kinds, and for requests of before, which are for no grade.

ALTER TABLE approvals ADD COLUMN grade text;
ALTER TABLE approvals ADD CONSTRAINT approvals_grade_check CHECK (grade IS NULL OR kind = 'grade_override');
