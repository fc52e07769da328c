package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"closedloop/deal"
	"closedloop/deal/view"
)

// ConstraintError is a write that the schema refused for a reason we know. It is permanent: errors.Is(err,
// [deal.ErrPermanent]) holds.
type ConstraintError struct {
	Constraint string
	Code       deal.Code
}

func (e *ConstraintError) Error() string {
	return fmt.Sprintf("constraint %s refuses this: %s", e.Constraint, e.Code)
}

// Refusal is what to answer.
func (e *ConstraintError) Refusal() deal.Refusal { return deal.Refusal{Code: e.Code} }

// Unwrap says that repeating does not help.
func (e *ConstraintError) Unwrap() error { return deal.ErrPermanent }

// refusalOf is the code behind each constraint that an ordinary caller can run into; empty for every other one.
func refusalOf(constraint string) deal.Code {
	switch constraint {
	case "approval_levels_four_eyes_check":
		return deal.CodeOwnRequest
	case "account_events_pkey", "accounts_pkey":
		return deal.CodeAlreadyOpened
	case "handovers_running_idx":
		return deal.CodeHandoverRunning
	case "dossier_key_idx":
		return deal.CodeAlreadyOnFile
	case "delegations_from_id_fkey", "delegations_to_id_fkey", "leave_person_id_fkey", "leave_deputy_id_fkey", "sessions_user_id_fkey", "api_tokens_user_id_fkey":
		return deal.CodeUnknownPerson
	case "delegations_self_check", "delegations_order_check", "leave_self_check", "leave_order_check", "leave_kind_check", "users_role_check", "contacts_role_check", "imports_sheet_check":
		return deal.CodeInvalidValue
	}
	return ""
}

// notText is the SQLSTATE of a text with U+0000 or broken UTF-8. Nothing that is on file can have such a name.
const notText = "22021"

// fail says what was being done and sorts the error: an answer ([deal.ErrNotFound]), what no repetition mends
// ([deal.ErrPermanent]), or the database's trouble ([deal.ErrUnavailable]).
func fail(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case sorted(err):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, deal.ErrNotFound)
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		if code := refusalOf(refused.ConstraintName); code != "" {
			return fmt.Errorf("%s: %w: %w", doing, &ConstraintError{refused.ConstraintName, code}, err)
		}
		if refused.Code == notText {
			return fmt.Errorf("%s: %w: %w", doing, deal.ErrNotFound, err)
		}
		if faulty(refused.Code) {
			return fmt.Errorf("%s: %w: %w", doing, deal.ErrPermanent, err)
		}
		return fmt.Errorf("%s: %w: %w", doing, deal.ErrUnavailable, err)
	}
	if undecodable(err) || unsendable(err) {
		return fmt.Errorf("%s: %w: %w", doing, deal.ErrPermanent, err)
	}
	return fmt.Errorf("%s: %w: %w", doing, deal.ErrUnavailable, err)
}

// sorted tells whether an error already says what it is.
func sorted(err error) bool {
	var state *view.StateError
	if errors.As(err, &state) {
		return true
	}
	for _, known := range []error{
		deal.ErrNotFound, deal.ErrStale, deal.ErrUnavailable, deal.ErrPermanent, view.ErrReadOnly, view.ErrNoFile, view.ErrBadCursor, view.ErrBadSort,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// faulty tells by its SQLSTATE class whether the data are to blame: malformed values, constraints, limits of a value's
// size. Everything else – locks, timeouts, shutdowns, missing rights – is up to operations and may pass.
func faulty(code string) bool {
	switch code[:min(2, len(code))] {
	case "22", "23", "54":
		return true
	}
	return false
}

// undecodable tells whether what came back does not fit what was expected.
func undecodable(err error) bool {
	var scan pgx.ScanArgError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	return errors.As(err, &scan) || errors.As(err, &syntax) || errors.As(err, &kind)
}

// unsendable tells whether a value of a batch could not be put into the form that its column wants, such as a number that
// is too large. Such a batch never left, but unlike with a broken connection it never will.
func unsendable(err error) bool {
	var batch pgx.ErrPreprocessingBatch
	var network net.Error
	return errors.As(err, &batch) && !pgconn.SafeToRetry(err) && !errors.As(err, &network) &&
		!errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) &&
		!errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// transient tells whether the server itself said that the transaction did nothing and may be repeated, or nothing was
// sent at all (trust-and-speed.md G5).
func transient(err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return pgconn.SafeToRetry(err)
	}
	switch refused.Code {
	case "40001", "40P01", "25006", "57P01", "57P02", "57P03":
		return true
	}
	return false
}

// unknown tells whether the connection was lost in the middle, so that nobody knows what became of the transaction.
func unknown(err error) bool {
	var refused *pgconn.PgError
	return errors.Is(err, deal.ErrUnavailable) && !errors.As(err, &refused) &&
		!errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// How often a transaction is tried before the caller hears of the trouble, and the first pause between two tries.
const (
	tries      = 4
	firstPause = 20 * time.Millisecond
)

// repeatedly calls once until it succeeds, fails for a reason that again does not take, or has failed often enough.
func repeatedly(ctx context.Context, again func(error) bool, once func() error) error {
	pause := firstPause
	for try := 1; ; try++ {
		err := once()
		if err == nil || try == tries || ctx.Err() != nil || !again(err) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
		pause *= 2
	}
}
