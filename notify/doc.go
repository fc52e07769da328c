// Package notify carries notices out of the house: by mail, into groups of
// WeCom, DingTalk and Feishu through their bots, and to other systems by signed
// webhooks. What is said comes in as text; what must be said, to whom, and that
// it was said, is remembered elsewhere.
//
// # Sending
//
// A [Sender] sends one [Message] over one channel and answers with an [Outcome]:
// delivered, held back by our own pace, worth another attempt, for ever in vain,
// or gone. An error means only that the caller's context ended first. So the
// sender of a channel never decides whether there is another attempt; [Schedule]
// does, a pure function of the outcome and the number of failures before it.
//
// # Once
//
// No channel promises that a message arrives once. Every message has an ID that
// stays the same over all attempts, see [MessageID], and each sender hands it
// over where the channel has a place for it: mail as Message-ID, webhooks as
// webhook-id. Bots have none. When the answer to a message is lost, the outcome
// says Unsure, and the schedule of a bot parks it for a person to look at, while
// mail and webhooks try again under the same ID. docs/decisions/0020 has the
// table of what that promises and what it does not.
//
// # Chat
//
// The bots answer HTTP 200 and put what went wrong into the body; each channel's
// file has the table of its codes. A [Pace] for each bot keeps it below the rate
// of its service. It lives in one process: with several, the service's own answer
// is the second line, and it stops the bot for as long as the service asks.
//
// # Who is called
//
// A [Client] is the only way out for HTTP. It looks at the address that a
// connection is really made to, so that no name of an endpoint, whatever it
// resolves to and however often, reaches this machine, the network it is in, or
// the metadata service of a cloud. It follows no redirect and uses no proxy.
//
// # When
//
// [Choices] are what a person chose for one channel: quiet hours, digests.
// [Choices.Plan] says, purely, which notices go out when and which go together.
package notify
