package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/naming"
)

// maybe is a field of a patch: absent leaves the value as it is, null clears it.
type maybe[T any] struct {
	present bool
	value   *T
}

// UnmarshalJSON notes that the field was there.
func (m *maybe[T]) UnmarshalJSON(data []byte) error {
	m.present = true
	return json.Unmarshal(data, &m.value)
}

// Schema is that of the value, or null.
func (m maybe[T]) Schema(r huma.Registry) *huma.Schema {
	s := r.Schema(reflect.TypeFor[T](), true, "")
	s.Nullable = true
	return s
}

func (m maybe[T]) into(target *T) {
	if m.present {
		var zero T
		*target = zero
		if m.value != nil {
			*target = *m.value
		}
	}
}

type profileInput struct {
	AccountPath
	Conditional
	Body profilePatch
}

type profilePatch struct {
	Name            maybe[string]   `json:"name,omitempty" maxLength:"200"`
	CreditCode      maybe[string]   `json:"credit_code,omitempty" maxLength:"40"`
	Aliases         maybe[[]string] `json:"aliases,omitempty" maxItems:"20" minLength:"1" maxLength:"200"`
	Premises        maybe[string]   `json:"premises,omitempty" maxLength:"40"`
	Territory       maybe[string]   `json:"territory,omitempty" maxLength:"100"`
	Address         maybe[string]   `json:"address,omitempty" maxLength:"400"`
	Industry        maybe[string]   `json:"industry,omitempty" maxLength:"100"`
	MonthlyInbound  maybe[int]      `json:"monthly_inbound,omitempty" minimum:"0" maximum:"1000000000" doc:"null: not known"`
	MonthlyOutbound maybe[int]      `json:"monthly_outbound,omitempty" minimum:"0" maximum:"1000000000" doc:"null: not known"`
}

type profileOutput struct {
	ETag string `header:"ETag"`
	Body profileBody
}

// patchProfile edits the profile from the version that was read.
func (a *API) patchProfile(ctx context.Context, in *profileInput) (*profileOutput, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	read, err := a.Accounts.Account(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	if read.Profile.Version != version {
		return nil, stale(read.Profile.Version)
	}
	edited := in.Body.apply(read.Profile)
	if f := checkProfile(&edited); len(f) > 0 {
		return nil, invalid(f)
	}
	now, err := a.Records.PatchProfile(ctx, who(ctx).viewer, id, version, edited)
	if errors.Is(err, deal.ErrStale) {
		return nil, stale(now.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("edit profile: %w", err)
	}
	return &profileOutput{ETag: etag(now.Version), Body: profileOf(now)}, nil
}

func (p profilePatch) apply(to deal.Profile) deal.Profile {
	p.Name.into(&to.Name)
	p.CreditCode.into(&to.CreditCode)
	p.Aliases.into(&to.Aliases)
	p.Premises.into(&to.Premises)
	p.Territory.into(&to.Territory)
	p.Address.into(&to.Address)
	p.Industry.into(&to.Industry)
	if p.MonthlyInbound.present {
		to.MonthlyInbound = p.MonthlyInbound.value
	}
	if p.MonthlyOutbound.present {
		to.MonthlyOutbound = p.MonthlyOutbound.value
	}
	return to
}

// checkProfile checks what has a form of its own, and brings it into that form.
func checkProfile(p *deal.Profile) []reason {
	var bad []reason
	p.Name, p.Territory = strings.TrimSpace(p.Name), strings.TrimSpace(p.Territory)
	if p.Name == "" {
		bad = append(bad, reason{code: "required_field", pointer: "/name"})
	}
	if p.CreditCode != "" {
		code, err := naming.CreditCode(p.CreditCode)
		if err != nil {
			bad = append(bad, reason{code: catalogue.InvalidCreditCode, pointer: "/credit_code"})
		}
		p.CreditCode = code
	}
	return bad
}

// invalid is the fault of content that the edge refuses.
func invalid(reasons []reason) *fault {
	return &fault{status: http.StatusUnprocessableEntity, code: catalogue.InvalidRequest, reasons: reasons}
}

// formReasons are what a form's schema says, below a place in the body.
func formReasons(no deal.Refusals, below string) []reason {
	return mapped(no, func(r deal.Refusal) reason {
		code := string(r.Code)
		if r.Item != "" {
			code = r.Item
		}
		return reason{code: code, pointer: below + r.Field, args: r.Args, text: r.Text, hint: r.Hint}
	})
}
