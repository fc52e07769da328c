// Package deal holds the rules of the ten-step ring, pure.
//
// Five nouns carry it. A [State] is where an account stands. A [Command] is what somebody, or the clock, wants.
// [Facts] are what the world says at that moment: people, working time, the gate of the pinned playbook, records.
// [Decide] turns the three into [Event] values or into [Refusals] that list everything standing against the command.
// [Fold] turns events back into a State; it cannot fail.
//
// Nothing here asks what time it is, who is calling or where rows live: the instant and the actor are in the command,
// everything else is in the facts. So the rules are tested exhaustively, by tables and by properties, in milliseconds.
//
// The ring itself is data: see [Steps] and, for one trade's deadlines, ladders and approval chains, [Book].
package deal
