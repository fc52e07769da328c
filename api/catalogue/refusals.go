package catalogue

import "closedloop/deal"

// refusals are the sentences of the rules' own codes.
func refusals() map[string]Entry {
	return map[string]Entry{
		string(deal.CodeGateUnmet): {
			text("出口条件未满足", "a condition for leaving this step is not met"),
			text("补齐后再推进", "complete it, then advance"),
		},
		string(deal.CodeStepMoved): {
			text("客户不在所说的步骤[,当前步骤:{0}]", "the account is not in that step[; it is in: {0}]"),
			text("重新读取客户后再试", "read the account again and decide anew"),
		},
		string(deal.CodeNotActive): {
			text("客户当前不是进行中状态[:{0}]", "the account is not active[ but {0}]"),
			text("先恢复或重新启动客户", "resume or reopen the account first"),
		},
		string(deal.CodeNotPaused): {
			text("客户没有暂停[,当前状态:{0}]", "the account is not paused[ but {0}]"),
			text("只有已暂停的客户可以恢复", "only a paused account can be resumed"),
		},
		string(deal.CodeNotResting): {
			text("客户不在休眠期[,当前状态:{0}]", "the account is not resting[ but {0}]"),
			text("二次开发从归档后的休眠期开始", "second development starts from an archived, resting account"),
		},
		string(deal.CodeNotClosed): {
			text("客户没有关闭[,当前状态:{0}]", "the account is not closed[ but {0}]"),
			text("只有已关闭的客户可以重新启动", "only a closed account can be reopened"),
		},
		string(deal.CodeAlreadyClosed): {
			text("客户已经关闭", "the account is closed already"),
			text("如需继续,先申请重新启动", "to go on, ask for an approval of kind reopen"),
		},
		string(deal.CodeNotOpened): {
			text("客户尚未建立", "there is no such account yet"),
			text("先用 POST /accounts 建立", "open it with POST /accounts"),
		},
		string(deal.CodeAlreadyOpened): {
			text("客户已经建立", "the account exists already"),
			text("直接使用现有客户", "use the account that is there"),
		},
		string(deal.CodeNotYourRole): {
			text("您的角色或与该客户的关系不允许此操作", "your role, or your relation to this account, does not allow this"),
			text("请负责人、其代理人或上级办理", "ask the owner, their deputy or the line above"),
		},
		string(deal.CodeNotYourTerritory): {
			text("该区域不属于您的团队", "the territory does not belong to your team"),
			text("选择本团队的区域,或交给该区域的团队", "choose a territory of your team, or hand the lead to the team that has it"),
		},
		string(deal.CodeReturnNotAllowed): {
			text("作战手册不允许[从{0}退回到{1}]这样退回", "the playbook has no road back[ from {0} to {1}]"),
			text("选择作战手册允许的更早步骤", "choose an earlier step that the playbook allows"),
		},
		string(deal.CodeReasonMissing): {
			text("此处必须填写说明", "a text is mandatory here"),
			text("填写后重试", "fill it in and send again"),
		},
		string(deal.CodeDateInPast): {
			text("时间必须在将来", "the date must lie ahead"),
			text("选择将来的时间", "choose a later one"),
		},
		string(deal.CodeDateInFuture): {
			text("已发生的事情不能在将来", "what has happened cannot lie ahead"),
			text("填写实际发生的时间", "give the time at which it happened"),
		},
		string(deal.CodeInvalidValue): {
			text("取值不合法[,应为:{*}]", "the value is not allowed here[; expected: {*}]"),
			text("按接口文档填写", "see the field in the API's documentation"),
		},
		string(deal.CodeIntakeDecided): {
			text("线索审核已有结论[:{0}]", "the review of this lead is over[: {0}]"),
			text("重新读取客户", "read the account again"),
		},
		string(deal.CodeUnknownAccount): {
			text("所指客户不存在、已关闭、就是本客户,或不归您管理", "the account named here does not exist, is closed, is this one, or is not yours to lead"),
			text("用 GET /duplicates 查找", "find it with GET /duplicates"),
		},
		string(deal.CodeUnknownPerson): {
			text("所指人员不存在、已离职或不适合", "that person does not exist, has left or is not fit for this"),
			text("用 GET /users 查找", "find people with GET /users"),
		},
		string(deal.CodeUnknownContact): {
			text("该联系人不属于此客户", "that contact does not belong to this account"),
			text("先在联系人中登记", "record the contact first"),
		},
		string(deal.CodeUnknownApproval): {
			text("本轮次没有这个审批", "there is no such request in the running cycle"),
			text("用 GET /approvals 查看", "see GET /approvals"),
		},
		string(deal.CodeUnknownTask): {
			text("没有这个待办任务", "there is no such open task"),
			text("用 GET /tasks 查看", "see GET /tasks"),
		},
		string(deal.CodeSameOwner): {
			text("客户已由该人负责", "the account is that person's already"),
			text("选择其他营销员", "choose somebody else"),
		},
		string(deal.CodeNotARep): {
			text("只有营销员可以负责客户", "only reps own accounts"),
			text("选择一名营销员", "choose a rep"),
		},
		string(deal.CodeOwnRequest): {
			text("不能审批自己提出的申请", "nobody decides an own request"),
			text("等待审批人办理", "wait for the approver"),
		},
		string(deal.CodeOwnBreach): {
			text("自己线索不足的原因不能由自己说明", "nobody states the reason for their own missing leads"),
			text("由经理或再上一级说明", "the manager does, or the next one up"),
		},
		string(deal.CodeNotApprover): {
			text("您不是当前审批级别的审批人", "you have no seat in the running level of this request"),
			text("查看审批中的 waiting_for", "see waiting_for of the request"),
		},
		string(deal.CodeAlreadyDecided): {
			text("该审批已由{0}办结[({1})]", "this request was decided already by {0}[ ({1})]"),
			text("重新读取审批", "read the request again"),
		},
		string(deal.CodeAlreadyPending): {
			text("同类审批正在办理", "a request of this kind is on its way"),
			text("等待结果,或先撤回", "wait for it, or withdraw it first"),
		},
		string(deal.CodeSubjectChanged): {
			text("审批内容已被修改[,当前版本:{0}]", "the subject was edited since[; its version is now {0}]"),
			text("阅读新版本后再办理", "read the new version and decide about that"),
		},
		string(deal.CodeSubjectMissing): {
			text("没有可供审批的内容", "there is nothing on file to decide about"),
			text("先填写该步骤的表单,或登记该记录;记录的 id 写作 种类/编号", "fill in the form of the step, or put the record on file; the id of a record is its kind, a slash and its own id"),
		},
		string(deal.CodeKindNotHere): {
			text("此处不能提出这种审批[,应在步骤:{1}]", "this kind of approval is not asked for here[ but in: {1}]"),
			text("到相应步骤再申请", "ask when the account is there"),
		},
		string(deal.CodeNoApprover): {
			text("找不到可以审批的人", "nobody is there who may decide"),
			text("请管理员完善团队负责人", "ask an administrator to give the team a lead"),
		},
		string(deal.CodeTaskDone): {
			text("任务已完成或已取消", "the task is done or gone"),
			text("重新读取任务列表", "read the list of tasks again"),
		},
		string(deal.CodeTaskNotManual): {
			text("该任务不能直接勾选完成[:{0}]", "this task is not ticked off by hand[: {0}]"),
			text("完成任务所要求的操作", "do what it asks for, and it closes by itself"),
		},
		string(deal.CodeTwoPersons): {
			text("需要由第二个人办理", "a second person is needed"),
			text("请同事办理", "ask a colleague"),
		},
		string(deal.CodeAlreadyOnFile): {
			text("已有同样的记录", "there is such a record on file already"),
			text("打开并修改现有的记录", "open the one that is there and change it"),
		},
		string(deal.CodeSetByApproval): {
			text("只能由审批或系统确定,不能直接修改或删除", "only an approval or an event writes this, or takes it off the file"),
			text("提交相应的审批", "ask for the approval that it takes"),
		},
		string(deal.CodeOverLimit): {
			text("超过限额,须先获批", "this is above the limit and takes an approval first"),
			text("提交相应的审批", "ask for the approval that it takes"),
		},
		string(deal.CodeFilingConflict): {
			text("该客户的同一项目已有有效备案[,负责人:{0}][({1})]", "another account of this customer holds the project[, owner: {0}][ ({1})]"),
			text("与其协商,或请销售管理部仲裁", "agree with them, or ask sales operations to arbitrate"),
		},
		string(deal.CodeNoFilingConflict): {
			text("没有其他客户持有该项目的备案", "no other account holds the project"),
			text("无需仲裁,请审批人直接办理", "nothing is to be arbitrated: the approver may decide"),
		},
		string(deal.CodeAccountMerged): {
			text("客户已并入另一客户[:{0}]", "the account was merged into another one[: {0}]"),
			text("在并入后的客户上继续;合并不能撤销", "go on with the account it lives on in; a merger cannot be undone"),
		},
		string(deal.CodeTargetClosed): {
			text("所指客户已关闭", "the account named here is closed"),
			text("选择未关闭的客户", "choose an account that is not closed"),
		},
		string(deal.CodeFamilyCycle): {
			text("客户不能归属于自己或其下级", "an account cannot come under itself or under one of its own"),
			text("先调整下级客户的归属", "move the account below first"),
		},
		string(deal.CodeFamilyTooDeep): {
			text("客户家族层级过深[,最多{0}层]", "the family would be too deep[; at most {0} generations]"),
			text("归属到更高一级的客户", "choose an account further up"),
		},
		string(deal.CodeSameParent): {
			text("客户已在该位置", "the account stands there already"),
			text("无需更改", "there is nothing to change"),
		},
		string(deal.CodeSharedRecord): {
			text("该记录属于上级客户,只能在上级客户处修改", "the record belongs to an account above and is written there"),
			text("打开 href 所指的记录", "see href"),
		},
		string(deal.CodeNotAProject): {
			text("作战手册[{0}]不是一次性项目手册,无需晋升", "the playbook[ {0}] does not serve one-off projects: there is nothing to promote"),
			text("换手册请用 POST /accounts/ID/playbook", "to change playbooks use POST /accounts/ID/playbook"),
		},
		string(deal.CodeAlreadyPromoted): {
			text("客户已经晋升[,下一轮手册:{0}]", "the account was promoted already[; its next cycle begins on {0}]"),
			text("下一轮开始后生效", "it takes effect with the next cycle"),
		},
		string(deal.CodeSuccessorAway): {
			text("接手人[ {0} ]正在休假", "the successor[ {0}] is on leave"),
			text("换一位接手人,或待其休假结束", "name somebody else, or wait until they are back"),
		},
		string(deal.CodeNoSuccessor): {
			text("有 {0} 个客户没有指定接手人", "nobody is named for {0} accounts"),
			text("填写 default_to,或加一位不限客户和片区的接手人", "fill in default_to, or add a successor without accounts and territories"),
		},
		string(deal.CodeNamedTwice): {
			text("[{0} ]重复指定", "[{0} ]stands there twice"),
			text("每个客户、每个片区只写一次", "name every account and every territory once"),
		},
		string(deal.CodeNotTheirs): {
			text("客户[ {0} ]没有属于此人的事项", "nothing of the account[ {0}] hangs on this person"),
			text("去掉该客户;用 dry_run 查看此人名下的客户", "leave it out; dry_run lists what hangs on the person"),
		},
		string(deal.CodeAlreadyOffered): {
			text("该步骤已提请此人接手,或已由其接手", "the step was offered to this person already, or is theirs"),
			text("等待答复,或先撤回", "wait for the answer, or withdraw the offer first"),
		},
		string(deal.CodeOfferOver): {
			text("该提请不存在或已答复", "there is no such offer, or it was answered"),
			text("见 GET /accounts/ID/specialists", "see GET /accounts/ID/specialists"),
		},
		string(deal.CodeHandoverRunning): {
			text("此人的移交正在进行", "a handover of this person is on its way"),
			text("等待其结束,见 GET /users/ID/handovers", "wait until it is over: see GET /users/ID/handovers"),
		},
		string(deal.CodeReviewIncomplete): {
			text("月度评审还不能签字", "the monthly review cannot be signed yet"),
			text("errors 列出缺少的内容", "errors lists what is missing"),
		},
		string(deal.CodeReviewSigned): {
			text("月度评审已签字,不能再改", "the monthly review is signed: nothing of it changes any more"),
			text("未完成的行动项会转入下个月的评审", "open actions come into the review of the next month"),
		},
		string(deal.CodeMonthAhead): {
			text("该月份尚未开始", "this month has not begun"),
			text("选择本月或以前的月份", "choose this month or an earlier one"),
		},
		string(deal.CodeKeyReused): {
			text("该 Idempotency-Key 已用于其他请求", "this Idempotency-Key was used for another request"),
			text("新的请求使用新的 Idempotency-Key", "use a new key for a new request"),
		},
		string(deal.CodeTextMissing): {
			text("请求的文字没有保存完整", "the text behind this request was not kept"),
			text("用新的 Idempotency-Key 重新发送", "send the request again with a new Idempotency-Key"),
		},
		string(deal.CodeInternalError): {
			text("系统内部错误[,事件编号:{0}]", "something went wrong on our side[; incident {0}]"),
			text("请把追踪编号交给运维", "give the trace id to operations"),
		},
	}
}
