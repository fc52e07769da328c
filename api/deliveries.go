package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/notify"
)

type deliveryBody struct {
	ID         string        `json:"id" doc:"of its message, the same in all attempts"`
	Notice     string        `json:"notice" doc:"ID"`
	Kind       string        `json:"kind" doc:"of the notice"`
	Text       string        `json:"text" doc:"of the kind, in the language asked for"`
	Channel    channelName   `json:"channel"`
	Recipient  *personBody   `json:"recipient,omitempty"`
	Webhook    string        `json:"webhook,omitempty" doc:"ID"`
	Account    string        `json:"account,omitempty" doc:"number"`
	At         time.Time     `json:"at" doc:"when it was said"`
	Status     deliveryState `json:"status"`
	Next       *time.Time    `json:"next" doc:"not before, while it waits"`
	Together   string        `json:"together,omitempty" doc:"the message that it went out with; what shares it is handled together"`
	Attempts   int           `json:"attempts"`
	Failures   int           `json:"failures"`
	BeganAt    *time.Time    `json:"began_at" doc:"of the last attempt"`
	EndedAt    *time.Time    `json:"ended_at"`
	Reason     string        `json:"reason" doc:"of what did not work last, or why nothing was sent; a code"`
	ReasonText string        `json:"reason_text" doc:"in the language asked for, with what to do about it"`
	Detail     string        `json:"detail" doc:"what the channel said"`
	HandledBy  *personBody   `json:"handled_by,omitempty" doc:"who sent it again or dropped it"`
	HandledAt  *time.Time    `json:"handled_at"`
}

type deliveriesInput struct {
	Paging
	Status    deliveryState `query:"status" doc:"parked: dead letters, which wait for a person"`
	Channel   channelName   `query:"channel"`
	Recipient string        `query:"recipient" maxLength:"64" doc:"ID of a person or a webhook, or me"`
}

type deliveryPath struct {
	ID   string   `path:"id" maxLength:"64" doc:"ID of the delivery"`
	Body *nothing `required:"false"`
}

func (a *API) deliveryRoutes() {
	list := op(http.MethodGet, "/deliveries", "list-deliveries", "work", "What went out of the house, and what became of it, newest first")
	list.Description = "Your own; administrators and sales_ops see all. Kept for ninety days, dead letters until somebody decides."
	register(a, list, a.deliveries)
	resend := op(http.MethodPost, "/deliveries/{id}/resend", "resend-delivery", "work", "Send a dead letter again")
	resend.Description = "Under its ID, with everything that shared its message. For the recipient, administrators and sales_ops."
	register(a, resend, a.resendDelivery)
	drop := op(http.MethodPost, "/deliveries/{id}/drop", "drop-delivery", "work", "Let a dead letter rest")
	drop.Description = "With everything that shared its message. For the recipient, administrators and sales_ops."
	register(a, drop, a.dropDelivery)
}

// keepsPost tells whether somebody looks after everybody's deliveries.
func keepsPost(p deal.Person) bool { return p.Role == deal.Admin || p.Role == deal.SalesOps }

func (a *API) deliveries(ctx context.Context, in *deliveriesInput) (*reply[list[deliveryBody]], error) {
	me := who(ctx)
	f := view.DeliveryFilter{
		State: view.DeliveryState(in.Status), Channel: view.Channel(in.Channel), Recipient: string(personParam(ctx, in.Recipient)), Page: in.page(),
	}
	if !keepsPost(me.person) {
		if f.Recipient != "" && f.Recipient != string(me.person.ID) {
			return listOf[deliveryBody](nil, ""), nil
		}
		f.Recipient = string(me.person.ID)
	}
	found, next, err := a.Channels.Deliveries(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return listOf(mapped(found, func(d view.Delivery) deliveryBody { return a.deliveryOf(ctx, d) }), next), nil
}

func (a *API) deliveryOf(ctx context.Context, d view.Delivery) deliveryBody {
	lang, org := callOf(ctx).lang, who(ctx).org
	body := deliveryBody{
		ID: d.ID, Notice: d.Notice, Kind: d.Kind, Text: a.say.Notice(deal.NoticeKind(d.Kind), lang, d.Number), Channel: channelName(d.Channel), Account: d.Number,
		At: d.At.UTC(), Status: deliveryState(d.State), Together: d.Parcel, Attempts: d.Attempts, Failures: d.Failures, BeganAt: instant(d.BeganAt),
		EndedAt: instant(d.EndedAt), Reason: d.Reason, ReasonText: a.reasonText(d.Reason, lang), Detail: d.Detail,
		HandledBy: personIn(org, d.HandledBy), HandledAt: instant(d.HandledAt),
	}
	if d.State == view.DeliveryWaiting {
		body.Next = instant(d.NextAt)
	}
	if d.Channel == view.WebhookChannel {
		body.Webhook = d.Recipient
	} else {
		body.Recipient = personIn(org, deal.PersonID(d.Recipient))
	}
	return body
}

// reasonText is why something did not go out, in words.
func (a *API) reasonText(code, lang string) string {
	if t := notify.Reason(code).Text(); t != (deal.Text{}) {
		return t.In(lang)
	}
	return a.say.Label(catalogue.SkipReasons, code, lang)
}

func (a *API) resendDelivery(ctx context.Context, in *deliveryPath) (*created[deliveryBody], error) {
	return a.handleDelivery(ctx, in.ID, a.Channels.ResendDelivery)
}

func (a *API) dropDelivery(ctx context.Context, in *deliveryPath) (*created[deliveryBody], error) {
	return a.handleDelivery(ctx, in.ID, a.Channels.DropDelivery)
}

func (a *API) handleDelivery(ctx context.Context, id string, act func(context.Context, string, deal.PersonID) (view.Delivery, error)) (*created[deliveryBody], error) {
	return once(ctx, a, func() (*created[deliveryBody], error) {
		me := who(ctx).person
		d, err := a.Channels.Delivery(ctx, id)
		if err == nil && !keepsPost(me) && d.Recipient != string(me.ID) {
			err = deal.ErrNotFound
		}
		if err != nil {
			return nil, fmt.Errorf("read delivery: %w", err)
		}
		done, err := act(ctx, id, me.ID)
		if errors.Is(err, deal.ErrStale) {
			return nil, no(http.StatusConflict, catalogue.NotADeadLetter, string(d.State))
		}
		if err != nil {
			return nil, fmt.Errorf("handle delivery: %w", err)
		}
		return &created[deliveryBody]{Status: http.StatusOK, Body: a.deliveryOf(ctx, done)}, nil
	})
}
