-- +goose Up

-- Who answers for a request in the place of whoever made it, after a handover (domain.md §9). Null where nobody does.

ALTER TABLE approvals ADD COLUMN acting_id text COLLATE "C";
