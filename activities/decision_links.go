package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"closedloop/deal"
	"closedloop/identity"
)

// LinkStore keeps links that decide, and knows what they are about.
type LinkStore interface {
	Org(ctx context.Context) (deal.Org, error)
	// ApprovalByID is a request as it stands, whoever asks; [deal.ErrNotFound] for what is not there.
	ApprovalByID(ctx context.Context, id string) (deal.Approval, error)
	// AddDecisionLink keeps a link under the hash of its secret.
	AddDecisionLink(ctx context.Context, hash []byte, l deal.DecisionLink) error
}

// DecisionLinks makes the links that go out with messages asking for somebody's word.
type DecisionLinks struct {
	store   LinkStore
	address string
	lasts   time.Duration
	now     func() time.Time
}

// NewDecisionLinks needs the address under which people reach the API, and how long a link lasts.
func NewDecisionLinks(store LinkStore, address string, lasts time.Duration, now func() time.Time) (*DecisionLinks, error) {
	if store == nil || address == "" || lasts <= 0 || now == nil {
		return nil, errors.New("decision links need a store, an address, a time to last and a clock")
	}
	return &DecisionLinks{store, strings.TrimSuffix(address, "/"), lasts, now}, nil
}

// ErrNotAsked says that no link can be made: the request is over, or the person is not asked.
var ErrNotAsked = errors.New("the request does not wait for this person")

// DecisionLink is an address at which the person decides about the request once, without logging in, as long as the
// request waits for that person, and no longer than the links last. Each call makes another one, since only hashes are
// kept; all of them die together with the first use. [ErrNotAsked] when the request does not wait for the person.
func (d *DecisionLinks) DecisionLink(ctx context.Context, approval string, who deal.PersonID) (string, error) {
	a, err := d.store.ApprovalByID(ctx, approval)
	if errors.Is(err, deal.ErrNotFound) {
		return "", ErrNotAsked
	}
	if err != nil {
		return "", fmt.Errorf("read approval: %w", err)
	}
	org, err := d.store.Org(ctx)
	if err != nil {
		return "", fmt.Errorf("read the organisation: %w", err)
	}
	now := d.now().UTC().Truncate(time.Microsecond)
	link, no := deal.LinkTo(a, org, who, now, now.Add(d.lasts))
	if len(no) > 0 {
		return "", fmt.Errorf("%w: %s", ErrNotAsked, no[0].Code)
	}
	token := identity.NewToken()
	link.ID = identity.PublicID(token)
	if err := d.store.AddDecisionLink(ctx, token.Hash(), link); err != nil {
		return "", fmt.Errorf("keep link: %w", err)
	}
	return d.address + DecisionPath + token.Reveal(), nil
}

// DecisionPath is where links lead, below the address of the API.
const DecisionPath = "/decide/"
