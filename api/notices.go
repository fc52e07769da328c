package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"closedloop/deal/view"
)

type noticeBody struct {
	ID      string      `json:"id"`
	Kind    string      `json:"kind"`
	Text    string      `json:"text" doc:"in the language asked for"`
	Account *accountRef `json:"account,omitempty" doc:"absent when the line belongs to no account"`
	Seq     int64       `json:"seq,omitempty" doc:"of the account's event that told it"`
	At      time.Time   `json:"at"`
	Ref     string      `json:"ref" doc:"what it is about"`
	Due     *time.Time  `json:"due"`
	ReadAt  *time.Time  `json:"read_at"`
}

type noticesInput struct {
	Paging
	Unread switchName `query:"unread" doc:"true: only those not read yet"`
}

type readNoticesInput struct {
	Body struct {
		IDs []string `json:"ids,omitempty" maxItems:"200" maxLength:"64"`
		All bool     `json:"all,omitempty" doc:"all of them, instead of naming some"`
	}
}

type readBody struct {
	Read int `json:"read" doc:"how many there were"`
}

func (a *API) noticeRoutes() {
	register(a, op(http.MethodGet, "/notifications", "list-notifications", "work", "Your inbox, newest first"), a.notices)
	register(a, op(http.MethodPost, "/notifications/read", "read-notifications", "work", "Mark lines of your inbox as read"), a.readNotices)
}

func (a *API) notices(ctx context.Context, in *noticesInput) (*reply[list[noticeBody]], error) {
	unread := in.Unread.chosen()
	items, next, err := a.Work.Notices(ctx, who(ctx).viewer, unread != nil && *unread, in.page())
	if err != nil {
		return nil, fmt.Errorf("list notifications: %w", err)
	}
	return listOf(mapped(items, a.noticeBody(callOf(ctx).lang)), next), nil
}

// noticeBody tells a line of an inbox in a language.
func (a *API) noticeBody(lang string) func(view.NoticeItem) noticeBody {
	return func(n view.NoticeItem) noticeBody {
		body := noticeBody{
			ID: n.ID, Kind: string(n.Kind), Text: a.say.Notice(n.Kind, lang, n.AccountName), Seq: n.Seq, At: n.At.UTC(), Ref: n.Ref,
			Due: instant(n.Due), ReadAt: instant(n.ReadAt),
		}
		if n.Account == "" {
			body.Text = a.say.Notice(n.Kind, lang, n.Args...)
		} else {
			body.Account = &accountRef{string(n.Account), n.AccountNumber, n.AccountName}
		}
		return body
	}
}

func (a *API) readNotices(ctx context.Context, in *readNoticesInput) (*created[readBody], error) {
	if in.Body.All == (len(in.Body.IDs) > 0) {
		return nil, wrong("required_field", "/ids")
	}
	return once(ctx, a, func() (*created[readBody], error) {
		n, err := a.Work.ReadNotices(ctx, who(ctx).viewer, in.Body.IDs)
		if err != nil {
			return nil, fmt.Errorf("mark notifications as read: %w", err)
		}
		return &created[readBody]{Status: http.StatusOK, Body: readBody{n}}, nil
	})
}
