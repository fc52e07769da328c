package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/identity"
	"closedloop/store"
)

// organisationFile is a company's own organisation, for an installation without the demo one.
type organisationFile struct {
	Teams []struct {
		Name   string `yaml:"name"`
		Parent string `yaml:"parent"` // name of the area
		Lead   string `yaml:"lead"`   // login of the manager or director
		Region string `yaml:"region"` // whose calendar counts; none: that of the area, or of the organisation
	} `yaml:"teams"`
	People []struct {
		Login string    `yaml:"login"`
		Name  string    `yaml:"name"`
		Role  deal.Role `yaml:"role"`
		Team  string    `yaml:"team"`
	} `yaml:"people"`
	Territories []struct {
		Name string `yaml:"name"`
		Team string `yaml:"team"`
	} `yaml:"territories"`
}

func (a *app) organisationCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "organisation FILE",
		Short: "Create teams, people and territories on an empty database, and print everybody's first password",
		Args:  cobra.ExactArgs(1),
	}
	data := a.dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		source, err := os.ReadFile(args[0])
		if err != nil {
			return fmt.Errorf("read organisation: %w", err)
		}
		org, passwords, err := readOrganisation(ctx, source)
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		_, st, _, err := a.beside(ctx, *data)
		if err != nil {
			return err
		}
		defer st.Close()
		created, err := st.SeedOrganisation(ctx, org)
		if err != nil {
			return fmt.Errorf("create organisation: %w", err)
		}
		if !created {
			return errors.New("the database already has people; nothing was changed (start with --no-demo to begin with your own)")
		}
		for i, p := range org.People {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", p.Login, passwords[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

// readOrganisation reads the file, lists everything that is wrong in it, and makes a first password for everybody.
func readOrganisation(ctx context.Context, source []byte) (store.Organisation, []string, error) {
	var file organisationFile
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return store.Organisation{}, nil, fmt.Errorf("not an organisation: %w", err)
	}
	hashing, err := identity.NewPasswords(identity.DefaultCost(), runtime.NumCPU())
	if err != nil {
		return store.Organisation{}, nil, fmt.Errorf("make password checks: %w", err)
	}
	org := store.Organisation{Territories: map[string]string{}}
	var passwords []string
	var wrong []error
	logins, teams := map[string]bool{}, map[string]bool{}
	for _, p := range file.People {
		if p.Login == "" || p.Name == "" || logins[p.Login] || !slices.Contains(deal.Roles(), p.Role) {
			wrong = append(wrong, fmt.Errorf("person %q: needs a login of its own, a name and a role of %v", p.Login, deal.Roles()))
		}
		logins[p.Login] = true
	}
	for _, t := range file.Teams {
		if t.Name == "" || teams[t.Name] || (t.Parent != "" && !teams[t.Parent]) || (t.Lead != "" && !logins[t.Lead]) {
			wrong = append(wrong, fmt.Errorf("team %q: needs a name of its own, an area that stands above it in the file, and a lead among people", t.Name))
		}
		if t.Region != "" && !calendar.IsRegion(t.Region) {
			wrong = append(wrong, fmt.Errorf("team %q: region %q needs small letters, digits and hyphens, a letter first, at most %d", t.Name, t.Region, calendar.MaxRegion))
		}
		teams[t.Name] = true
		org.Teams = append(org.Teams, store.Team{Name: t.Name, Parent: t.Parent, Lead: t.Lead, Region: t.Region})
	}
	for _, p := range file.People {
		if p.Team != "" && !teams[p.Team] {
			wrong = append(wrong, fmt.Errorf("person %q: there is no team %q", p.Login, p.Team))
		}
	}
	for _, t := range file.Territories {
		if t.Name == "" || !teams[t.Team] {
			wrong = append(wrong, fmt.Errorf("territory %q: there is no team %q", t.Name, t.Team))
		}
		org.Territories[t.Name] = t.Team
	}
	if len(file.People) == 0 {
		wrong = append(wrong, errors.New("people: at least one"))
	}
	if err := errors.Join(wrong...); err != nil {
		return org, nil, err
	}
	for _, p := range file.People {
		password := rand.Text()[:16]
		hash, err := hashing.Hash(ctx, password)
		if err != nil {
			return org, nil, fmt.Errorf("hash password: %w", err)
		}
		passwords = append(passwords, password)
		org.People = append(org.People, store.Member{Login: p.Login, Name: p.Name, Role: p.Role, Team: p.Team, PasswordHash: hash})
	}
	return org, passwords, nil
}
