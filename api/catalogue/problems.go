package catalogue

// Codes of the API itself; those of the rules are in package deal.
const (
	InvalidRequest       = "invalid_request"        // the request as a whole; errors[] say which fields
	MalformedJSON        = "malformed_json"         // the body is not JSON
	BadText              = "bad_text"               // broken UTF-8 or U+0000
	BodyRequired         = "body_required"          // there is no body
	BodyTooLarge         = "body_too_large"         // beyond the limit
	BodyTimeout          = "body_timeout"           // the body came too slowly
	UnsupportedMediaType = "unsupported_media_type" // not JSON, or no sheet
	NotAcceptable        = "not_acceptable"         // the answer cannot be written as asked
	HeadersTooLarge      = "headers_too_large"      //
	RoleNeeded           = "role_needed"            // with not_your_role: only these roles may; Args are all of them
	NotFound             = "not_found"              // it does not exist, or not for the caller
	UnknownRoute         = "unknown_route"          // no such path
	MethodNotAllowed     = "method_not_allowed"     // the path exists, the method does not
	Unauthenticated      = "unauthenticated"        // no token, or one that counts no more
	WrongCredentials     = "wrong_credentials"      // login or password
	TooManyLogins        = "too_many_logins"        // slow down guessing
	CrossSite            = "cross_site"             // a browser sent this from another site
	Busy                 = "busy"                   // too much at once
	BadKey               = "bad_idempotency_key"    //
	VersionRequired      = "version_required"       // If-Match is missing
	BadVersion           = "bad_version"            // If-Match is no version
	StaleVersion         = "stale_version"          // the record changed since
	OutcomeUnknown       = "outcome_unknown"        // it may still happen; ask again with the same key
	Unavailable          = "unavailable"            // the database or the engine is away
	NotReady             = "not_ready"              // a part of the process is not there yet
	BadCursor            = "bad_cursor"             // not from this list
	DelegationCycle      = "delegation_cycle"       // A for B for A
	DelegationChain      = "delegation_chain"       // A for B for C for D for E
	DeputyAway           = "deputy_away"            // on leave all that time
	LeaveOverlaps        = "leave_overlaps"         // another leave has these days
	LeaveInPast          = "leave_in_past"          // only the line above notes days that are over
	LeaveBackwards       = "leave_backwards"        // the last day is before the first
	OwnAccess            = "own_access"             // administrators do not lock themselves out
	SamePerson           = "same_person"            // nobody stands in for themselves
	InvalidPhone         = "invalid_phone"          //
	InvalidCreditCode    = "invalid_credit_code"    //
	InvalidAmount        = "invalid_amount"         //
	UnknownCurrency      = "unknown_currency"       //
	DateTooFar           = "date_too_far"           //
	NotYetThere          = "not_yet_there"          // an instant before the account was opened
	CommandTooLarge      = "command_too_large"      //
	NotASheet            = "not_a_sheet"            // an upload that is neither a workbook nor CSV
	SheetRefused         = "sheet_refused"          // a sheet that cannot be read; the reason is in errors[]
	SheetMissing         = "sheet_missing"          // an upload without a file
	BadMapping           = "bad_mapping"            // a mapping that is no object of texts
)

func problems() map[string]Entry {
	return map[string]Entry{
		InvalidRequest: {
			text("请求内容不正确,详见 errors", "the request is not right; errors says where"),
			text("改正所列字段后重试", "correct the fields listed and send again"),
		},
		RoleNeeded: {
			text("只有{*}可以办理", "this is for: {*}"),
			text("请其中一人办理", "ask one of them"),
		},
		MalformedJSON: {
			text("请求体不是合法的 JSON[(位置 {0})]", "the body is not valid JSON[ (at byte {0})]"),
			text("检查括号、引号和逗号", "check braces, quotes and commas"),
		},
		BadText: {
			text("文字包含无法识别的字符(UTF-8 损坏或 U+0000)", "a text holds broken UTF-8 or the character U+0000"),
			text("以 UTF-8 重新编码后发送", "encode it as UTF-8 and send again"),
		},
		BodyRequired: {
			text("缺少请求体", "the request needs a body"),
			text("以 JSON 发送所需字段", "send the fields as JSON"),
		},
		BodyTooLarge: {
			text("请求体过大[,上限 {0} 字节]", "the body is too large[; the limit is {0} bytes]"),
			text("减少内容或分批发送", "send less at a time"),
		},
		BodyTimeout: {
			text("请求体传输过慢", "the body came too slowly"),
			text("重试", "send again"),
		},
		UnsupportedMediaType: {
			text("不支持的 Content-Type[:{0}]", "this Content-Type is not supported[: {0}]"),
			text("使用 application/json", "use application/json"),
		},
		NotAcceptable: {
			text("无法按 Accept 要求的格式回答", "no answer can be written in the format that Accept asks for"),
			text("使用 application/json", "use application/json"),
		},
		HeadersTooLarge: {
			text("请求头或地址过长", "the headers or the address are too long"),
			text("缩短请求头", "send shorter headers"),
		},
		NotFound: {
			text("不存在,或您无权查看", "this does not exist, or not for you"),
			text("核对编号", "check the id"),
		},
		UnknownRoute: {
			text("没有这个接口地址", "there is nothing at this address"),
			text("接口文档:/docs", "see /docs"),
		},
		MethodNotAllowed: {
			text("该地址不支持此方法", "this address does not know that method"),
			text("支持的方法见 Allow 头", "the header Allow lists those it knows"),
		},
		Unauthenticated: {
			text("未登录,或凭证已失效", "you are not logged in, or your token counts no more"),
			text("登录或提供有效的 Bearer 令牌", "log in, or send a valid bearer token"),
		},
		WrongCredentials: {
			text("登录名或密码错误", "the login or the password is wrong"),
			text("检查后重试", "check both and try again"),
		},
		TooManyLogins: {
			text("登录尝试过多", "too many attempts to log in"),
			text("稍后再试", "wait a moment"),
		},
		CrossSite: {
			text("请求来自其他网站,已拒绝", "the request came from another site and is refused"),
			text("从本系统页面操作,或使用 Bearer 令牌", "use our own pages, or a bearer token"),
		},
		Busy: {
			text("同时进行的请求过多", "too many requests at once"),
			text("按 Retry-After 稍后重试", "try again after Retry-After"),
		},
		BadKey: {
			text("Idempotency-Key 应为 1 到 200 个可见 ASCII 字符", "an Idempotency-Key has 1 to 200 visible ASCII characters"),
			text("例如使用 UUID", "a UUID is a good key"),
		},
		VersionRequired: {
			text("缺少 If-Match", "If-Match is missing"),
			text("先读取,再以其 ETag 作为 If-Match 发送;首次填写用 \"0\"", "read the record and send its ETag as If-Match; \"0\" for the first time"),
		},
		BadVersion: {
			text("If-Match 应为一个版本号", "If-Match names one version"),
			text("例如 If-Match: \"3\"", "for example If-Match: \"3\""),
		},
		StaleVersion: {
			text("内容已被他人修改[,当前版本:{0}]", "this was changed since you read it[; its version is now {0}]"),
			text("重新读取后再修改", "read it again and repeat your change"),
		},
		OutcomeUnknown: {
			text("尚不知道结果,操作可能仍会完成", "the outcome is not known yet; the command may still be carried out"),
			text("稍后以同一 Idempotency-Key 重试", "send the same request with the same Idempotency-Key after Retry-After"),
		},
		Unavailable: {
			text("服务暂时不可用", "the service is away for a moment"),
			text("按 Retry-After 稍后重试", "try again after Retry-After"),
		},
		NotReady: {
			text("尚未就绪[:{0}]", "not ready[: {0}]"),
			text("稍后再试", "wait a moment"),
		},
		BadCursor: {
			text("cursor 不属于这个列表", "the cursor is not from this list"),
			text("使用上一页的 next_cursor,查询条件保持不变", "use next_cursor of the page before, with the same filters"),
		},
		DelegationCycle: {
			text("代理关系会形成循环", "the delegation would close a circle"),
			text("选择其他代理人", "choose another deputy"),
		},
		DelegationChain: {
			text("代理最多连续 {0} 层", "at most {0} delegations stand in a row"),
			text("直接委托给最后一位代理人,或选择其他代理人", "choose the last one in the row, or somebody else"),
		},
		DeputyAway: {
			text("{0} 在这段时间一直休假,也没有代理人", "{0} is on leave all that time, and nobody stands in"),
			text("选择其他代理人", "choose another deputy"),
		},
		LeaveOverlaps: {
			text("与已有休假重叠:{0} 至 {1}", "these days are leave already: {0} to {1}"),
			text("先结束原有休假,或只填写其余日期", "end that leave first, or take the other days only"),
		},
		LeaveInPast: {
			text("开始日早于 {0}", "the first day is before {0}"),
			text("已过去的日期由上级或管理员补登,最多 31 天", "days that are over are noted by the line above or an administrator, up to 31 days back"),
		},
		LeaveBackwards: {
			text("最后一天早于第一天", "the last day is before the first"),
			text("检查 first_day 和 last_day", "check first_day and last_day"),
		},
		OwnAccess: {
			text("不能停用自己的账号", "nobody takes their own access away"),
			text("请其他管理员操作", "ask another administrator"),
		},
		SamePerson: {
			text("不能代理自己", "nobody stands in for themselves"),
			text("选择其他代理人", "choose another deputy"),
		},
		InvalidPhone: {
			text("不是可以拨打的中国电话号码", "this is not a Chinese phone number that can be dialled"),
			text("手机号 11 位,座机带区号,例如 0527-84350001", "a mobile number has 11 digits, a landline its area code: 0527-84350001"),
		},
		InvalidCreditCode: {
			text("统一社会信用代码不正确", "this is not a valid unified social credit code"),
			text("应为 18 位,最后一位是校验码", "it has 18 characters, the last one checks the others"),
		},
		InvalidAmount: {
			text("金额格式不正确", "the amount is not right"),
			text("十进制字符串,例如 \"1250000.00\"", "send a decimal string such as \"1250000.00\""),
		},
		UnknownCurrency: {
			text("不支持的币种[:{0}]", "this currency is not known[: {0}]"),
			text("例如 CNY", "for example CNY"),
		},
		DateTooFar: {
			text("时间过于遥远", "the date is too far away"),
			text("选择十年以内的时间", "choose one within ten years"),
		},
		NotYetThere: {
			text("那时客户尚未建立", "the account was not there yet at that time"),
			text("选择建立之后的时间", "choose an instant after it was opened"),
		},
		CommandTooLarge: {
			text("请求内容过多", "the request carries too much"),
			text("减少内容", "send less"),
		},
		NotASheet: {
			text("文件不是线索表(xlsx 或 csv)", "the file is no lead sheet (xlsx or csv)"),
			text("另存为 xlsx 或 csv 后上传", "save it as xlsx or csv and upload that"),
		},
		SheetRefused: {
			text("无法读取线索表", "the lead sheet cannot be read"),
			text("按模板整理后重试", "arrange it like the template and try again"),
		},
		SheetMissing: {
			text("没有上传文件", "there is no file in the upload"),
			text("以 multipart 字段 file 上传,或直接发送文件内容", "send it as the multipart field file, or as the body itself"),
		},
		BadMapping: {
			text("列映射不是合法的 JSON 对象", "the mapping is no JSON object of texts"),
			text("按 {\"表头\": \"字段\"} 的形式填写", "write it as {\"header\": \"field\"}"),
		},
	}
}
