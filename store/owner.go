package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"closedloop/deal"
)

var (
	tryOwn         = named("TryOwn")
	makeOwnerTable = named("MakeOwnerTable")
	ownerTable     = named("OwnerTable")
	ownerRow       = named("OwnerRow")
	becomeOwner    = named("BecomeOwner")
)

// Holder is a process that owns a database.
type Holder struct {
	Host  string
	PID   int
	Since time.Time
}

// HeldError says that another process owns the database, or has owned it since we lost it.
type HeldError struct{ Holder Holder }

func (e *HeldError) Error() string {
	if e.Holder.PID == 0 {
		return "another closedloop has just begun to own this database"
	}
	return fmt.Sprintf("this database belongs to another closedloop: host %s, process %d, since %s",
		e.Holder.Host, e.Holder.PID, e.Holder.Since.Format(time.RFC3339))
}

// Ownership is a process's exclusive right to run `closedloop up` on a database: two engines with static membership
// would steal each other's work (trust-and-speed.md D8, E1). It is a Postgres lock on a connection of its own and ends
// with that connection.
type Ownership struct {
	url        string
	me         Holder
	generation int64
	conn       *pgx.Conn
	lost       chan struct{}
	stop       context.CancelFunc
	watched    chan struct{}
}

// How the owner's connection is watched: a broken one is noticed at once, a silent one within two of these.
const pulse = 2 * time.Second

// takeoverPause is how often a claim is repeated. Postgres needs a moment to notice that an owner was killed.
const takeoverPause = 100 * time.Millisecond

// Own claims the database for this process, before its migrations. While somebody else has it, it tries again for the
// given patience and then gives *[HeldError]. The context is for claiming only.
func Own(ctx context.Context, url string, me Holder, patience time.Duration) (*Ownership, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	o := &Ownership{url: url, me: me}
	return o.untilOwned(ctx, timer.C)
}

// Regain claims the database again after it was lost, until the context ends. It succeeds only if nobody else has owned
// it meanwhile; otherwise the error is *[HeldError]. Release the lost one all the same.
func (o *Ownership) Regain(ctx context.Context) (*Ownership, error) {
	again := &Ownership{url: o.url, me: o.me, generation: o.generation}
	return again.untilOwned(ctx, nil)
}

// untilOwned claims again and again until enough or the context's end. What the server refuses for good ends it at once.
func (o *Ownership) untilOwned(ctx context.Context, enough <-chan time.Time) (*Ownership, error) {
	ticker := time.NewTicker(takeoverPause)
	defer ticker.Stop()
	for {
		err := o.claim(ctx)
		if err == nil {
			o.watch(context.WithoutCancel(ctx))
			return o, nil
		}
		var held *HeldError
		var refused *pgconn.PgError
		switch {
		case errors.As(err, &held):
			err = fmt.Errorf("own database: %w", held)
			if o.generation != 0 && held.Holder != o.me { // what we lost is somebody else's now
				return nil, err
			}
		case errors.As(err, &refused) && !transient(err):
			return nil, fail("own database", err)
		default:
			err = fail("own database", err)
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-enough:
			return nil, err
		case <-ticker.C:
		}
	}
}

// claim tries once.
func (o *Ownership) claim(ctx context.Context) (err error) {
	conn, err := connect(ctx, o.url, "closedloop owner")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			hangUp(context.WithoutCancel(ctx), conn)
		}
	}()
	var mine bool
	if err := conn.QueryRow(ctx, string(tryOwn)).Scan(&mine); err != nil {
		return err
	}
	if !mine {
		holder, _, err := whoOwns(ctx, conn)
		if err != nil {
			return err
		}
		return &HeldError{holder}
	}
	if _, err := conn.Exec(ctx, string(makeOwnerTable)); err != nil {
		return err
	}
	if o.generation != 0 {
		holder, generation, err := whoOwns(ctx, conn)
		if err != nil {
			return err
		}
		if generation != o.generation {
			return &HeldError{holder}
		}
	}
	if err := conn.QueryRow(ctx, string(becomeOwner), o.me.Host, o.me.PID).Scan(&o.generation, instant(&o.me.Since)); err != nil {
		return err
	}
	o.conn = conn
	return nil
}

// whoOwns reads the owner's row, if there is one yet.
func whoOwns(ctx context.Context, conn *pgx.Conn) (Holder, int64, error) {
	var h Holder
	var generation int64
	var there bool
	if err := conn.QueryRow(ctx, string(ownerTable)).Scan(&there); err != nil || !there {
		return h, 0, err
	}
	err := conn.QueryRow(ctx, string(ownerRow)).Scan(&generation, &h.Host, &h.PID, instant(&h.Since))
	return h, generation, orNothing(err)
}

// watch closes lost as soon as the connection is.
func (o *Ownership) watch(ctx context.Context) {
	ctx, o.stop = context.WithCancel(ctx)
	o.lost, o.watched = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(o.watched)
		for ctx.Err() == nil {
			if err := o.beat(ctx); err != nil && ctx.Err() == nil {
				close(o.lost)
				return
			}
		}
	}()
}

// beat waits for the connection to break, and for a pulse at most; then it asks whether the server still answers.
func (o *Ownership) beat(ctx context.Context) error {
	waiting, done := context.WithTimeout(ctx, pulse)
	_, err := o.conn.WaitForNotification(waiting)
	done()
	if err != nil && o.conn.IsClosed() {
		return err
	}
	asking, done := context.WithTimeout(ctx, pulse)
	defer done()
	return o.conn.Ping(asking)
}

// Lost is closed when the database no longer belongs to this process: fence at once.
func (o *Ownership) Lost() <-chan struct{} { return o.lost }

// Release gives the database back. It may be called after it was lost, and twice.
func (o *Ownership) Release(ctx context.Context) {
	o.stop()
	<-o.watched
	hangUp(context.WithoutCancel(ctx), o.conn)
}

// connect opens a connection beside the pool.
func connect(ctx context.Context, url, name string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", deal.ErrPermanent, err)
	}
	config.ConnectTimeout = connectTimeout
	config.RuntimeParams["application_name"] = name
	return pgx.ConnectConfig(ctx, config)
}

// hangUp closes a connection; the server gives its locks back when it goes, politely or not.
func hangUp(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	_ = conn.Close(ctx)
}
