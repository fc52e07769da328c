// Package channels carries notices out of the house with the real store on a real Postgres, against servers on this
// machine that play mail servers, group bots and receivers of webhooks, good and bad ones. It needs no engine: what that
// adds is shown in package e2e. There are only tests in it.
package channels
