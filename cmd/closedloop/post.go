package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"closedloop/activities"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/notify"
	"closedloop/store"
)

// post is what the API asks about the ways out of the house.
type post struct {
	*store.Store

	channels *channels
	domains  []string // that letters may go to; none: all
}

func newPost(n *node) post {
	return post{n.store, n.channels, strings.Fields(strings.ToLower(n.config.Channels.Mail.Domains))}
}

// Available are the channels that are set up.
func (p post) Available() []view.Channel { return p.channels.Channels() }

// MailAllowed tells whether letters may go to an address.
func (p post) MailAllowed(address string) bool {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	return len(p.domains) == 0 || slices.Contains(p.domains, domain)
}

// CheckEndpoint tells whether webhooks may go to an address, before its name is resolved.
func (p post) CheckEndpoint(url string) error {
	if p.channels.client == nil {
		return errors.New("webhooks are not set up")
	}
	return notify.CheckEndpoint(p.channels.client, url) //nolint:wrapcheck // what is wrong, for whoever entered it
}

// TestWebhook sends something that means nothing.
func (p post) TestWebhook(ctx context.Context, hook, id string) (view.Delivery, error) {
	d := activities.TestWebhook(hook, id, time.Now())
	if err := p.AddDeliveries(ctx, []view.Delivery{d}); err != nil {
		return d, err //nolint:wrapcheck // says what it was doing
	}
	return p.Delivery(ctx, d.ID) //nolint:wrapcheck // says what it was doing
}

// ReplayWebhook sends what was said in a stretch of time once more.
func (p post) ReplayWebhook(ctx context.Context, id string, from, until time.Time, by deal.PersonID) (int, error) {
	return p.Store.ReplayWebhook(ctx, id, from, until, by, activities.ForWebhook) //nolint:wrapcheck // says what it was doing
}
