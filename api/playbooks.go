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
	get := op(http.MethodGet, "/playbooks/{name}", "get-playbook", "setup", "Steps, forms, gates, deadlines and approvals of a playbook")
	get.Description = "With Accept: application/yaml the text as it was written, for a next version of it."
	register(a, get, a.playbook)
	a.offersYAML()
	a.editionRoutes()
}

func (a *API) playbooks(ctx context.Context, _ *struct{ Exporting }) (*reply[list[any]], error) {
	if err := a.Editions.Refresh(ctx); err != nil {
		return nil, fmt.Errorf("look for new playbooks: %w", err)
	}
	return listOf(a.Playbooks.List(), ""), nil
}

func (a *API) playbook(ctx context.Context, in *playbookInput) (*describedOutput, error) {
	if asksForText(callOf(ctx)) {
		return a.playbookText(ctx, in.Name, in.Version)
	}
	if err := a.Editions.Refresh(ctx); err != nil {
		return nil, fmt.Errorf("look for new playbooks: %w", err)
	}
	described, err := a.Playbooks.Describe(in.Name, in.Version)
	if err != nil {
		return nil, fmt.Errorf("describe playbook: %w", err)
	}
	return &describedOutput{Body: described}, nil
}
