package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var filesInDirectory = named("FilesInDirectory")

// filesBelow is where a dump has the files that do not lie in the database; their names are their hashes.
const filesBelow = "files/"

// dumpFiles puts the files that lie in the directory behind the tables.
func (s *Store) dumpFiles(ctx context.Context, tx pgx.Tx, archive *tar.Writer) error {
	rows, err := tx.Query(ctx, string(filesInDirectory))
	if err != nil {
		return err
	}
	type kept struct {
		Sum  string
		Size int64
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[kept])
	if err != nil {
		return err
	}
	if len(all) > 0 && s.files == nil {
		return fmt.Errorf("%w: %d files lie in a directory, which is not configured here (files.directory)", deal.ErrPermanent, len(all))
	}
	for _, k := range all {
		file, err := s.files.open(k.Sum)
		if errors.Is(err, os.ErrNotExist) && s.gone(ctx, k.Sum) {
			continue // its last document was deleted since the dump began
		}
		if err != nil {
			return fmt.Errorf("file %s: %w", k.Sum, err)
		}
		if err := errors.Join(member(archive, filesBelow+k.Sum, io.LimitReader(file, k.Size), k.Size), file.Close()); err != nil {
			return fmt.Errorf("file %s: %w", k.Sum, err)
		}
	}
	return nil
}

// gone tells whether a content has no row now, whatever the snapshot of a dump says.
func (s *Store) gone(ctx context.Context, sum string) bool {
	var place string
	var size int64
	return errors.Is(s.pool.QueryRow(ctx, string(filePlace), sum).Scan(&place, &size), pgx.ErrNoRows)
}

// restoreFiles brings them to where this store keeps files. What a restore that fails leaves in the directory is swept.
func (s *Store) restoreFiles(ctx context.Context, tx pgx.Tx, archive *tar.Reader) error {
	for {
		next, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the dump ends among its files: %w", err)
		}
		sum, ok := strings.CutPrefix(next.Name, filesBelow)
		if !ok || !isSum(sum) {
			return fmt.Errorf("the dump has %q behind its tables, which is no file", next.Name)
		}
		source := &hashed{from: archive, hash: sha256.New()}
		if s.here() == inDirectory {
			err = s.files.write(sum, func(w io.Writer) error {
				if _, err := io.Copy(w, source); err != nil {
					return err
				}
				return source.is(sum, next.Size)
			})
		} else {
			err = s.restoreChunks(ctx, tx, sum, source, next.Size)
		}
		if err != nil {
			return fmt.Errorf("file %s: %w", sum, err)
		}
	}
}

func (s *Store) restoreChunks(ctx context.Context, tx pgx.Tx, sum string, source *hashed, size int64) error {
	if err := chunksInto(ctx, tx, sum, source); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, string(moveFile), sum, inPostgres); err != nil {
		return err
	}
	return source.is(sum, size)
}
