package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5/pgxpool"

	"closedloop/deal"
)

var oneChunk = named("Chunk")

// chunks reads a file out of its rows, one at a time; it holds no connection in between. The context is that of the one
// request it is read for.
type chunks struct {
	ctx  context.Context //nolint:containedctx // io.Reader has no place for it
	from *pgxpool.Pool
	sum  string
	size int64

	at    int64
	piece []byte
	n     int64 // of the piece
}

// Read implements [io.Reader].
func (c *chunks) Read(p []byte) (int, error) {
	if c.at >= c.size {
		return 0, io.EOF
	}
	if n := c.at / chunkSize; c.piece == nil || c.n != n {
		var piece []byte
		if err := c.from.QueryRow(c.ctx, string(oneChunk), c.sum, n).Scan(&piece); err != nil {
			return 0, fail("read file", err)
		}
		if int64(len(piece)) != min(chunkSize, c.size-n*chunkSize) {
			return 0, fmt.Errorf("%w: piece %d of file %s has %d bytes", deal.ErrPermanent, n, c.sum, len(piece))
		}
		c.piece, c.n = piece, n
	}
	n := copy(p, c.piece[c.at-c.n*chunkSize:])
	c.at += int64(n)
	return n, nil
}

// Seek implements [io.Seeker].
func (c *chunks) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.at
	case io.SeekEnd:
		offset += c.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning of a file")
	}
	c.at = offset
	return offset, nil
}

// Close implements [io.Closer]; there is nothing to give back.
func (*chunks) Close() error { return nil }
