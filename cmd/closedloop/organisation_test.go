package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

const house = `
teams:
  - {name: 宿迁片区, lead: director1}
  - {name: 一站, parent: 宿迁片区, lead: manager1}
people:
  - {login: director1, name: 周涛, role: director, team: 宿迁片区}
  - {login: manager1, name: 陈刚, role: manager, team: 一站}
  - {login: rep1, name: 李娜, role: rep, team: 一站}
territories:
  - {name: 市区, team: 一站}
`

func TestReadOrganisation_makesAFirstPasswordForEverybody(t *testing.T) {
	t.Parallel()
	org, passwords, err := readOrganisation(t.Context(), []byte(house))
	require.NoError(t, err)
	require.Len(t, org.People, 3)
	require.Len(t, passwords, 3)
	require.NotEqual(t, passwords[0], passwords[1])
	require.Equal(t, deal.Rep, org.People[2].Role)
	require.NotContains(t, org.People[2].PasswordHash, passwords[2])
	require.Equal(t, map[string]string{"市区": "一站"}, org.Territories)
}

func TestReadOrganisation_listsEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	_, _, err := readOrganisation(t.Context(), []byte(`
teams:
  - {name: 一站, parent: 没有, lead: nobody}
people:
  - {login: rep1, name: 李娜, role: king}
  - {login: rep1, name: 王芳, role: rep, team: 二站}
territories:
  - {name: 市区, team: 三站}
`))
	require.ErrorContains(t, err, `team "一站"`)
	require.ErrorContains(t, err, `person "rep1": needs a login`)
	require.ErrorContains(t, err, `there is no team "二站"`)
	require.ErrorContains(t, err, `territory "市区"`)
}

func TestReadOrganisation_refusesUnknownKeys(t *testing.T) {
	t.Parallel()
	_, _, err := readOrganisation(t.Context(), []byte("people:\n  - {login: a, nmae: b}\n"))
	require.ErrorContains(t, err, "nmae")
}
