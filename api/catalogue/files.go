package catalogue

// Codes about uploads of documents; the first ones are those of package filetype.
const (
	FileEmpty        = "file_empty"
	FileTypeRefused  = "file_type_refused"
	FileExecutable   = "file_executable"
	FileMarkup       = "file_markup"
	FileMacros       = "file_macros"
	FileOldOffice    = "file_old_office"
	FileDamaged      = "file_damaged"
	FileTypeDiffers  = "file_type_differs"
	FileTextEncoding = "file_text_encoding"

	FileMissing     = "file_missing"      // an upload without the part that is the file
	FileTooLarge    = "file_too_large"    // beyond the limit
	UploadRequired  = "upload_required"   // a description without bytes
	BytesNotOnFile  = "bytes_not_on_file" // described before uploads existed, or lost
	UnknownFormPart = "unexpected_part"
)

func files() map[string]Entry {
	const (
		kindsZH = "可以上传 PDF、PNG、JPEG、WebP、docx、xlsx、pptx、txt 和 csv"
		kindsEN = "PDF, PNG, JPEG, WebP, docx, xlsx, pptx, txt and csv can be uploaded"
	)
	return map[string]Entry{
		FileEmpty: {
			text("文件是空的", "the file is empty"),
			text("重新选择文件后上传", "choose the file again and upload it"),
		},
		FileTypeRefused: {
			text("不接收这种类型的文件[:{0}]", "files of this type are not taken[: {0}]"),
			text(kindsZH, kindsEN),
		},
		FileExecutable: {
			text("不接收程序或脚本", "programs and scripts are not taken"),
			text(kindsZH, kindsEN),
		},
		FileMarkup: {
			text("不接收网页、SVG 或其他 XML 文件", "pages, SVG drawings and other XML files are not taken"),
			text("另存为 PDF 或图片后上传", "save it as PDF or as a picture and upload that"),
		},
		FileMacros: {
			text("文件包含宏或控件", "the file holds macros or controls"),
			text("另存为不含宏的 docx、xlsx 或 pptx 后上传", "save it without them as docx, xlsx or pptx and upload that"),
		},
		FileOldOffice: {
			text("不接收旧版 Office 格式或加密的 Office 文件", "old Office formats and Office files with a password are not taken"),
			text("去掉密码,另存为 docx、xlsx 或 pptx 后上传", "take the password off, save it as docx, xlsx or pptx and upload that"),
		},
		FileDamaged: {
			text("文件已损坏", "the file is damaged"),
			text("在本机打开确认后重新上传", "make sure that it opens and upload it again"),
		},
		FileTypeDiffers: {
			text("名称或声明的类型({0})与文件内容({1})不符", "its name or declared type ({0}) says something else than its content ({1})"),
			text("改正扩展名或类型后重新上传", "correct the ending of the name or the type and upload it again"),
		},
		FileTextEncoding: {
			text("文本不是 UTF-8、UTF-16 或 GB 18030 编码", "the text is neither UTF-8, UTF-16 nor GB 18030"),
			text("另存为 UTF-8 后上传", "save it as UTF-8 and upload that"),
		},
		FileMissing: {
			text("没有上传文件", "there is no file in the upload"),
			text("以 multipart/form-data 的 file 字段上传", "send it as the field file of multipart/form-data"),
		},
		FileTooLarge: {
			text("文件过大[,上限 {0} MiB]", "the file is too large[; the limit is {0} MiB]"),
			text("压缩或拆分后上传", "compress or split it and upload that"),
		},
		UploadRequired: {
			text("文件须连同内容上传,不能只登记说明", "a document is filed with its bytes, not by describing it"),
			text("以 multipart/form-data 发送:file 为文件,purpose 为用途", "send multipart/form-data: the bytes as file, what it is for as purpose"),
		},
		BytesNotOnFile: {
			text("该文件的内容不在档案中", "the bytes of this document are not on file"),
			text("重新上传文件", "upload the file again"),
		},
		UnknownFormPart: {
			text("不认识的表单字段", "this part of the form is not known"),
			text("可用的字段:file、purpose、step、name", "the parts are file, purpose, step and name"),
		},
	}
}
