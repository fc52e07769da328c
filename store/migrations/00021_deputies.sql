-- +goose Up

-- Who sees to a task while its assignee is away: the row names both. The watchdog asks for tasks that have to change hands by
-- this column and by the assignee's index; few tasks have a deputy, so the index holds only those.

ALTER TABLE tasks ADD COLUMN deputy_id text COLLATE "C";
CREATE INDEX tasks_deputy_id_idx ON tasks (deputy_id) WHERE deputy_id IS NOT NULL AND status = 'open';
