package dossier

import "closedloop/deal"

func (s *summary) offer() {
	f := &s.facts
	p, _ := Newest[Proposal](s.file)
	f.ProposalSolution, f.ProposalPositioning, f.ProposalValue = p.Solution != "", p.Positioning != "", p.ValueStatement != ""
	f.ProposalPriced, f.ProposalCosted = p.Priced(), p.CostMinor != nil
	f.ProposalMilestones, f.ProposalOwners, f.ProposalComplete = count(p.Milestones), count(p.Owners), p.Complete()
	f.ProposalMinor, f.ProposalCurrency = p.PriceMinor, p.Currency
	f.ProposalMarginBP, _ = p.Margin()

	matrix, _ := Newest[Competition](s.file)
	stand := matrix.Stand()
	f.NoRival, f.CompetitionScored, f.CompetitionLead = matrix.NoRival, stand.Scored, int64(stand.Lead)
	for _, r := range stand.Rivals {
		if r.Score > 0 {
			f.RivalsCompared++
		}
	}

	play, _ := Newest[Simulation](s.file)
	f.SimulationVotes, f.SimulationBalance = count(play.Votes), int64(play.Balance())
	f.SimulationDeciders = s.facts.DeciderKnown
	for _, c := range s.Contacts {
		if c.Role == deal.DeciderRole && !play.Expects(c.ID) {
			f.SimulationDeciders = false
		}
	}
}

func (s *summary) talks() {
	f := &s.facts
	n, _ := Newest[Negotiation](s.file)
	f.NegotiationTiming, f.NegotiationAlternatives, f.NegotiationLimits = n.PriceTiming != "", n.Alternatives != "", n.Limits != ""
	for _, given := range n.Concessions {
		if given.Side == OurSide {
			f.Concessions++
		}
	}
	if n.Commitment != nil && n.Commitment.Evidence != "" {
		f.Commitment = string(n.Commitment.Type)
	}
}

func (s *summary) trial() {
	f := &s.facts
	n := CountTrials(Bodies[Trial](s.file))
	f.TrialCriteria, f.TrialOpen, f.TrialFailed, f.TrialAllPassed = int64(n.Criteria), int64(n.Open), int64(n.Failed), n.AllPassed()
}

// agreement looks at the agreement of the cycle that starts last.
func (s *summary) agreement() {
	f := &s.facts
	f.DocumentsCount = count(Bodies[Document](s.file))
	a, ok := LatestAgreement(Bodies[Agreement](s.file))
	if !ok {
		return
	}
	for _, e := range Entries[Agreement](s.file) {
		if e.Body.Number == a.Number { // the key of the kind
			f.Agreement = string(AgreementKind) + "/" + e.ID
		}
	}
	f.AgreementNumber, f.AgreementValued, f.AgreementDated, f.AgreementSigned = a.Number != "", a.Valued(), a.Dated(), a.SignedOn != ""
	f.AgreementProven = a.Proven(Entries[Document](s.file))
	f.AgreementComplete = f.AgreementNumber && f.AgreementValued && f.AgreementDated && f.AgreementSigned && f.AgreementProven
	f.AgreementMinor, f.AgreementCurrency, f.AgreementEndsOn = a.AmountMinor, a.Currency, string(a.EndsOn)
	days, _ := s.Rules.Nudge(a, s.today)
	f.AgreementNudge = int64(days)
}

func (s *summary) service() {
	f := &s.facts
	plans := Bodies[ServicePlan](s.file)
	f.UserServed, f.GatekeeperServed = Served(plans, deal.UserRole), Served(plans, deal.GatekeeperRole)
	f.DeciderServed = Served(plans, deal.DeciderRole)
	for _, p := range plans {
		if p.Due(s.today) {
			f.ServicesDue++
		}
	}
	surveys := Bodies[Survey](s.file)
	for _, v := range surveys {
		f.ActionsOpen += int64(v.Open())
	}
	if latest, ok := LatestSurvey(surveys, s.today); ok {
		f.SurveyOn, f.SurveySatisfaction = string(latest.On), int64(latest.Satisfaction())
		f.SurveyRecent = latest.On >= s.today.Add(-s.Rules.SurveyDays)
	}
}

func (s *summary) evaluation() {
	f := &s.facts
	e, _ := LatestEvaluation(Bodies[Evaluation](s.file), s.today)
	f.EvaluationVolume = e.VolumeTarget != nil && e.VolumeActual != nil
	f.EvaluationRated, f.EvaluationMargin = e.Satisfaction != nil, e.MarginBP != nil
	f.EvaluationLessons, f.EvaluationComplete = e.Lessons != "", e.Complete()
}
