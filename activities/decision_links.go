package activities

import (
	"context"
	"errors"
	"fmt"
	"strconv"
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
	// AddDecisionLink keeps a link under the hash of its secret; one that is there lasts as long as the later of both.
	AddDecisionLink(ctx context.Context, hash []byte, l deal.DecisionLink) error
}

// DecisionLinks makes the links that go out with messages asking for somebody's word.
type DecisionLinks struct {
	store   LinkStore
	house   *identity.House
	address string
	lasts   time.Duration
	now     func() time.Time
}

// NewDecisionLinks needs the house key that secrets follow from, the address under which people reach the API, and how long a
// link lasts.
func NewDecisionLinks(store LinkStore, house *identity.House, address string, lasts time.Duration, now func() time.Time) (*DecisionLinks, error) {
	if store == nil || house == nil || address == "" || lasts <= 0 || now == nil {
		return nil, errors.New("decision links need a store, a house key, an address, a time to last and a clock")
	}
	return &DecisionLinks{store, house, strings.TrimSuffix(address, "/"), lasts, now}, nil
}

// ErrNotAsked says that no link can be made: the request is over, or the person is not asked.
var ErrNotAsked = errors.New("the request does not wait for this person")

// Asked is what a person is asked to decide about, and where. It says the same in every attempt of a delivery.
type Asked struct {
	Link      string
	Kind      deal.ApprovalKind
	Amount    int64 // minor units; zero with no currency for none
	Currency  string
	Requester string // name
}

// DecisionLink has an address at which the person decides about the request once, without logging in, as long as the
// request waits for that person, and no longer than the links last. Every attempt of one delivery has the same one as long as
// level and subject are the same, so that a letter that goes out again says the same; only its hash is kept. Those of other
// deliveries die together with it at the first use. [ErrNotAsked] when the request does not wait for the person.
func (d *DecisionLinks) DecisionLink(ctx context.Context, approval string, who deal.PersonID, delivery string) (Asked, error) {
	a, err := d.store.ApprovalByID(ctx, approval)
	if errors.Is(err, deal.ErrNotFound) {
		return Asked{}, ErrNotAsked
	}
	if err != nil {
		return Asked{}, fmt.Errorf("read approval: %w", err)
	}
	org, err := d.store.Org(ctx)
	if err != nil {
		return Asked{}, fmt.Errorf("read the organisation: %w", err)
	}
	now := d.now().UTC().Truncate(time.Microsecond)
	link, no := deal.LinkTo(a, org, who, now, now.Add(d.lasts))
	if len(no) > 0 {
		return Asked{}, fmt.Errorf("%w: %s", ErrNotAsked, no[0].Code)
	}
	token := d.house.Token("decision link", delivery, approval, string(who), strconv.Itoa(link.Level), strconv.FormatInt(link.Version, 10))
	link.ID = identity.PublicID(token)
	if err := d.store.AddDecisionLink(ctx, token.Hash(), link); err != nil {
		return Asked{}, fmt.Errorf("keep link: %w", err)
	}
	requester, _ := org.Person(a.Requester)
	return Asked{d.address + DecisionPath + token.Reveal(), a.Kind, a.Amount, a.Currency, requester.Name}, nil
}

// DecisionPath is where links lead, below the address of the API.
const DecisionPath = "/decide/"
