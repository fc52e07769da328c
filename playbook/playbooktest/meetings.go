package playbooktest

import "closedloop/deal"

// A Meeting is one interaction, with a result, that a gate asks for.
type Meeting struct {
	Kind deal.InteractionKind
	With deal.BuyingRole
}

// Meetings are the interactions that the gate of a step asks for, in the order of doing.
func Meetings(book string, step deal.Step) []Meeting {
	visit := func(roles ...deal.BuyingRole) []Meeting {
		var list []Meeting
		for _, r := range roles {
			list = append(list, Meeting{Kind: deal.VisitInteraction, With: r})
		}
		return list
	}
	switch step { //nolint:exhaustive // the other gates ask for no meeting
	case deal.Survey:
		return visit(deal.UserRole)
	case deal.Visit:
		if book == Industrial {
			return visit(deal.GatekeeperRole, deal.DeciderRole)
		}
		return visit(deal.UserRole, deal.DeciderRole)
	case deal.Trial:
		if book == Industrial {
			return []Meeting{{Kind: deal.PlantTour, With: deal.GatekeeperRole}}
		}
	}
	return nil
}
