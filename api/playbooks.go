package api

import (
	"context"
	"fmt"
	"net/http"
)

type playbookInput struct {
	Name    string `path:"name" maxLength:"64"`
	Version int    `query:"version" minimum:"0" doc:"0 or absent: the newest"`
}

func (a *API) playbookRoutes() {
	register(a, op(http.MethodGet, "/playbooks", "list-playbooks", "setup", "Playbooks in their newest version"), a.playbooks)
	register(a, op(http.MethodGet, "/playbooks/{name}", "get-playbook", "setup", "Steps, forms, gates, deadlines and approvals of a playbook"),
		a.playbook)
}

func (a *API) playbooks(_ context.Context, _ *struct{}) (*reply[list[any]], error) {
	return listOf(a.Playbooks.List(), ""), nil
}

func (a *API) playbook(_ context.Context, in *playbookInput) (*reply[any], error) {
	described, err := a.Playbooks.Describe(in.Name, in.Version)
	if err != nil {
		return nil, fmt.Errorf("describe playbook: %w", err)
	}
	return &reply[any]{described}, nil
}
