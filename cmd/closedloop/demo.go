package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"closedloop/config"
	"closedloop/deal"
	"closedloop/identity"
	"closedloop/store"
)

// demo is the organisation that an empty database begins with: one area, two teams, one login for every role
// (issue "The ring runs"). Territories are those of the sample sheet.
func demo(hash string) store.Organisation {
	member := func(login, name string, role deal.Role, team string) store.Member {
		return store.Member{Login: login, Name: name, Role: role, Team: team, PasswordHash: hash}
	}
	const area, first, second = "宿迁片区", "经济开发区站", "苏宿工业园站"
	return store.Organisation{
		Teams: []store.Team{
			{Name: area, Lead: "director1"},
			{Name: first, Parent: area, Lead: "manager1"},
			{Name: second, Parent: area, Lead: "manager2"},
		},
		People: []store.Member{
			member("collector1", "张伟", deal.Collector, first),
			member("rep1", "李娜", deal.Rep, first),
			member("rep2", "王芳", deal.Rep, first),
			member("rep3", "赵敏", deal.Rep, second),
			member("manager1", "陈刚", deal.Manager, first),
			member("manager2", "刘洋", deal.Manager, second),
			member("director1", "周涛", deal.Director, area),
			member("ops1", "吴静", deal.SalesOps, ""),
			member("finance1", "郑洁", deal.Finance, ""),
			member("admin1", "孙磊", deal.Admin, ""),
			member("auditor1", "钱颖", deal.Auditor, ""),
		},
		Territories: map[string]string{"经济开发区": first, "市区": first, "苏宿工业园": second},
	}
}

// seedDemo creates the demo organisation on a database without people, and names its logins whenever it is the one
// that is there. Its password is known to everybody, so it never goes with an open address.
func (n *node) seedDemo(ctx context.Context) ([]string, error) {
	if !n.config.Demo.Enabled {
		return nil, nil
	}
	if config.BeyondLoopback(n.config.Listen) {
		return nil, fmt.Errorf("demo.enabled: the demo password is known to everybody and %s lets other machines in; "+
			"start with --no-demo, or listen on 127.0.0.1", n.config.Listen)
	}
	org, err := n.store.Org(ctx)
	if err != nil {
		return nil, fmt.Errorf("read organisation: %w", err)
	}
	if len(org.People) == 0 {
		passwords, err := identity.NewPasswords(identity.DefaultCost(), runtime.NumCPU())
		if err != nil {
			return nil, fmt.Errorf("make password checks: %w", err)
		}
		hash, err := passwords.Hash(ctx, n.config.Demo.Password.Reveal())
		if err != nil {
			return nil, fmt.Errorf("hash demo password: %w", err)
		}
		if _, err := n.store.SeedOrganisation(ctx, demo(hash)); err != nil {
			return nil, fmt.Errorf("create demo organisation: %w", err)
		}
		if org, err = n.store.Org(ctx); err != nil {
			return nil, fmt.Errorf("read organisation: %w", err)
		}
	}
	there := map[string]bool{}
	for _, p := range org.People {
		there[p.Login] = true
	}
	var logins []string
	for _, m := range demo("").People {
		if !there[m.Login] {
			return nil, nil // an organisation of its own
		}
		logins = append(logins, m.Login)
	}
	return logins, nil
}

// refuseDemoPassword keeps a password that everybody knows from other machines, however it came into the database: by an
// earlier start on loopback, or with a restored dump.
func (n *node) refuseDemoPassword(ctx context.Context, passwords *identity.Passwords) error {
	if !config.BeyondLoopback(n.config.Listen) {
		return nil
	}
	for _, m := range demo("").People {
		found, err := n.store.Credentials(ctx, m.Login)
		if errors.Is(err, deal.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look for the demo password: %w", err)
		}
		known, _, err := passwords.Verify(ctx, found.PasswordHash, n.config.Demo.Password.Reveal())
		if err != nil {
			return fmt.Errorf("look for the demo password: %w", err)
		}
		if known {
			return fmt.Errorf("login %s has the demo password, which everybody knows, and %s lets other machines in; "+
				"listen on 127.0.0.1, or begin with --no-demo and closedloop organisation", m.Login, n.config.Listen)
		}
	}
	return nil
}

func join(words []string) string { return strings.Join(words, ", ") }
