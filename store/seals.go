package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal/view"
)

var (
	openSecrets     = named("OpenSecrets")
	sealSecrets     = named("SealSecrets")
	sealedElsewhere = named("SealedElsewhere")
	dropSealed      = named("DropSealed")
)

// SealSecrets takes over the secrets of webhooks that an earlier release kept in clear, and says how many they were. Several
// processes may do so at the same time: the first seal stays.
func (s *Store) SealSecrets(ctx context.Context, seal func(webhook, secret string) []byte) (int, error) {
	sealed := 0
	err := s.transact(ctx, "seal secrets", func(tx pgx.Tx) error {
		sealed = 0
		rows, err := tx.Query(ctx, string(openSecrets))
		if err != nil {
			return err
		}
		type open struct{ ID, Secret, Former string }
		all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[open])
		if err != nil {
			return err
		}
		for _, o := range all {
			var former []byte
			if o.Former != "" {
				former = seal(o.ID, o.Former)
			}
			tag, err := tx.Exec(ctx, string(sealSecrets), o.ID, o.Secret, seal(o.ID, o.Secret), former)
			if err != nil {
				return err
			}
			sealed += int(tag.RowsAffected())
		}
		return nil
	})
	return sealed, err
}

// SealedElsewhere counts the webhooks whose secrets were sealed under another house key than the one with this mark.
func (s *Store) SealedElsewhere(ctx context.Context, mark []byte) (int, error) {
	var n int
	err := s.pool.QueryRow(ctx, string(sealedElsewhere), mark).Scan(&n)
	return n, fail("ask whose seals there are", err)
}

// DropSealed stops the webhooks whose secrets were sealed under another house key than the one with this mark, forgets those
// secrets, and says how many they were.
func (s *Store) DropSealed(ctx context.Context, mark []byte) (int, error) {
	tag, err := s.pool.Exec(ctx, string(dropSealed), mark, view.SecretLost)
	return int(tag.RowsAffected()), fail("drop sealed secrets", err)
}
