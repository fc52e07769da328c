package view

import (
	"errors"
	"time"
)

// ErrBadPeriod is given for a period that a job does not have, ErrNotOver for one that is not over yet.
var (
	ErrBadPeriod = errors.New("not a period of this job")
	ErrNotOver   = errors.New("the period is not over")
)

// JobState says how far a job is for a period.
type JobState string

// A job runs, has failed and is tried again, or is done.
const (
	JobRunning JobState = "running"
	JobFailed  JobState = "failed"
	JobDone    JobState = "done"
)

// JobRun is a job of the house for one period.
type JobRun struct {
	Job        string
	Period     string // "2026-05-04", "2026-05"
	State      JobState
	StartedAt  time.Time // of the last attempt
	FinishedAt time.Time // zero: not yet
	Attempts   int
	Detail     map[string]int // what it did, in numbers
	Error      string         // of the last attempt, while that one failed
}

// JobStanding is how a job of the house stands: what it has done, what it owes, and what comes next.
type JobStanding struct {
	Job    string
	Done   string    // newest period for which it was done; empty: none yet
	Missed []string  // periods that are due and not done, oldest first
	Next   string    // period that is done next after those
	NextAt time.Time // from when on it may be done
	Last   *JobRun   // newest attempt at the oldest missed period, else at the newest done one; nil: there is none
}
