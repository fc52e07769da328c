-- What the house does by itself, period by period.

-- name: Born
SELECT created_at FROM installation

-- name: JobReach
SELECT COALESCE(max(period) FILTER (WHERE state = 'done'), ''), COALESCE(min(period), '') FROM job_runs WHERE job = $1

-- name: BeginJobRun
-- What is done stays done, and gives no row.
INSERT INTO job_runs (job, period, state, started_at, attempts, detail) VALUES ($1, $2, 'running', $3, 1, '{}')
ON CONFLICT (job, period) DO UPDATE SET state = 'running', started_at = EXCLUDED.started_at, attempts = job_runs.attempts + 1
    WHERE job_runs.state <> 'done'
RETURNING attempts

-- name: EndJobRun
UPDATE job_runs SET state = CASE WHEN $5::text IS NULL THEN 'done' ELSE 'failed' END, finished_at = CASE WHEN $5::text IS NULL THEN $3::timestamptz END,
    detail = $4, error = $5
WHERE job = $1 AND period = $2 AND state = 'running'

-- name: JobRunColumns
-- In the order of scanJobRun.
j.job, j.period, j.state, j.started_at, j.finished_at, j.attempts, j.detail, COALESCE(j.error, '')

-- name: JobRun
SELECT {JobRunColumns} FROM job_runs j WHERE j.job = $1 AND j.period = $2

-- name: JobRuns
-- Newest period first. A job without a name: those of all.
SELECT {JobRunColumns} FROM job_runs j
WHERE (@job::text = '' OR j.job = @job) AND (@first::boolean OR (j.period, j.job) < (@period::text, @after::text))
ORDER BY j.period DESC, j.job DESC
LIMIT @limit
