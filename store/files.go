package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// Bytes of uploads. A content is called by its SHA-256 and kept once, in rows of the database or in a directory that all
// processes see (Options.FilesDir). It goes with the last document that describes it.
//
// A file comes in two acts: [Store.KeepFile] takes the bytes, [Store.AddDocument] files what describes them. What dies
// between the two leaves a loose file behind, which [Store.SweepFiles] takes away later. In a directory the row rules: a
// file comes before its row and goes after it, both under one lock on the content, so that the worst that a crash leaves
// is a file without a row, which is swept as well.

var (
	keepFile    = named("KeepFile")
	moveFile    = named("MoveFile")
	addChunk    = named("AddChunk")
	holdFile    = named("HoldFile")
	filePlace   = named("FilePlace")
	lockFile    = named("LockFile")
	dropFile    = named("DropFile")
	looseFiles  = named("LooseFiles")
	lockContent = named("LockContent")
	withoutRow  = named("FilesWithoutRow")
)

// Where bytes lie, as table files says it.
const (
	inPostgres  = "postgres"
	inDirectory = "directory"
)

// chunkSize is how much of a file a row holds, and a transfer in memory.
const chunkSize = 256 << 10

// KeepFile stores size bytes under their SHA-256 (64 lower-case hexadecimal digits). What is there already stays; bytes
// that hash to something else are [deal.ErrPermanent].
func (s *Store) KeepFile(ctx context.Context, sum string, size int64, content io.ReaderAt) error {
	return s.transact(ctx, "keep file", func(tx pgx.Tx) error {
		if s.files != nil {
			if _, err := tx.Exec(ctx, string(lockContent), sum); err != nil {
				return err
			}
		}
		here := s.here()
		var place string
		var fresh bool
		if err := tx.QueryRow(ctx, string(keepFile), sum, size, here).Scan(&place, &fresh); err != nil {
			return err
		}
		switch {
		case !fresh && (place == inPostgres || s.files != nil && s.files.has(sum, size)):
			return nil
		case !fresh && place != here: // its directory is not ours: here it can be read
			if _, err := tx.Exec(ctx, string(moveFile), sum, here); err != nil {
				return err
			}
		}
		source := &hashed{from: io.NewSectionReader(content, 0, size), hash: sha256.New()}
		if here == inDirectory {
			return s.files.write(sum, func(w io.Writer) error {
				if _, err := io.Copy(w, source); err != nil {
					return err
				}
				return source.is(sum, size)
			})
		}
		if err := chunksInto(ctx, tx, sum, source); err != nil {
			return err
		}
		return source.is(sum, size)
	})
}

// here is where new bytes go.
func (s *Store) here() string {
	if s.files == nil || s.options.FilesInDatabase {
		return inPostgres
	}
	return inDirectory
}

// chunksInto writes a file into rows.
func chunksInto(ctx context.Context, tx pgx.Tx, sum string, source io.Reader) error {
	piece := make([]byte, chunkSize)
	for n := 0; ; n++ {
		got, err := io.ReadFull(source, piece)
		if got > 0 {
			if _, err := tx.Exec(ctx, string(addChunk), sum, n, piece[:got]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// OpenFile is a document of kind "document" with its bytes, if the viewer sees its account. Bytes that are not there (the
// document comes from a time before uploads, or their directory is not configured here) are [deal.ErrNotFound] as well.
// Reading goes on as long as the context lives and the document is on file.
func (s *Store) OpenFile(ctx context.Context, v view.Viewer, id deal.AccountID, document string) (deal.Document, io.ReadSeekCloser, error) {
	d, err := s.Document(ctx, v, id, string(dossier.DocumentKind), document)
	if err != nil {
		return d, nil, err
	}
	sum, err := sumOf(d)
	if err != nil {
		return d, nil, fail("open file", err)
	}
	content, err := s.openContent(ctx, sum)
	return d, content, fail("open file", err)
}

func (s *Store) openContent(ctx context.Context, sum string) (io.ReadSeekCloser, error) {
	var place string
	var size int64
	if err := s.pool.QueryRow(ctx, string(filePlace), sum).Scan(&place, &size); err != nil {
		return nil, err
	}
	if place == inPostgres {
		return &chunks{ctx: ctx, from: s.pool, sum: sum, size: size}, nil
	}
	if s.files == nil {
		return nil, fmt.Errorf("%w: it lies in a directory, and none is configured", deal.ErrNotFound)
	}
	file, err := s.files.open(sum)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", deal.ErrNotFound, err)
	}
	return file, err
}

// sumOf is the hash of the file that a document describes; empty for documents of other kinds.
func sumOf(d deal.Document) (string, error) {
	if d.Kind != string(dossier.DocumentKind) {
		return "", nil
	}
	record, err := dossier.Load(dossier.DocumentKind, d.Body)
	if err != nil {
		return "", fmt.Errorf("%w: %w", deal.ErrPermanent, err)
	}
	described, ok := record.(dossier.Document)
	if !ok {
		return "", fmt.Errorf("%w: a document is a %T", deal.ErrPermanent, record)
	}
	return described.SHA256, nil
}

// hold ties a new document to the bytes that it describes. Without them there is nothing to describe: [view.ErrNoFile].
func (e edit) hold(ctx context.Context, d deal.Document) error {
	sum, err := sumOf(d)
	if err != nil || sum == "" {
		return err
	}
	tag, err := e.Exec(ctx, string(holdFile), sum)
	if err == nil && tag.RowsAffected() == 0 {
		err = view.ErrNoFile
	}
	return err
}

// drop takes the row of a content away unless a document describes it, and its chunks with it.
func drop(ctx context.Context, tx pgx.Tx, sum string) error {
	if sum == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, string(lockFile), sum); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, string(dropFile), sum)
	return err
}

// reap takes a content out of the directory if it has no row (any more). It runs after the transaction that took the row
// away, which may have failed; the sweep makes up for a reap that did.
func (s *Store) reap(ctx context.Context, sum string) error {
	if s.files == nil || sum == "" {
		return nil
	}
	return s.transact(ctx, "remove file", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, string(lockContent), sum); err != nil {
			return err
		}
		var place string
		var size int64
		err := tx.QueryRow(ctx, string(filePlace), sum).Scan(&place, &size)
		switch {
		case err == nil && place == inDirectory:
			return nil
		case err != nil && !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		return s.files.remove(sum)
	})
}

// sweptAtOnce is how many loose files one sweep takes.
const sweptAtOnce = 1000

// SweepFiles takes away what came before an instant and was never described by a document, in the database and in the
// directory. It answers how many contents there were. What a document describes is never touched.
func (s *Store) SweepFiles(ctx context.Context, before time.Time) (int, error) {
	rows, err := s.pool.Query(ctx, string(looseFiles), before, sweptAtOnce)
	if err != nil {
		return 0, fail("list loose files", err)
	}
	loose, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, fail("list loose files", err)
	}
	for i, sum := range loose {
		err := s.transact(ctx, "drop loose file", func(tx pgx.Tx) error { return drop(ctx, tx, sum) })
		if err = errors.Join(err, s.reap(ctx, sum)); err != nil {
			return i, err
		}
	}
	if s.files == nil {
		return len(loose), nil
	}
	swept := len(loose)
	err = s.files.old(before, func(sums []string) error {
		rows, err := s.pool.Query(ctx, string(withoutRow), sums)
		if err != nil {
			return err
		}
		orphans, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, sum := range orphans {
			if err := s.reap(ctx, sum); err != nil { // which looks again, under the lock
				return err
			}
			swept++
		}
		return nil
	})
	return swept, fail("sweep directory of files", errors.Join(err, s.files.clear(before)))
}

// hashed reads through a hash.
type hashed struct {
	from io.Reader
	hash interface {
		io.Writer
		Sum([]byte) []byte
	}
	size int64
}

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.from.Read(p)
	h.size += int64(n)
	_, _ = h.hash.Write(p[:n]) // never fails
	return n, err
}

// is tells whether what was read is what it was said to be.
func (h *hashed) is(sum string, size int64) error {
	if actual := hex.EncodeToString(h.hash.Sum(nil)); actual != sum || h.size != size {
		return fmt.Errorf("%w: %d bytes with hash %s came as %d bytes with hash %s", deal.ErrPermanent, h.size, actual, size, sum)
	}
	return nil
}
