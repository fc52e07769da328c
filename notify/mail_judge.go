package notify

import (
	"errors"
	"net/textproto"
)

// judgeMail turns an error of a session into an outcome. What stands in the way of
// every mail (greeting, encryption, login, our own address) is tried again, also
// after a 5xx: it is a matter of settings, and mail must not die of a password that
// ran out. What is said of a recipient or of a letter is final after a 5xx.
func judgeMail(err error, password Secret) Outcome {
	var at *mailError
	if !errors.As(err, &at) {
		return fromNetwork(err, true, password)
	}
	said := detail(at.Error(), password)
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		o := fromNetwork(err, at.phase == phaseEnd, password)
		o.Detail = said
		var garbled textproto.ProtocolError
		switch {
		case errors.As(err, &garbled):
			o.Reason = ReasonStrangeAnswer
		case errors.Is(err, errNoLogin):
			o.Reason = ReasonLogin
		case o.Reason == ReasonUnreachable && at.phase == phaseTLS:
			o.Reason = ReasonTLS
		case o.Reason == ReasonUnreachable && at.phase != phaseConnect:
			o.Reason = ReasonConnectionLost
		}
		return o
	}
	o := Outcome{Class: Retry, Reason: ReasonBusy, Detail: said}
	if reply.Code >= 400 && reply.Code < 500 {
		return o
	}
	if reply.Code < 400 || reply.Code >= 600 {
		o.Reason, o.Unsure = ReasonStrangeAnswer, at.phase == phaseEnd
		return o
	}
	if reply.Code == 530 || reply.Code == 535 || reply.Code == 538 { // authentication required, whenever it is said
		o.Reason = ReasonLogin
		return o
	}
	switch at.phase {
	case phaseTLS:
		o.Reason = ReasonTLS
	case phaseAuth:
		o.Reason = ReasonLogin
	case phaseSender:
		o.Reason = ReasonSender
	case phaseTo:
		o.Class, o.Reason = Permanent, ReasonAddress
	case phaseData, phaseContent, phaseEnd:
		o.Class, o.Reason = Permanent, ReasonContent
	case phaseConnect, phaseGreeting, phaseHello:
		o.Reason = ReasonRefused
	}
	return o
}
