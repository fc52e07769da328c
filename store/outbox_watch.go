package store

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	listenOutbox = named("ListenOutbox")
	listenAccess = named("ListenAccess")
)

// accessChannel is where it is said that somebody's access was ended.
const accessChannel = "closedloop_access"

// Defaults of WatchOptions.
const (
	watchEvery  = 5 * time.Second
	watchGap    = 20 * time.Millisecond
	listenAgain = time.Second
)

// WatchOptions say how an [OutboxWatch] works. The zero value is good.
type WatchOptions struct {
	// Every is how often it looks without having been told; 5 s when zero (trust-and-speed.md G7).
	Every time.Duration
	// Gap is the least pause between two looks, so that a storm of commands is settled in batches; 20 ms when zero.
	Gap time.Duration
	// Logger hears when the connection that listens is lost; slog.Default() when nil.
	Logger *slog.Logger
}

// OutboxWatch gives positions to what was committed and wakes whoever reads the outbox. Every process that reads runs
// one. A process hears of its own commits at once, of those of others by NOTIFY on a connection of its own, and of what
// nobody told – a process that died behind its COMMIT, a connection that was lost – by looking.
type OutboxWatch struct {
	store *Store
	o     WatchOptions

	mu      sync.Mutex
	readers map[chan struct{}]struct{}
	access  map[chan struct{}]deal.PersonID // who wants to hear of the end of whose access
}

// WatchOutbox makes a watch; [OutboxWatch.Run] sets it going.
func (s *Store) WatchOutbox(o WatchOptions) *OutboxWatch {
	if o.Every <= 0 {
		o.Every = watchEvery
	}
	if o.Gap <= 0 {
		o.Gap = watchGap
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &OutboxWatch{store: s, o: o, readers: make(map[chan struct{}]struct{}), access: make(map[chan struct{}]deal.PersonID)}
}

// Subscribe returns a channel that holds a value whenever the outbox went on since it was last received from, or this
// process wrote what its readers wait for, and one for the beginning. Whoever was woken reads with [Store.Outbox] until nothing is left. Stop ends it.
func (w *OutboxWatch) Subscribe() (woken <-chan struct{}, stop func()) {
	reader := make(chan struct{}, 1)
	reader <- struct{}{}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.readers[reader] = struct{}{}
	return reader, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.readers, reader)
	}
}

// SubscribeAccess returns a channel that holds a value whenever a login, or all access, of a person was ended since it was
// last received from, by whichever process, or may have been while nobody could hear of it. Stop ends it.
func (w *OutboxWatch) SubscribeAccess(who deal.PersonID) (ended <-chan struct{}, stop func()) {
	reader := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.access[reader] = who
	return reader, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.access, reader)
	}
}

// accessEnded tells whoever wants to hear of one person; of everybody when that is empty.
func (w *OutboxWatch) accessEnded(who deal.PersonID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for reader, of := range w.access {
		if who == "" || of == who {
			give(reader)
		}
	}
}

// Run works until the context ends, and returns nil then. The database's trouble ends nothing.
func (w *OutboxWatch) Run(ctx context.Context) error {
	told := make(chan struct{}, 1)
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { w.listen(ctx, told) })
	tick := time.NewTicker(w.o.Every)
	defer tick.Stop()
	gap := time.NewTimer(0)
	defer gap.Stop()
	var last int64 = -1
	for {
		select { // the pause behind the last look
		case <-ctx.Done():
			return nil
		case <-gap.C:
		}
		posted := false
		select {
		case <-ctx.Done():
			return nil
		case <-w.store.post:
			posted = true
		case <-told:
		case <-tick.C:
		}
		end, err := w.look(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			w.o.Logger.WarnContext(ctx, "outbox could not be read; it is tried again", "error", err)
		case err == nil && (posted || end != last):
			last = end
			w.wake()
		}
		gap.Reset(w.o.Gap)
	}
}

// look settles what there is and returns the last position.
func (w *OutboxWatch) look(ctx context.Context) (int64, error) {
	for {
		placed, err := w.store.SettleOutbox(ctx)
		if err != nil {
			return 0, err
		}
		if placed < placedAtOnce {
			_, last, err := w.store.OutboxEnds(ctx)
			return last, err
		}
	}
}

func (w *OutboxWatch) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for reader := range w.readers {
		give(reader)
	}
}

// give leaves word, unless it lies there already.
func give(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// listen hears of what other processes settled. A connection that is lost is made again; what was said meanwhile is
// looked for as if it had been heard.
func (w *OutboxWatch) listen(ctx context.Context, told chan struct{}) {
	for ctx.Err() == nil {
		if err := w.hear(ctx, told); err != nil && ctx.Err() == nil {
			w.o.Logger.WarnContext(ctx, "listening to the outbox was interrupted; it is looked at from time to time until it can be heard again", "error", err)
		}
		pause := time.NewTimer(listenAgain)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}

func (w *OutboxWatch) hear(ctx context.Context, told chan struct{}) error {
	connecting, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(connecting, w.store.pool.Config().ConnConfig)
	if err != nil {
		return fail("connect", err)
	}
	defer hangUp(context.WithoutCancel(ctx), conn)
	for _, listen := range []statement{listenOutbox, listenAccess} {
		if _, err := conn.Exec(ctx, string(listen)); err != nil {
			return fail("listen", err)
		}
	}
	give(told)
	w.accessEnded("") // perhaps, while nobody listened
	for {
		// A connection that is dead without a word is found by asking now and then.
		waiting, cancel := context.WithTimeout(ctx, listenAlive)
		said, err := conn.WaitForNotification(waiting)
		silent := waiting.Err() != nil
		cancel()
		switch {
		case err == nil && said.Channel == accessChannel:
			w.accessEnded(deal.PersonID(said.Payload))
		case err == nil:
			give(told)
		case ctx.Err() != nil:
			return nil
		case silent && !conn.IsClosed():
			asking, cancel := context.WithTimeout(ctx, connectTimeout)
			err := conn.Ping(asking)
			cancel()
			if err != nil {
				return fail("ask whether the connection stands", err)
			}
		default:
			return fail("wait", err)
		}
	}
}

// listenAlive is how long silence is taken for silence.
const listenAlive = time.Minute
