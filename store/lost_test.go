package store_test

import (
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/store"
)

// wire stands between the store and Postgres and can break.
type wire struct {
	listener net.Listener
	server   string
	mute     atomic.Bool // the server's next answer is lost, and the connection with it
	cut      atomic.Bool // what the client sends next is lost, and the connection with it
	lost     atomic.Int32

	mu    sync.Mutex
	conns []net.Conn
}

// through puts a wire before a database and returns the address to use.
func through(t *testing.T, database string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(database)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{listener: listener, server: u.Host}
	go w.serve()
	t.Cleanup(w.close)
	u.Host = listener.Addr().String()
	return w, u.String()
}

func (w *wire) serve() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", w.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		w.mu.Lock()
		w.conns = append(w.conns, client, server)
		w.mu.Unlock()
		go w.carry(server, client, &w.cut)
		go w.carry(client, server, &w.mute)
	}
}

// carry copies one way until the end, or until its break comes true with bytes in hand.
func (w *wire) carry(to, from net.Conn, broken *atomic.Bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if broken.CompareAndSwap(true, false) {
			w.lost.Add(1)
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// close ends the listener and every connection.
func (w *wire) close() {
	_ = w.listener.Close()
	w.drop()
}

// drop ends every connection.
func (w *wire) drop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
}

func TestInTx_looksForItsKeyAfterALostCommit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		broken func(*wire)
		known  bool // does the second try find the key?
	}{
		"the answer to COMMIT is lost": {func(w *wire) { w.mute.Store(true) }, true},
		"the COMMIT itself is lost":    {func(w *wire) { w.cut.Store(true) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.lead("rep1", customer("晨风集团"))
			wire, address := through(t, w.url)
			s := open(t, address, store.Options{})
			// The connection learns its statements, so that the next command's last round trip is the one with the COMMIT.
			_, err := perform(t.Context(), s, w.command(id, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)}))
			require.NoError(t, err)

			cmd := w.command(id, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)})
			var tries []bool
			require.NoError(t, s.InTx(t.Context(), cmd, func(tx deal.LedgerTx) error {
				_, known := tx.Remembered()
				tries = append(tries, known)
				if known {
					return nil
				}
				entry, no, err := judge(t.Context(), tx, cmd)
				require.Empty(t, no)
				if err != nil {
					return err
				}
				if len(tries) == 1 {
					c.broken(wire)
				}
				return tx.Record(t.Context(), entry)
			}))
			require.Equal(t, []bool{false, c.known}, tries)
			require.Equal(t, int32(1), wire.lost.Load())
			require.Equal(t, int64(3), w.state(id).Seq, "the command is in the log once")
			w.sound()
		})
	}
}

func TestStore_saysUnavailableWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	wire, address := through(t, w.url)
	s := open(t, address, store.Options{})
	rep := w.as("rep1")
	wire.close()

	_, err := s.Account(t.Context(), rep, id)
	require.ErrorIs(t, err, deal.ErrUnavailable)
	_, err = s.Org(t.Context())
	require.ErrorIs(t, err, deal.ErrUnavailable)
	cmd := w.command(id, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)})
	_, err = perform(t.Context(), s, cmd)
	require.ErrorIs(t, err, deal.ErrUnavailable)
	require.NotErrorIs(t, err, deal.ErrPermanent)
	_, err = store.Open(t.Context(), address, store.Options{})
	require.ErrorIs(t, err, deal.ErrUnavailable)
}

func TestStore_endsAStatementThatTakesTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	s := open(t, w.url, store.Options{StatementTimeout: 50 * time.Millisecond})
	holder := connect(t, w.url)
	tx, err := holder.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT FROM accounts WHERE id = $1 FOR UPDATE", string(id))
	require.NoError(t, err)
	cmd := w.command(id, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)})
	_, err = perform(t.Context(), s, cmd)
	require.ErrorIs(t, err, deal.ErrUnavailable)
	require.NoError(t, tx.Rollback(t.Context()))
	answer, err := perform(t.Context(), s, cmd)
	require.NoError(t, err)
	require.Equal(t, deal.Done, answer.Outcome)
}
