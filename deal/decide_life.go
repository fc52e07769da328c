package deal

import "time"

// pause stops all clocks until the opening hour of a day; they keep what they have left.
func (d *draft) pause(b Pause) {
	d.needActive()
	d.needLead()
	d.needReason(b.Reason, "/reason")
	opens, err := d.f.Working.Opening(b.ResumeOn)
	d.no.Field(err != nil, CodeInvalidValue, "/resume_on", "YYYY-MM-DD")
	d.no.Field(err == nil && (b.ResumeOn <= d.f.Working.Date(d.at) || !opens.After(d.at)), CodeDateInPast, "/resume_on")
	d.no.Field(err == nil && tooFar(d.at, opens), CodeInvalidValue, "/resume_on", string(WithinHundredYears))
	if len(d.no) > 0 {
		return
	}
	var clocks []Clock
	for _, c := range d.s.Clocks {
		if c.Kind == AgendaClock {
			clocks = append(clocks, c.rest(d.at, d.f.Working))
			continue
		}
		clocks = append(clocks, c.hold(d.at, d.f.Working))
	}
	clocks = append(clocks, d.resumeClock(b.ResumeOn))
	d.emit(PausedBody{Reason: b.Reason, ResumeOn: b.ResumeOn, Clocks: clocks}, nil, nil)
}

func (d *draft) resumeClock(day string) Clock {
	opens, err := d.f.Working.Opening(day)
	if err != nil { // judged when the pause was asked for; a day that cannot be read must not keep an account asleep
		opens = d.at
	}
	return start(d.f, resumeClock, ResumeClock, d.at, CalendarTime(max(0, opens.Sub(d.at))), []LadderRung{{Name: Resume, Percent: 100}})
}

// resume lets the clocks run on with the time they had left, by hand now or by themselves from the opening hour of the
// day: a process that was away on that day gives nobody more time.
func (d *draft) resume(from time.Time, byItself bool) {
	d.no.If(d.s.Status != Paused, CodeNotPaused, string(d.s.Status))
	if !byItself {
		d.needLead()
	}
	if len(d.no) > 0 {
		return
	}
	var clocks []Clock
	for _, c := range d.s.Clocks {
		switch c.Kind {
		case ResumeClock:
		case AgendaClock: // what stood still is dated anew from the records, unless it kept what it had left
			if c.timed() && c.held() {
				c = c.resume(from, d.f.Working)
			}
			clocks = append(clocks, c)
		case StepClock, ApprovalClock, FollowUpClock, RecheckClock, SpecialistClock:
			clocks = append(clocks, c.resume(from, d.f.Working))
		}
	}
	back := represented(d.f.Org, d.f.Org.inPlaceOf(d.s.responsible(d.f.Org)), d.at, nil)
	d.emit(ResumedBody{ByItself: byItself, Clocks: clocks}, nil, notify(ResumedNotice, "", zeroTime, back...))
}

// close ends the pursuit; a loss names the winning rival, and accepts "unknown".
func (d *draft) close(b Close) {
	d.no.If(d.s.Status == Closed, CodeAlreadyClosed)
	d.needLead()
	d.no.Field(b.Outcome != Lost && b.Outcome != Dropped, CodeInvalidValue, "/outcome", "lost", "dropped")
	d.needReason(b.Reason, "/reason")
	d.no.Field(b.Outcome == Lost && b.Rival == nil, CodeReasonMissing, "/rival")
	if len(d.no) == 0 {
		d.emit(ClosedBody{Outcome: b.Outcome, Reason: b.Reason, Rival: b.Rival}, nil, nil)
	}
}

// reopen takes a closed account up where it stood, once a reopen request is approved and not used up.
func (d *draft) reopen(b ReopenAccount) {
	d.no.If(d.s.Status != Closed, CodeNotClosed, string(d.s.Status))
	d.needLead()
	d.needReason(b.Reason, "/reason")
	d.no.If(d.s.Merged != "", CodeAccountMerged, string(d.s.Merged))
	approval, ok := d.s.Latest(Reopen)
	if d.s.Status == Closed && d.s.Merged == "" && (!ok || approval.Status != Approved || approval.Used) {
		d.no = append(d.no, Refusal{
			Code: CodeGateUnmet, Item: "reopen_not_approved",
			Text: Text{ZH: "重新启动尚未获批", EN: "reopening is not approved"},
			Hint: Text{ZH: "提交 reopen 审批并等待批准", EN: "request an approval of kind reopen and wait for it"},
			Link: "approvals",
		})
	}
	if len(d.no) > 0 {
		return
	}
	follow, clock := d.cadence()
	clocks := append(stepClocks(d.f, d.s.Step, d.at, d.s.Intake == IntakeAccepted), clock)
	var tasks []Task // closing dropped what was still asked of people
	var notices []Notice
	if d.s.Owner == "" {
		tasks, notices = d.askForOwner(d.s.Team)
	}
	if d.s.Step == Screen && d.s.Intake != IntakeAccepted {
		review, told := d.askForReview(d.s.Team)
		tasks, notices = append(tasks, review...), append(notices, told...)
	}
	d.emit(Reopened{Reason: b.Reason, Approval: approval.ID, Clocks: clocks, FollowUp: follow}, tasks, notices)
}
