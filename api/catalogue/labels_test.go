package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

func TestLabels_areThereForEveryMemberInBothLanguages(t *testing.T) {
	t.Parallel()
	c := catalogue.New()
	members := map[catalogue.Set][]string{}
	for _, r := range deal.Roles() {
		members[catalogue.Roles] = append(members[catalogue.Roles], string(r))
	}
	for _, r := range deal.BuyingRoles() {
		members[catalogue.BuyingRoles] = append(members[catalogue.BuyingRoles], string(r))
	}
	for _, k := range deal.InteractionKinds() {
		members[catalogue.InteractionKinds] = append(members[catalogue.InteractionKinds], string(k))
	}
	for _, k := range deal.LeaveKinds() {
		members[catalogue.LeaveKinds] = append(members[catalogue.LeaveKinds], string(k))
	}
	for _, o := range deal.CaseOutcomes() {
		members[catalogue.CaseOutcomes] = append(members[catalogue.CaseOutcomes], string(o))
	}
	for _, k := range view.Channels() {
		members[catalogue.ChannelNames] = append(members[catalogue.ChannelNames], string(k))
	}
	for _, k := range view.DeliveryStates() {
		members[catalogue.DeliveryStates] = append(members[catalogue.DeliveryStates], string(k))
	}
	members[catalogue.SkipReasons] = []string{view.SkippedOff, view.SkippedLeft, view.SkippedDropped}
	for _, s := range review.Statuses() {
		members[catalogue.ReviewStatuses] = append(members[catalogue.ReviewStatuses], string(s))
	}
	for _, k := range review.BreachKinds() {
		members[catalogue.BreachKinds] = append(members[catalogue.BreachKinds], string(k))
	}
	for set, ids := range members {
		for _, id := range ids {
			zh, en := c.Label(set, id, catalogue.Chinese), c.Label(set, id, catalogue.English)
			require.NotEqual(t, id, zh, "%s of %s has no words", id, set)
			require.NotEmpty(t, en)
			require.NotEqual(t, zh, en)
		}
	}
	require.Equal(t, "拜访", c.Label(catalogue.InteractionKinds, "visit", catalogue.Chinese), "and not the step of that name")
	require.Equal(t, "unheard", c.Label(catalogue.Roles, "unheard", catalogue.Chinese))
}
