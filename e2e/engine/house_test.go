//go:build e2e

package engine_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/engine/postgres"
	"closedloop/store"
	"closedloop/testkit"
	"closedloop/worker"
	"closedloop/workflows/contract"
)

// house is one installation for one test: a database and a namespace of its own, a small organisation, and a worker in
// this process that can be sent home and replaced.
type house struct {
	*crew

	t      *testing.T
	people map[string]deal.PersonID // by login
	worker *worker.Worker
	opened []deal.AccountID // or tried to
}

// plan says how a house lives.
type plan struct {
	limits contract.Limits
	pace   pace
}

// newHouse builds one on the shared ground, with a worker.
func newHouse(t *testing.T, p plan) *house {
	t.Helper()
	g, err := shared()
	require.NoError(t, err)
	h := buildHouse(t, g.db, g.address, strings.ToLower(rand.Text()[:10]), p)
	h.start()
	return h
}

// buildHouse builds one on any ground, without a worker. The namespace is registered unless it is there.
func buildHouse(t *testing.T, db *postgres.Server, engine, name string, p plan) *house {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, db.EnsureDatabase(ctx, "house_"+name))
	s := site{
		Database: db.URL("house_" + name), Engine: engine, Namespace: name, Limits: p.limits, Pace: p.pace.orSlow(),
	}
	s.Opening = time.Now().Add(s.Pace.ResumeIn)
	require.NoError(t, store.Migrate(ctx, s.Database))
	c, err := hire(ctx, s)
	require.NoError(t, err)
	t.Cleanup(c.leave)
	h := &house{crew: c, t: t, people: map[string]deal.PersonID{}}
	_, err = h.store.SeedOrganisation(ctx, organisation())
	require.NoError(t, err)
	org, err := h.store.Org(ctx)
	require.NoError(t, err)
	for _, p := range org.People {
		h.people[p.Login] = p.ID
	}
	h.moveIn()
	return h
}

// moveIn registers the namespace and waits until every service of the engine knows it.
func (h *house) moveIn() {
	h.t.Helper()
	require.NoError(h.t, h.accounts.Prepare(h.t.Context()))
	testkit.Eventually(h.t, 20*time.Second, func() bool {
		_, err := h.client.DescribeWorkflowExecution(h.t.Context(), "nothing", "")
		var absent *serviceerror.NotFound
		if !errors.As(err, &absent) { // an unknown namespace is another error
			return false
		}
		_, err = h.client.WorkflowService().DescribeTaskQueue(h.t.Context(), &workflowservice.DescribeTaskQueueRequest{
			Namespace: h.site.Namespace, TaskQueue: &taskqueuepb.TaskQueue{Name: "nothing"}, TaskQueueType: enumspb.TASK_QUEUE_TYPE_WORKFLOW,
		})
		return err == nil
	}, "the engine knows the namespace")
}

func organisation() store.Organisation {
	return store.Organisation{
		Teams: []store.Team{{Name: "area", Lead: "director"}, {Name: "team", Parent: "area", Lead: "manager"}},
		People: []store.Member{
			{Login: "rep", Name: "Rep", Role: deal.Rep, Team: "team"},
			{Login: "heir", Name: "Heir", Role: deal.Rep, Team: "team"},
			{Login: "manager", Name: "Manager", Role: deal.Manager, Team: "team"},
			{Login: "director", Name: "Director", Role: deal.Director, Team: "area"},
			{Login: "ops", Name: "Ops", Role: deal.SalesOps},
		},
		Territories: map[string]string{"north": "team"},
	}
}

// start puts a new worker to work, and sends it home at the end of the test.
func (h *house) start() {
	h.t.Helper()
	var err error
	h.worker, err = h.work(4)
	require.NoError(h.t, err)
	h.t.Cleanup(h.stop)
}

// stop sends the worker home; with it goes what it remembered of running workflows.
func (h *house) stop() {
	if h.worker != nil {
		h.worker.Stop()
		h.worker = nil
	}
}

// watch starts a watchdog that ends with the test. It knows this engine already, so that it only wakes who oversleeps.
func (h *house) watch(interval, grace time.Duration) *worker.Watchdog {
	h.t.Helper()
	identity, err := h.accounts.Identity(h.t.Context())
	require.NoError(h.t, err)
	require.NoError(h.t, h.store.SetEngineIdentity(h.t.Context(), identity))
	dog, err := h.guard(context.WithoutCancel(h.t.Context()), h.accounts, interval, grace)
	require.NoError(h.t, err)
	h.t.Cleanup(dog.Stop)
	return dog
}

// command makes one that nobody has sent before.
func (h *house) command(id deal.AccountID, login string, body deal.Body) deal.Command {
	actor := h.people[login]
	if login == "" {
		actor = deal.System
	}
	key := deal.CommandKey(h.installation.ID, actor, id, rand.Text())
	return deal.Command{Account: id, Key: key, Fingerprint: "print of " + key, Actor: actor, Name: deal.NameOf(body), Body: body}
}

// within bounds one call as a test's patience.
func (h *house) within(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(h.t.Context(), d)
	h.t.Cleanup(cancel)
	return ctx
}

// send takes a command to its account and returns what it got.
func (h *house) send(cmd deal.Command) deal.Receipt {
	h.t.Helper()
	h.stage(cmd)
	receipt, err := h.accounts.Send(h.within(time.Minute), cmd)
	require.NoError(h.t, err, cmd.Name)
	return receipt
}

// outcome is what a command sent in the background got in the end.
type outcome struct {
	receipt deal.Receipt
	at      time.Time
	unknown int // how often the caller was told that nobody knows
	err     error
}

// asTheAPI is how long a request waits for its command before it answers that the outcome is unknown.
const asTheAPI = 10 * time.Second

// sending sends a command in the background until the context ends, and again under the same key whenever an attempt
// took too long or its outcome is unknown, as callers of the API are told to.
func (h *house) sending(ctx context.Context, attempt time.Duration, cmd deal.Command) <-chan outcome {
	done := make(chan outcome, 1)
	once := func() (deal.Receipt, error) {
		ctx, cancel := context.WithTimeout(ctx, attempt)
		defer cancel()
		return h.accounts.Send(ctx, cmd)
	}
	go func() {
		var o outcome
		for {
			o.receipt, o.err = once()
			if o.err == nil || ctx.Err() != nil || !errors.Is(o.err, deal.ErrUnavailable) {
				o.at = time.Now()
				done <- o
				return
			}
			o.unknown++
			pause := time.NewTimer(200 * time.Millisecond) // some answers come at once; Retry-After says so
			select {
			case <-ctx.Done():
			case <-pause.C:
			}
		}
	}()
	return done
}

// do sends a new command that has to be done.
func (h *house) do(id deal.AccountID, login string, body deal.Body) deal.Receipt {
	h.t.Helper()
	receipt := h.send(h.command(id, login, body))
	require.Equal(h.t, deal.Done, receipt.Answer.Outcome, "%s: %v", deal.NameOf(body), receipt.Answer.Refusals)
	return receipt
}

func (h *house) stage(cmd deal.Command) {
	h.t.Helper()
	staged := view.Staged{Account: cmd.Account, Key: cmd.Key, Texts: map[string]string{}}
	for _, ref := range cmd.Texts() {
		staged.Texts[ref.ID] = "text of " + ref.ID
	}
	if cmd.Name == deal.OpenName {
		staged.Draft = &view.Draft{Profile: deal.Profile{Name: "customer " + string(cmd.Account), Territory: "north"}, Form: map[string]any{}}
	}
	if len(staged.Texts) > 0 {
		require.NoError(h.t, h.store.Stage(h.t.Context(), staged))
	}
}

// opening is the command that opens a new account for the rep.
func (h *house) opening() deal.Command {
	id := deal.AccountID(uuid.NewString())
	h.opened = append(h.opened, id)
	return h.command(id, "rep", deal.Open{Territory: "north", Via: deal.ViaAPI, Draft: text()})
}

// open opens an account for the rep.
func (h *house) open() deal.AccountID {
	h.t.Helper()
	cmd := h.opening()
	h.stage(cmd)
	receipt, err := h.accounts.Open(h.within(time.Minute), cmd)
	require.NoError(h.t, err)
	require.Equal(h.t, deal.Done, receipt.Answer.Outcome, "%v", receipt.Answer.Refusals)
	return cmd.Account
}

// text is a reference to a text that nobody has used before.
func text() *deal.TextRef { return &deal.TextRef{ID: uuid.NewString(), Hash: "hash"} }

// followUp dates the next step so far ahead that it never fires here; each one differs.
func followUp(n int) deal.Body {
	return deal.SetFollowUp{At: time.Now().Add(40*24*time.Hour + time.Duration(n)*time.Minute).UTC()}
}
