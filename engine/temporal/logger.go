package temporal

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// logger hands the server's words to slog. They are written for operators of a
// cluster: what the server calls information is detail here. So is everything it
// says while it starts and stops, when services look in vain for one another;
// why a start failed is in the error of Start.
type logger struct {
	out  *slog.Logger
	life *life
}

// life is what all loggers derived from one share.
type life struct {
	quiet atomic.Bool // starting or stopping
	over  atomic.Bool // stopping or stopped
	fatal chan error  // gets the first failure the server cannot survive
}

var _ log.WithLogger = (*logger)(nil)

func newLogger(out *slog.Logger) *logger {
	l := &logger{out: out.With("component", "temporal"), life: &life{fatal: make(chan error, 1)}}
	l.life.quiet.Store(true)
	return l
}

func (l *logger) With(tags ...tag.Tag) log.Logger {
	return &logger{out: l.out.With(attributes(tags)...), life: l.life}
}

func (l *logger) Debug(msg string, tags ...tag.Tag) { l.write(slog.LevelDebug-4, msg, tags) }
func (l *logger) Info(msg string, tags ...tag.Tag)  { l.write(slog.LevelDebug, msg, tags) }
func (l *logger) Warn(msg string, tags ...tag.Tag)  { l.write(slog.LevelWarn, msg, tags) }
func (l *logger) Error(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

// DPanic is for states that should not be; the server goes on after it.
func (l *logger) DPanic(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

func (l *logger) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic("temporal: " + msg)
}

// Fatal ends the goroutine that cannot go on. The server expects the process to
// end here, but PostgreSQL has to be stopped first, so that is left to the owner
// of the engine, who hears of it through [Engine.Failed].
func (l *logger) Fatal(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	if !l.life.over.Load() {
		l.life.fail(msg, tags)
	}
	runtime.Goexit()
}

func (l *life) fail(msg string, tags []tag.Tag) {
	err := fmt.Errorf("temporal server: %s", msg)
	for _, t := range tags {
		if t.Key() == "error" {
			err = fmt.Errorf("temporal server: %s: %v", msg, t.Value())
		}
	}
	select {
	case l.fatal <- err:
	default: // the first failure explains the others
	}
}

func (l *logger) write(level slog.Level, msg string, tags []tag.Tag) {
	if l.life.quiet.Load() {
		level = min(level, slog.LevelDebug)
	}
	ctx := context.Background() //nolint:forbidigo // CL005: the server's logging interface carries no context
	if !l.out.Enabled(ctx, level) {
		return
	}
	l.out.Log(ctx, level, msg, attributes(tags)...)
}

func attributes(tags []tag.Tag) []any {
	attrs := make([]any, 0, len(tags))
	for _, t := range tags {
		attrs = append(attrs, slog.Any(t.Key(), t.Value()))
	}
	return attrs
}
