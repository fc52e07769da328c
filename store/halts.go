package store

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	haltChannel   = named("HaltChannel")
	channelHalts  = named("ChannelHalts")
	resumeChannel = named("ResumeChannel")
)

// HaltChannel lets nothing go out over a channel any more, and tells the administrators once. Settings are a hash of those that
// were refused. A channel that is halted already stays as it is.
func (s *Store) HaltChannel(ctx context.Context, h view.ChannelHalt, settings string) error {
	told := false
	err := s.transact(ctx, "halt channel", func(tx pgx.Tx) error {
		told = false
		tag, err := tx.Exec(ctx, string(haltChannel), string(h.Channel), h.At, h.Reason, orNull(h.Detail), settings)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		org, err := s.orgIn(ctx, tx)
		if err != nil {
			return err
		}
		var notices []deal.PersonNotice
		for _, p := range org.People {
			if p.Active && p.Role == deal.Admin {
				ref := "channel/" + string(h.Channel) + "/" + strconv.FormatInt(h.At.UnixMicro(), 10)
				notices = append(notices, deal.NewPersonNotice(deal.ChannelHaltedNotice, p.ID, ref, h.At, string(h.Channel)))
			}
		}
		told = len(notices) > 0
		return PersonWork{tx}.Notify(ctx, notices...)
	})
	if err == nil && told {
		s.posted()
	}
	return err
}

// ChannelHalts are the channels that nothing goes out over.
func (s *Store) ChannelHalts(ctx context.Context) ([]view.ChannelHalt, error) {
	rows, err := s.pool.Query(ctx, string(channelHalts))
	if err != nil {
		return nil, fail("read halted channels", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h view.ChannelHalt, err error) {
		err = row.Scan(&h.Channel, instant(&h.At), &h.Reason, &h.Detail)
		return h, err
	})
	return all, fail("read halted channels", err)
}

// ResumeChannel sets a halted channel going again; one that is not halted goes already.
func (s *Store) ResumeChannel(ctx context.Context, channel view.Channel) error {
	_, err := s.pool.Exec(ctx, string(resumeChannel), string(channel), nil)
	return fail("resume channel", err)
}

// ResumeChanged sets a halted channel going again if its settings are others than those that were refused, and says whether
// it did.
func (s *Store) ResumeChanged(ctx context.Context, channel view.Channel, settings string) (bool, error) {
	tag, err := s.pool.Exec(ctx, string(resumeChannel), string(channel), settings)
	return tag.RowsAffected() > 0, fail("resume channel", err)
}
