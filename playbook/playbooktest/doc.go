// Package playbooktest gives tests what the gates of the shipped playbooks ask for, so that a test that walks the ring
// need not know every form. It speaks of the shipped playbooks in version 1; tests of package playbook keep both in step.
//
// [Filled] is the content of one step's form. [Meetings] are the interactions that a gate asks for. [Ready] is a whole
// account that stands before an open gate. What else than the form a gate needs, in the order of doing:
//
//	step      express                                                    quick
//	collect   the whole profile with both volumes, a contact whose       a contact; no duplicate
//	          phone is valid, no duplicate
//	screen    intake accepted; a contact (Filled's Contact);             intake accepted; filing
//	          filing approved by the owner's manager, then sales_ops
//	survey    an interaction with a result, logged from survey on;       an interaction with a result
//	          contacts with the roles user, gatekeeper and decider
//	          (Filled writes plans for those that are missing)
//	analyse   grade A, B or C                                            grade A, B or C
//	plan      proposal approved by the owner's manager (and the          proposal
//	          superior above 1,000,000 yuan or for grade A),
//	          form not edited since
//	visit     two interactions in this pass, one of them with a          an interaction in this pass
//	          decider
//	trial     nothing; or trial_waiver, where a criterion failed         nothing
//	sign      contract approved by the owner's manager, then finance     contract
//	          (and the superior as for the proposal)
//	maintain  nothing                                                    nothing
//	archive   nothing                                                    nothing
//
// The other three follow express, with these differences: collect needs no volumes; industrial wants the survey's
// interaction in person, a gatekeeper and a decider in visit, and a plant tour in trial; in group-buying and project the
// proposal climbs to the superior above 300,000 yuan, or to finance as well. At [AmountMinor] a request of kind contract
// climbs to the owner's manager and finance in all three.
package playbooktest
