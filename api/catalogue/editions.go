package catalogue

import "closedloop/deal"

// Codes about the versions of playbooks.
const (
	PlaybookRefused  = "playbook_refused"   // a text with faults; errors[] have them with their lines
	PlaybookFault    = "playbook_fault"     // one of them
	PlaybookChanged  = "playbook_changed"   // the version is known with another content
	PlaybookNotNewer = "playbook_not_newer" // a newer version is in force
	PlaybookMissing  = "playbook_missing"   // an upload without a text
	NotAPlaybook     = "not_a_playbook"     // neither YAML nor JSON with a text
)

// editions are the sentences about versions of playbooks, and about moving an account from one to another.
func editions() map[string]Entry {
	return map[string]Entry{
		PlaybookRefused: {
			text("作战手册有错误,未安装", "the playbook has faults and was not installed"),
			text("按 errors 中的行号逐项修改", "mend every line that errors lists"),
		},
		PlaybookFault: {
			text("第 {0} 行有错误", "there is a fault in line {0}"),
			text("修改后重新检查(dry_run=true)", "mend it and check again (dry_run=true)"),
		},
		PlaybookChanged: {
			text("该版本号已有其他内容,客户正在使用", "this version is known with another content, and accounts may be on it"),
			text("提高 version 后重新安装", "raise version in the file and install it again"),
		},
		PlaybookNotNewer: {
			text("已有更新的版本生效", "a newer version is in force"),
			text("把 version 提高到现行版本之上;要恢复旧内容,也用新的版本号", "raise version above the one in force; an older content comes back under a new number"),
		},
		PlaybookMissing: {
			text("没有作战手册正文", "there is no playbook in the request"),
			text("以 text/yaml 发送正文,或 JSON 的 text 字段,或 multipart 的 file 字段", "send the YAML as text/yaml, in the field text of JSON, or as the multipart field file"),
		},
		NotAPlaybook: {
			text("不支持的 Content-Type[:{0}]", "this Content-Type is not supported[: {0}]"),
			text("使用 text/yaml、application/json 或 multipart/form-data", "use text/yaml, application/json or multipart/form-data"),
		},
		string(deal.CodeUnknownPlaybook): {
			text("没有这个作战手册版本[:{0}]", "there is no such version of a playbook[: {0}]"),
			text("用 GET /playbooks 和 /playbooks/{name}/versions 查看", "see GET /playbooks and /playbooks/{name}/versions"),
		},
		string(deal.CodeSamePlaybook): {
			text("客户已在使用该版本[:{0}]", "the account follows that version already[: {0}]"),
			text("选择其他版本", "choose another version"),
		},
		string(deal.CodePlaybookUnusable): {
			text("本程序版本无法使用该作战手册版本[:{0}]", "this release cannot use that version of the playbook[: {0}]"),
			text("用 POST /accounts/{id}/playbook 将客户转到其他版本", "move the account to another version with POST /accounts/{id}/playbook"),
		},
		string(deal.CodePlaybookOutdated): {
			text("该作战手册版本已不符合检查规则,不再用于新的周期[:{0}]", "that version no longer passes the checks, so nothing may begin with it[: {0}]"),
			text("选择较新的版本", "choose a newer version"),
		},
	}
}
