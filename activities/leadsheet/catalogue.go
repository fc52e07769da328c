package leadsheet

import (
	"strings"
	"sync"
)

// bilingual is one sentence in both languages, with the placeholders {column}, {cell}, {value}, {other} and {who}.
type bilingual struct{ zh, en string }

// entry is what a code says: what is wrong, and what to do.
type entry struct{ text, hint bilingual }

// knownPhone is the sentence of probable_duplicate when the other account is not in this file.
func knownPhone() entry {
	return entry{
		bilingual{"电话“{value}”已登记在另一客户名下，疑似重复", "The phone “{value}” already belongs to another account: probably a duplicate."},
		bilingual{"请核对是否同一客户；确属不同客户时请填写各自的电话。", "Check whether it is the same customer; if not, give each its own number."},
	}
}

// catalogue holds the sentences of every code.
var catalogue = sync.OnceValue(func() map[Code]entry {
	return map[Code]entry{
		Required: {
			bilingual{"缺少“{column}”", "“{column}” is missing."},
			bilingual{"请在 {cell} 单元格填写“{column}”。", "Fill in “{column}” in cell {cell}."},
		},
		Formula: {
			bilingual{"“{column}”是公式或以 = + - @ 开头的文本，系统不执行公式", "“{column}” is a formula or a text that begins with = + - @; formulas are never evaluated."},
			bilingual{"请在 {cell} 单元格只填写文字或数字。", "Put plain text or a number into cell {cell}."},
		},
		BadText: {
			bilingual{"“{column}”含有无法识别的字符", "“{column}” contains characters that are no text."},
			bilingual{"请重新输入 {cell} 单元格，并将文件另存为 .xlsx 或 UTF-8 编码的 CSV。", "Type cell {cell} again and save the file as .xlsx or as CSV in UTF-8."},
		},
		TooLong: {
			bilingual{"“{column}”过长：{value} 个字符，最多 4000 个", "“{column}” is too long: {value} characters, at most 4,000."},
			bilingual{"请缩短 {cell} 单元格的内容，其余内容作为附件上传。", "Shorten cell {cell}; longer texts belong into a document."},
		},
		BadPhone: {
			bilingual{"“{column}”不是有效的电话号码：{value}", "“{column}” is not a valid phone number: {value}"},
			bilingual{"请在 {cell} 单元格只填写一个号码：11 位手机号，或带区号的固定电话，如 0527-8435001。", "Put one number into cell {cell}: a mobile number of 11 digits, or a landline with area code such as 0527-8435001."},
		},
		BadCreditCode: {
			bilingual{"“{column}”不是有效的统一社会信用代码：{value}", "“{column}” is not a valid unified social credit code: {value}"},
			bilingual{"请对照营业执照核对 {cell} 单元格的 18 位代码，不清楚时可留空。", "Compare the 18 characters in cell {cell} with the business licence, or leave the cell empty."},
		},
		BadVolume: {
			bilingual{"“{column}”必须是不小于 0 的整数：{value}", "“{column}” must be a whole number from 0: {value}"},
			bilingual{"请在 {cell} 单元格填写每月件数，如 420；不清楚时可留空。", "Put the pieces a month into cell {cell}, such as 420, or leave it empty."},
		},
		BadDate: {
			bilingual{"“{column}”不是有效的日期：{value}", "“{column}” is not a valid date: {value}"},
			bilingual{"请在 {cell} 单元格按 2026-11-09 的格式填写 2000 至 2099 年间的日期。", "Put a date of the years 2000 to 2099 into cell {cell}, such as 2026-11-09."},
		},
		UnknownPremises: {
			bilingual{"未知的“{column}”：{value}", "Unknown “{column}”: {value}"},
			bilingual{"请填写以下之一：" + premisesList("、") + "。", "Use one of: " + premisesList(", ") + "."},
		},
		UnknownSource: {
			bilingual{"未知的“{column}”：{value}", "Unknown “{column}”: {value}"},
			bilingual{"请填写以下之一：" + sourceList("、") + "。", "Use one of: " + sourceList(", ") + "."},
		},
		DuplicateInFile: {
			bilingual{"与第 {other} 行是同一客户：{value}", "The same account as row {other}: {value}"},
			bilingual{"请将两行合并为一行，或填写各自的统一社会信用代码。", "Merge the two rows, or give each its own unified social credit code."},
		},
		ProbableDuplicate: {
			bilingual{"电话“{value}”已出现在第 {other} 行的另一客户名下，疑似重复", "Row {other} has the phone “{value}” under another name: probably a duplicate."},
			bilingual{"请核对是否同一客户；确属不同客户时请填写各自的电话。", "Check whether it is the same customer; if not, give each its own number."},
		},
		UnknownCustomer: {
			bilingual{"跟进记录中的客户不在第一张表中：{value}", "The follow-up names a customer who is not on the first sheet: {value}"},
			bilingual{"请核对 {cell} 单元格的单位名称，或在第一张表中补上该客户。", "Check the name in cell {cell}, or add the customer to the first sheet."},
		},
		AmbiguousCustomer: {
			bilingual{"第一张表中有多个同名客户：{value}", "Several customers on the first sheet have this name: {value}"},
			bilingual{"请在跟进记录中加上片区或统一社会信用代码。", "Add the territory or the credit code to the follow-up."},
		},
		SameAccount: {
			bilingual{"与第 {other} 行是系统中的同一客户：{value}", "The same account on file as row {other}: {value}"},
			bilingual{"请将两行合并为一行。", "Merge the two rows."},
		},
		EditedSince: {
			bilingual{"“{column}”已由{who}修改，与表中内容不同：{value}", "“{column}” was edited by {who} and now differs from the sheet: {value}"},
			bilingual{"请与对方确认；若以表格为准，请在收集日期中填写修改之后的日期再导入。", "Agree with them; if the sheet is right, give the row a date of collection after that edit and send it again."},
		},
		OlderRow: {
			bilingual{"已导入过更新的表格，“{column}”与之不同：{value}", "A newer sheet was imported and “{column}” differs from it: {value}"},
			bilingual{"请使用最新的表格，或更新收集日期。", "Use the newest sheet, or bring the date of collection up to date."},
		},
		FormClosed: {
			bilingual{"客户已不在可修改线索表单的阶段，“{column}”不能改为：{value}", "The lead's form can no longer be changed; “{column}” cannot become: {value}"},
			bilingual{"请在客户档案中登记该变化。", "Record the change in the account itself."},
		},
		AccountClosed: {
			bilingual{"客户已关闭，不能修改：{value}", "The account is closed and cannot be changed: {value}"},
			bilingual{"如需继续跟进，请先申请重新开启。", "Ask to reopen it first."},
		},
		FollowedBy: {
			bilingual{"该客户已由{who}跟进：{value}", "The customer is already followed by {who}: {value}"},
			bilingual{"请联系{who}，由其或销售管理部导入。", "Ask {who}; they or sales operations can import the row."},
		},
		Rejected: {
			bilingual{"系统拒绝开户：{value}", "Opening was refused: {value}"},
			bilingual{"请联系销售管理部。", "Ask sales operations."},
		},
		UnknownField: {
			bilingual{"列映射的目标字段不存在：{value}", "The mapping names a field that does not exist: {value}"},
			bilingual{"可用字段见 POST /imports/columns；不导入的列请映射为 ignore。", "POST /imports/columns lists the fields; map a column to ignore to leave it out."},
		},
		UnknownHeader: {
			bilingual{"列映射中的列名不在表中：{value}", "The mapping names a column that the sheet does not have: {value}"},
			bilingual{"请按表格第 1 行的列名填写映射。", "Use the column names as row 1 of the sheet has them."},
		},
		AmbiguousHeader: {
			bilingual{"列映射中同一列出现两次：{value}", "The mapping names one column twice: {value}"},
			bilingual{"请为每一列只保留一个目标字段。", "Keep one field for each column."},
		},
		UnknownColumn: {
			bilingual{"未识别的列“{column}”，已忽略", "The column “{column}” is not known and was not read."},
			bilingual{"如需导入该列，请使用模板中的列名，或指定列映射。", "Use the column names of the template, or map the column, if it should be."},
		},
		NotASheet: {
			bilingual{"文件不是 .xlsx 或 CSV 表格", "The file is neither an .xlsx workbook nor a CSV file."},
			bilingual{"请上传 .xlsx 或 .csv 格式的客户资料收集表；旧版 .xls 请先另存为 .xlsx。", "Upload the information sheet as .xlsx or .csv; save an old .xls as .xlsx first."},
		},
		Empty: {
			bilingual{"文件是空的", "The file is empty."},
			bilingual{"请检查是否选对了文件。", "Check that it is the right file."},
		},
		TooLarge: {
			bilingual{"文件过大：上限 {value}", "The file is too large: the limit is {value}."},
			bilingual{"请删除图片和多余的工作表，或拆分为多个文件。", "Remove pictures and other sheets, or split the file."},
		},
		ZipBomb: {
			bilingual{"文件的压缩结构异常，已拒绝：{value}", "The archive inside the file is built abnormally and was refused: {value}"},
			bilingual{"请在 Excel 或 WPS 中打开后另存为新的 .xlsx 文件。", "Open the file in Excel or WPS and save it as a new .xlsx."},
		},
		TooManyRows: {
			bilingual{"行数过多：上限 {value} 行", "Too many rows: the limit is {value}."},
			bilingual{"请拆分为多个文件。", "Split the file."},
		},
		TooManyColumns: {
			bilingual{"列数过多：上限 {value} 列", "Too many columns: the limit is {value}."},
			bilingual{"请删除表格右侧多余的内容。", "Delete what stands to the right of the table."},
		},
		TooManyProblems: {
			bilingual{"问题过多，已停止检查；第一个问题：{value}", "There are too many problems to list; the first one: {value}"},
			bilingual{"请检查是否选对了文件、列名是否与内容一致。", "Check that it is the right file and that the column names match what stands below them."},
		},
		Macro: {
			bilingual{"文件含有宏或控件", "The file contains macros or controls."},
			bilingual{"请另存为不含宏的 .xlsx 文件。", "Save it as an .xlsx without macros."},
		},
		ExternalLink: {
			bilingual{"文件含有外部链接或数据连接", "The file links to other files or data sources."},
			bilingual{"请在“数据 → 编辑链接”中断开链接，或将内容粘贴为数值后另存。", "Break the links (Data → Edit Links), or paste the content as values, and save again."},
		},
		Encrypted: {
			bilingual{"文件已加密", "The file is encrypted."},
			bilingual{"请取消打开密码后重新保存。", "Remove the password and save again."},
		},
		BadEncoding: {
			bilingual{"无法识别文件的文字编码", "The encoding of the text was not recognised."},
			bilingual{"请另存为 .xlsx，或 UTF-8、GB18030 编码的 CSV。", "Save it as .xlsx, or as CSV in UTF-8 or GB18030."},
		},
		Malformed: {
			bilingual{"文件已损坏或不完整：{value}", "The file is damaged or incomplete: {value}"},
			bilingual{"请在 Excel 或 WPS 中打开、检查并重新保存后上传。", "Open it in Excel or WPS, check it, save it again and upload that."},
		},
		MissingColumn: {
			bilingual{"缺少必需的列：{value}", "Required columns are missing: {value}"},
			bilingual{"第 1 行必须是列名：请使用模板中的列名，或指定列映射（POST /imports/columns 可查看识别结果）。", "Row 1 must hold the column names: use those of the template, or send a mapping (POST /imports/columns shows what was recognised)."},
		},
		DuplicateColumn: {
			bilingual{"有两列表示同一内容：{value}", "Two columns mean the same: {value}"},
			bilingual{"请删除或改名其中一列，或将其中一列映射为其他字段或 ignore。", "Delete or rename one of them, or map one to another field or to ignore."},
		},
	}
})

func premisesList(separator string) string {
	var words []string
	for _, kind := range AllPremises() {
		words = append(words, premisesWords(kind)[0])
	}
	return strings.Join(words, separator)
}

func sourceList(separator string) string {
	var words []string
	for _, source := range AllSources() {
		words = append(words, sourceWords(source)[0])
	}
	return strings.Join(words, separator)
}
