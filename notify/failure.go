package notify

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"
)

// fromNetwork is the outcome of a call that brought no answer. written says that
// the message was already under way.
func fromNetwork(err error, written bool, secrets ...Secret) Outcome {
	o := Outcome{Class: Retry, Reason: ReasonUnreachable, Unsure: written, Detail: detail(err.Error(), secrets...)}
	switch {
	case errors.Is(err, ErrAddressRefused):
		o.Class, o.Reason = Permanent, ReasonForbidden
	case isTimeout(err):
		o.Reason = ReasonTimeout
	case errors.Is(err, errHandshake):
		o.Reason = ReasonTLS
	case written:
		o.Reason = ReasonConnectionLost
	}
	return o
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &e) && e.Timeout()
}

// maxRetryAfter bounds what an endpoint may ask for: a typing error in its
// Retry-After is not the end of its notices.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the header of that name, in seconds or as a date. Zero means
// that it says nothing of use.
func retryAfter(header http.Header, now time.Time) time.Time {
	value := textproto.TrimString(header.Get("Retry-After"))
	if value == "" {
		return time.Time{}
	}
	until, err := http.ParseTime(value)
	if err != nil {
		seconds, err := strconv.ParseUint(strings.TrimPrefix(value, "+"), 10, 64)
		if err != nil {
			return time.Time{}
		}
		until = now.Add(time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second)
	}
	if !until.After(now) {
		return time.Time{}
	}
	if latest := now.Add(maxRetryAfter); until.After(latest) {
		return latest
	}
	return until
}
