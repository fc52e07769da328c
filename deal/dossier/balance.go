package dossier

// SupportBalance is Σ power × support over the contacts of whom both are known (domain.md §6): below 0, those against
// us weigh more.
func SupportBalance(people []Stakeholder) int {
	sum := 0
	for _, s := range people {
		sum += s.Weight()
	}
	return sum
}

// Weight is power × support; 0 while one of the two is not judged.
func (s Stakeholder) Weight() int {
	if s.Support == nil {
		return 0
	}
	return s.Power * s.Support.Level
}

// BestChampion is the highest rung that anybody has reached, and who; empty when nobody has.
func BestChampion(people []Stakeholder) (rung ChampionRung, contact string) {
	for _, s := range people {
		if s.Champion != nil && s.Champion.Rung.Level() > rung.Level() {
			rung, contact = s.Champion.Rung, s.Contact
		}
	}
	return rung, contact
}
