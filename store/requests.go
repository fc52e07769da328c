package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	oneRequest  = named("Request")
	keepRequest = named("KeepRequest")
)

// Request is the remembered answer of a POST that is no command; false when there is none or it has expired.
func (s *Store) Request(ctx context.Context, who deal.PersonID, key string) (view.StoredRequest, bool, error) {
	var r view.StoredRequest
	err := s.pool.QueryRow(ctx, string(oneRequest), string(who), key).Scan(&r.Fingerprint, &r.Status, &r.Body, &r.Location)
	if errors.Is(err, pgx.ErrNoRows) {
		return view.StoredRequest{}, false, nil
	}
	return r, err == nil, fail("look for request", err)
}

// KeepRequest remembers an answer for [Options.RequestsKept]. The first one under a key stays.
func (s *Store) KeepRequest(ctx context.Context, who deal.PersonID, key string, r view.StoredRequest) error {
	body := r.Body
	if body == nil {
		body = []byte{}
	}
	_, err := s.pool.Exec(ctx, string(keepRequest), string(who), key, r.Fingerprint, r.Status, body, r.Location, s.options.RequestsKept)
	return fail("keep request", err)
}
