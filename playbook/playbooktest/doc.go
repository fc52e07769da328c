// Package playbooktest gives tests what the gates of the shipped playbooks ask for, so that a test that walks the ring
// need not know every form and record. It speaks of the shipped versions ([Version]); tests of package playbook keep both
// in step.
//
// [Filled] is the content of one step's form, [Records] puts the records of a step on file, [Meetings] are the
// interactions and [Requests] the approvals that a gate asks for. [Ready] is a whole account that stands before an open
// gate; [Account.Put], [Change], [Edit] and [Remove] work on its file. What a gate of express needs, in the order of doing:
//
//	collect   the whole profile with both volumes, a contact whose phone is valid, no duplicate; the form
//	screen    intake accepted; a contact (the Contact of Options); the form; MAN test, every veto item, a filing, approved
//	          by the owner's manager, then sales_ops
//	survey    an interaction with a result, logged from survey on; an incumbent, the buying process; contacts with the roles
//	          user, gatekeeper and decider (Records writes plans for those that are missing)
//	analyse   a need, the scores, grade B as they say, the kind; the form
//	plan      proposal, competition, simulation; the proposal approved by the owner's manager (and the superior above
//	          1,000,000 yuan or for grade A) and not edited since
//	visit     two interactions in this pass, one of them with a decider; a stakeholder, the negotiation
//	trial     a trial that passed; or trial_waiver about the form
//	sign      a credit colour, by credit_change from finance and the superior; the signed file, an agreement; the contract
//	          approved by the owner's manager, then finance (and the superior as for the proposal)
//	maintain  service plans, a survey, an evaluation
//	archive   the form
//
// Quick asks for forms only: a contact in collect; intake and filing in screen; an interaction with a result in survey and
// in visit; a grade of A to C in analyse; proposal in plan and contract in sign, each by the owner's manager.
//
// The other three follow express, with these differences: proposal, negotiation, trial, agreement and evaluation stand on
// the form, and so is what is approved; collect needs no volumes; industrial wants the survey's interaction in person, a
// gatekeeper and a decider in visit, and a plant tour in trial; in group-buying and project the proposal climbs to the
// superior above 300,000 yuan, or to finance as well. At [AmountMinor] a request of kind contract climbs to the owner's
// manager and finance in all three.
package playbooktest
