package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// Fleet is what the watchdog asks the database.
type Fleet interface {
	// TryLock takes a named lock of the whole installation, so that one watchdog is awake; ok is false while another is.
	TryLock(ctx context.Context, name string) (release func(), ok bool, err error)
	// Overdue are accounts whose wake instant passed before the given one, longest overdue first, behind one of them.
	Overdue(ctx context.Context, before time.Time, after view.Sleeper, limit int) ([]view.Sleeper, error)
	// OpenAccounts are the accounts that must have a workflow, in order of ID, after the given one.
	OpenAccounts(ctx context.Context, after deal.AccountID, limit int) ([]deal.AccountID, error)
	// StaleCalendar are accounts whose clocks were placed with another version of the calendar than that of their team's
	// region and can be moved by the difference, in order of ID behind one of them.
	StaleCalendar(ctx context.Context, versions map[string]string, after deal.AccountID, limit int) ([]view.Stale, error)
	// Unplanned are accounts whose dated records changed before an instant and whose clocks were not looked at since, those
	// that wait longest first, behind one of them.
	Unplanned(ctx context.Context, before time.Time, after deal.Mark, limit int) ([]deal.Mark, error)
	// Unrepresented are accounts with open tasks that should be in other hands at an instant, because somebody is away, has
	// left or is back; in order of ID behind one of them.
	Unrepresented(ctx context.Context, at time.Time, after deal.AccountID, limit int) ([]view.Covered, error)
	// EngineIdentity is the engine that the accounts' workflows were last seen in; empty at first.
	EngineIdentity(ctx context.Context) (string, error)
	SetEngineIdentity(ctx context.Context, identity string) error
	// SweepStaged removes what was put beside commands that never came, before an instant.
	SweepStaged(ctx context.Context, before time.Time) (int64, error)
	// SweepFiles removes uploads that came before an instant and were never described by a document.
	SweepFiles(ctx context.Context, before time.Time) (int, error)
}

// Engine is what the watchdog asks the engine.
type Engine interface {
	Nudge(ctx context.Context, id deal.AccountID) error
	Send(ctx context.Context, cmd deal.Command) (deal.Receipt, error)
	// Identity changes when the engine's database was emptied.
	Identity(ctx context.Context) (string, error)
	// Prepare makes sure that the namespace is there.
	Prepare(ctx context.Context) error
}

// Jobs is what the watchdog asks about the jobs of the house.
type Jobs interface {
	// Overdue are the jobs that nobody did though they were due by an instant.
	Overdue(ctx context.Context, by time.Time) ([]contract.SweepInput, error)
}

// Sweeps is what the watchdog asks the engine about those jobs.
type Sweeps interface {
	// Prepare makes sure that the schedules are there.
	Prepare(ctx context.Context) error
	// Start asks for a job, or joins the run that does it.
	Start(ctx context.Context, in contract.SweepInput) error
}

// WatchdogOptions say how often it looks and how long an account may oversleep.
type WatchdogOptions struct {
	Fleet        Fleet
	Engine       Engine
	Jobs         Jobs
	Sweeps       Sweeps
	Installation string
	// Calendars are the versions of the calendar in force by region, whichever process changed them; that of the organisation
	// (empty) counts where a region has none.
	Calendars func(context.Context) (map[string]string, error)
	// Resume takes up work that was ordered and that nobody may be at; nil when there is none of that kind.
	Resume   func(context.Context) error
	Interval time.Duration
	Grace    time.Duration
	Logger   *slog.Logger
	Now      func() time.Time
}

// Watchdog heals what the engine forgot: a lost re-arm, a terminated workflow, an emptied database. It is a plain loop
// and no schedule, since the net must not hang on the same rope (trust-and-speed.md T8).
type Watchdog struct {
	o    WatchdogOptions
	stop context.CancelFunc
	done sync.WaitGroup

	sweptFiles time.Time      // of the loop alone
	reached    view.Sleeper   // the last overdue account of the look before, if there were more; of the loop alone
	planned    deal.Mark      // the last mark of the look before, if there were more; of the loop alone
	replanned  deal.AccountID // the last account that a new calendar was sent to, if there were more; of the loop alone

	handed deal.AccountID // the last account whose tasks changed hands, if there were more; of the loop alone

	mu      sync.Mutex
	rescued int
}

// NewWatchdog needs all of its parts.
func NewWatchdog(o WatchdogOptions) (*Watchdog, error) {
	if o.Fleet == nil || o.Engine == nil || o.Jobs == nil || o.Sweeps == nil || o.Logger == nil || o.Now == nil || o.Calendars == nil || o.Interval <= 0 || o.Grace <= 0 {
		return nil, errors.New("watchdog needs fleet, engine, jobs, sweeps, calendar, clock, logger, interval and grace")
	}
	return &Watchdog{o: o}, nil
}

// Start looks once at once and then at every interval, until Stop.
func (w *Watchdog) Start(ctx context.Context) {
	ctx, w.stop = context.WithCancel(ctx)
	w.done.Go(func() {
		ticker := time.NewTicker(w.o.Interval)
		defer ticker.Stop()
		for {
			if err := w.look(ctx); err != nil && ctx.Err() == nil {
				w.o.Logger.WarnContext(ctx, "watchdog could not look", "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
}

// Stop waits for the look in hand.
func (w *Watchdog) Stop() {
	if w.stop != nil {
		w.stop()
	}
	w.done.Wait()
}

// Rescued counts the accounts that had overslept since the process started.
func (w *Watchdog) Rescued() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rescued
}

// batch is how many accounts one query gives. Recomputes are sent in smaller ones and no faster than recomputePace, so
// that people stay in front (trust-and-speed.md T4: at most 20 a second); a look spends half of its interval on those whose
// records changed, and half on those whose calendar did.
const (
	batch          = 500
	recomputeBatch = 20
	recomputePace  = time.Second / 20
	stagedFor      = 24 * time.Hour
	// filesEvery is how often uploads without a document are looked for: that may mean a walk through a directory.
	filesEvery = time.Hour
)

// look is one round. Another process's watchdog being awake is no error.
func (w *Watchdog) look(ctx context.Context) error {
	release, ok, err := w.o.Fleet.TryLock(ctx, "watchdog")
	if err != nil {
		return fmt.Errorf("take the watchdog's lock: %w", err)
	}
	if !ok {
		return nil
	}
	defer release()
	return errors.Join(w.returnHome(ctx), w.resume(ctx), w.wake(ctx), w.plan(ctx), w.represent(ctx), w.sweep(ctx), w.makeUp(ctx), w.replan(ctx))
}

// resume takes up what was ordered and is not carried out by anybody.
func (w *Watchdog) resume(ctx context.Context) error {
	if w.o.Resume == nil {
		return nil
	}
	return w.o.Resume(ctx)
}

// returnHome brings every open account into an engine that does not know them: a new one, or one whose database was
// emptied.
func (w *Watchdog) returnHome(ctx context.Context) error {
	if err := w.o.Engine.Prepare(ctx); err != nil {
		return fmt.Errorf("prepare engine: %w", err)
	}
	identity, err := w.o.Engine.Identity(ctx)
	if err != nil {
		return fmt.Errorf("ask the engine who it is: %w", err)
	}
	known, err := w.o.Fleet.EngineIdentity(ctx)
	if err != nil {
		return fmt.Errorf("read known engine: %w", err)
	}
	if identity == known {
		return nil
	}
	if err := w.o.Sweeps.Prepare(ctx); err != nil {
		return fmt.Errorf("prepare schedules: %w", err)
	}
	started, after := 0, deal.AccountID("")
	for {
		ids, err := w.o.Fleet.OpenAccounts(ctx, after, batch)
		if err != nil {
			return fmt.Errorf("list open accounts: %w", err)
		}
		if err := w.nudgeAll(ctx, ids); err != nil {
			return err
		}
		started += len(ids)
		if len(ids) < batch {
			break
		}
		after = ids[len(ids)-1]
	}
	if started > 0 {
		w.o.Logger.WarnContext(ctx, "engine is new to the accounts; all were started", "accounts", started, "engine", identity)
	}
	if err := w.o.Fleet.SetEngineIdentity(ctx, identity); err != nil {
		return fmt.Errorf("remember engine: %w", err)
	}
	return nil
}

// wake nudges accounts that overslept, a batch a look. The next look goes on behind the last of them and begins anew at
// the end, so that accounts which nobody can wake do not stand before those that only need a nudge.
func (w *Watchdog) wake(ctx context.Context) error {
	late, err := w.o.Fleet.Overdue(ctx, w.o.Now().Add(-w.o.Grace), w.reached, batch)
	if err != nil {
		return fmt.Errorf("list overdue accounts: %w", err)
	}
	w.reached = view.Sleeper{}
	if len(late) == batch {
		w.reached = late[batch-1]
	}
	if len(late) == 0 {
		return nil
	}
	ids := make([]deal.AccountID, len(late))
	for i, o := range late {
		ids[i] = o.Account
	}
	w.mu.Lock()
	w.rescued += len(ids)
	w.mu.Unlock()
	w.o.Logger.WarnContext(ctx, "accounts overslept and were nudged", "accounts", len(ids))
	return w.nudgeAll(ctx, ids)
}

// nudgers is how many accounts are nudged at once: enough to fill two cores, few enough to leave room for people.
const nudgers = 16

func (w *Watchdog) nudgeAll(ctx context.Context, ids []deal.AccountID) error {
	var group sync.WaitGroup
	errs := make([]error, len(ids))
	slots := make(chan struct{}, nudgers)
	for i, id := range ids {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			errs[i] = w.o.Engine.Nudge(ctx, id)
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// makeUp starts the jobs whose schedule did not: the engine was away for longer than it catches up, or its own timer is lost
// (trust-and-speed.md T8).
func (w *Watchdog) makeUp(ctx context.Context) error {
	late, err := w.o.Jobs.Overdue(ctx, w.o.Now().Add(-max(w.o.Grace, scheduleSlack)))
	errs := []error{err}
	for _, in := range late {
		w.o.Logger.WarnContext(ctx, "a job was not done in time and is started", "job", in.Job, "period", in.Period)
		errs = append(errs, w.o.Sweeps.Start(ctx, in))
	}
	return errors.Join(errs...)
}

// scheduleSlack is how much later than due the engine may start a job of itself: its jitter, and a busy minute.
const scheduleSlack = 2 * time.Minute

// replan sends recompute to accounts that another calendar than theirs moves. Whoever was sent it is not stale any more, so
// whichever process looks next goes on where this one ended; an account that nobody can move is passed by until the others
// have had their turn.
func (w *Watchdog) replan(ctx context.Context) error {
	versions, err := w.o.Calendars(ctx)
	if err != nil {
		return fmt.Errorf("ask for the calendars in force: %w", err)
	}
	list := func(limit int) ([]view.Stale, error) {
		stale, err := w.o.Fleet.StaleCalendar(ctx, versions, w.replanned, limit)
		if err != nil {
			return nil, fmt.Errorf("list accounts with another calendar: %w", err)
		}
		return stale, nil
	}
	sent, ended, err := paced(ctx, w.o.Interval, list, func(s view.Stale) error {
		w.replanned = s.Account
		// Whoever was placed with the same version before, and with another one since, is asked anew.
		return w.recompute(ctx, s.Account, fmt.Sprintf("recompute/%s/%d", s.Wanted, s.Seq), s.Wanted)
	})
	if ended {
		w.replanned = ""
	}
	if sent > 0 {
		w.o.Logger.InfoContext(ctx, "accounts were planned anew with another calendar", "accounts", sent, "calendar", versions[""])
	}
	return err
}

// plan sends recompute to accounts whose dated records changed and nobody else could tell: the process that wrote them
// died, the engine was away, or a migration marked them all. Marks of accounts that nobody can plan stay; each look goes on
// behind the one before, so that they do not stand in front of the others.
func (w *Watchdog) plan(ctx context.Context) error {
	now := w.o.Now()
	list := func(limit int) ([]deal.Mark, error) {
		marks, err := w.o.Fleet.Unplanned(ctx, now.Add(-w.o.Grace), w.planned, limit)
		if err != nil {
			return nil, fmt.Errorf("list accounts whose records changed: %w", err)
		}
		return marks, nil
	}
	hour := now.UTC().Format("2006-01-02T15") // a refusal is the answer of its key for long: what stood in the way may be gone
	sent, ended, err := paced(ctx, w.o.Interval, list, func(m deal.Mark) error {
		w.planned = m
		cause := "replan/" + m.Since.UTC().Format(time.RFC3339Nano) + "/" + hour
		return w.recompute(ctx, m.Account, cause, cause)
	})
	if ended {
		w.planned = deal.Mark{}
	}
	if sent > 0 {
		w.o.Logger.InfoContext(ctx, "accounts were planned anew, their records had changed", "accounts", sent)
	}
	return err
}

// represent sends recompute to accounts in which tasks should be in other hands: a delegation or a leave has begun or ended,
// somebody has left or is back. The database is asked what is so now, not what has changed: nothing is missed by a process that
// was away, and only accounts that are touched are sent anything.
func (w *Watchdog) represent(ctx context.Context) error {
	now := w.o.Now()
	list := func(limit int) ([]view.Covered, error) {
		found, err := w.o.Fleet.Unrepresented(ctx, now, w.handed, limit)
		if err != nil {
			return nil, fmt.Errorf("list accounts with tasks in other hands: %w", err)
		}
		return found, nil
	}
	hour := now.UTC().Format("2006-01-02T15")
	sent, ended, err := paced(ctx, w.o.Interval, list, func(c view.Covered) error {
		w.handed = c.Account
		cause := fmt.Sprintf("absence/%d/%s", c.Seq, hour)
		return w.recompute(ctx, c.Account, cause, cause)
	})
	if ended {
		w.handed = ""
	}
	if sent > 0 {
		w.o.Logger.InfoContext(ctx, "tasks of absent people changed hands", "accounts", sent)
	}
	return err
}

// paced sends to what is listed, batch by batch, for half an interval. The list goes on behind the last one that was sent
// to; ended tells that there is nothing behind it.
func paced[T any](ctx context.Context, interval time.Duration, list func(limit int) ([]T, error), send func(T) error) (sent int, ended bool, err error) {
	pace := time.NewTicker(recomputePace)
	defer pace.Stop()
	var errs []error
	for most := max(recomputeBatch, int(interval/2/recomputePace)); sent < most; {
		limit := min(recomputeBatch, most-sent)
		batch, err := list(limit)
		if err != nil {
			return sent, false, errors.Join(append(errs, err)...)
		}
		for _, one := range batch {
			select {
			case <-ctx.Done():
				return sent, false, ctx.Err() //nolint:wrapcheck // nobody asks any more
			case <-pace.C:
			}
			if err := send(one); err != nil {
				errs = append(errs, err)
			}
			sent++
		}
		if len(batch) < limit {
			return sent, true, errors.Join(errs...)
		}
		if len(errs) >= recomputeBatch { // the engine is away
			break
		}
	}
	return sent, false, errors.Join(errs...)
}

// recompute sends the command under a key that follows from its cause, so that a repetition is the same command.
func (w *Watchdog) recompute(ctx context.Context, id deal.AccountID, cause, fingerprint string) error {
	_, err := w.o.Engine.Send(ctx, deal.Command{
		Account: id, Key: deal.CommandKey(w.o.Installation, deal.System, id, cause), Fingerprint: fingerprint,
		Actor: deal.System, Name: deal.RecomputeName, Body: deal.Recompute{},
	})
	if err != nil {
		return fmt.Errorf("recompute account %s: %w", id, err)
	}
	return nil
}

func (w *Watchdog) sweep(ctx context.Context) error {
	if _, err := w.o.Fleet.SweepStaged(ctx, w.o.Now().Add(-stagedFor)); err != nil {
		return fmt.Errorf("sweep staged texts: %w", err)
	}
	now := w.o.Now()
	if now.Sub(w.sweptFiles) < filesEvery {
		return nil
	}
	swept, err := w.o.Fleet.SweepFiles(ctx, now.Add(-stagedFor))
	if err != nil {
		return fmt.Errorf("sweep files: %w", err)
	}
	if w.sweptFiles = now; swept > 0 {
		w.o.Logger.InfoContext(ctx, "uploads that no document describes were removed", "files", swept)
	}
	return nil
}
