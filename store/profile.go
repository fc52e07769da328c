package store

import (
	"context"

	"closedloop/deal"
	"closedloop/deal/view"
)

var lockProfile = named("LockProfile")

// PatchProfile replaces the profile that the editor read at a version. When it has moved since, the present one comes
// back with [deal.ErrStale]. A closed account gives *[view.StateError].
func (s *Store) PatchProfile(ctx context.Context, v view.Viewer, id deal.AccountID, version int64, p deal.Profile) (deal.Profile, error) {
	var present deal.Profile
	err := s.edit(ctx, "change profile", v, id, unlessClosed, func(e edit) error {
		before, err := scanProfile(e.QueryRow(ctx, string(lockProfile), string(id)))
		if err := orNothing(err); err != nil {
			return err
		}
		present = before
		if before.Version != version {
			return deal.ErrStale
		}
		p.Version = version + 1
		tag, err := e.Exec(ctx, string(putProfile), profileArgs(e.state, p, e.by))
		if err != nil {
			return err
		}
		if present, err = scanProfile(e.QueryRow(ctx, string(profileOf), string(id))); err != nil {
			return err
		}
		if tag.RowsAffected() == 0 { // somebody else made the first version while we looked
			return deal.ErrStale
		}
		return e.changed(ctx, "account_profile", string(id), before, present)
	})
	return present, err
}
