package temporal

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log/tag"
)

// stuck is a server whose Stop ends when it is let go.
type stuck struct{ letGo chan struct{} }

func (s stuck) Start() error { return nil }

func (s stuck) Stop() error {
	<-s.letGo
	return nil
}

func TestEngine_doesNotWaitForeverForAServerThatDoesNotStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := stuck{letGo: make(chan struct{})}
		client := &mocks.Client{}
		client.On("Close").Return().Once() // a second Stop closes nothing again
		e := &Engine{server: server, client: client, log: newLogger(slog.New(slog.DiscardHandler)), stopped: make(chan struct{})}

		began := time.Now()
		require.ErrorContains(t, e.Stop(t.Context()), "own deadline")
		require.Equal(t, StopDeadline, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, e.Stop(ctx), context.DeadlineExceeded)

		close(server.letGo)
		require.NoError(t, e.Stop(t.Context()))
		client.AssertExpectations(t)
	})
}

func TestLogger_fatalEndsTheGoroutineAndTellsTheOwner(t *testing.T) {
	t.Parallel()
	l := newLogger(slog.New(slog.DiscardHandler))
	e := &Engine{log: l}
	for range 2 { // the second finds nobody waiting and must not hang
		ended := make(chan bool)
		went := false
		go func() {
			defer func() { ended <- went }()
			l.With(tag.String("service", "history")).Fatal("no way on", tag.Error(errors.New("port is gone")))
			went = true
		}()
		require.False(t, <-ended, "the server must not go on after Fatal")
	}
	require.EqualError(t, <-e.Failed(), "temporal server: no way on: port is gone")
}

func TestChoosePorts_givesEveryServiceItsOwnAndKeepsTheOneAskedFor(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, err = choosePorts(taken.Addr().String())
	require.ErrorContains(t, err, "address already in use")

	chosen, err := choosePorts("127.0.0.1:0")
	require.NoError(t, err)
	different := map[int]bool{}
	for _, port := range chosen {
		different[port] = true
	}
	require.Len(t, different, 5)
}

func TestCompare_ordersVersionsByNumberNotByText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"1.9", "1.19", -10}, {"1.19", "1.19", 0}, {"2.0", "1.19", 1}, {"1.20", "1.19", 1}} {
		got, err := compare(c.a, c.b)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%s and %s", c.a, c.b)
	}
	_, err := compare("one", "1.19")
	require.Error(t, err)
}

func TestDynamic_timeIsSkippedForThoseOnlyWhoAskForIt(t *testing.T) {
	t.Parallel()
	allowed := func(o Options) any {
		return dynamic(&o).GetValue(dynamicconfig.WorkflowTimeSkippingEnabled.Key())[0].Value
	}
	require.Equal(t, false, allowed(Options{}))
	require.Equal(t, true, allowed(Options{TimeSkipping: true}))
}
