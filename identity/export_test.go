package identity

// Occupy takes a slot, as a hash in another goroutine would.
func Occupy(p *Passwords) (free func()) {
	p.slots <- struct{}{}
	return func() { <-p.slots }
}
