package dossier

import (
	"regexp"
	"strings"
	"time"

	"closedloop/deal"
)

// Document describes a file; its bytes are kept elsewhere and found by their hash.
type Document struct {
	Name      string          `json:"name"` // as uploaded, without directories
	MediaType string          `json:"media_type"`
	Size      int64           `json:"size"`   // bytes
	SHA256    string          `json:"sha256"` // 64 lower-case hexadecimal digits
	Purpose   DocumentPurpose `json:"purpose"`
	Step      deal.Step       `json:"step"` // for which step it was filed; empty for none
}

// LargestFile is how many bytes an upload may have (contract.md §4).
const LargestFile = 20 << 20

// DocumentPurpose says what a file is for.
type DocumentPurpose string

// What files are filed for.
const (
	LicenceDocument   DocumentPurpose = "licence"
	TenderDocument    DocumentPurpose = "tender"
	ProposalDocument  DocumentPurpose = "proposal"
	IntentDocument    DocumentPurpose = "letter_of_intent"
	TrialDocument     DocumentPurpose = "trial_report"
	AgreementDocument DocumentPurpose = "agreement"
	SurveyDocument    DocumentPurpose = "survey"
	OtherDocument     DocumentPurpose = "other"
)

func documentPurposes() set[DocumentPurpose] {
	return set[DocumentPurpose]{
		opt(LicenceDocument, "证照", "Licence"), opt(TenderDocument, "招标文件", "Tender"), opt(ProposalDocument, "方案", "Proposal"),
		opt(IntentDocument, "意向书", "Letter of intent"), opt(TrialDocument, "试用报告", "Trial report"), opt(AgreementDocument, "协议", "Agreement"),
		opt(SurveyDocument, "调查问卷", "Survey"), opt(OtherDocument, "其他", "Other"),
	}
}

// AllDocumentPurposes returns every purpose.
func AllDocumentPurposes() []DocumentPurpose { return documentPurposes().all() }

// ParseDocumentPurpose reads a purpose's identifier.
func ParseDocumentPurpose(s string) (DocumentPurpose, error) {
	return documentPurposes().parse("purpose of a document", s)
}

// Label is what people call it; empty for something that is no purpose.
func (p DocumentPurpose) Label() deal.Text { return documentPurposes().label(p) }

var mediaTypeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$`)

// Kind implements [Record].
func (Document) Kind() Kind { return DocumentKind }

// Validate implements [Record].
func (d Document) Validate(now time.Time) deal.Refusals {
	c := begin(d, now)
	c.line("/name", d.Name)
	c.invalid(strings.ContainsAny(d.Name, `/\`) || d.Name == "." || d.Name == "..", "/name", "不是文件名", " is no file name",
		"只写文件名，不带目录", "Write the name of the file without directories")
	c.invalid(len(d.MediaType) > nameLength || !mediaTypeForm.MatchString(d.MediaType), "/media_type", "不是媒体类型", " is no media type",
		"例如 application/pdf", "Write application/pdf for example")
	c.invalid(d.Size < 1, "/size", "文件为空", " says that the file is empty", "重新上传文件", "Upload the file again")
	c.invalid(d.Size > LargestFile, "/size", "超过 20 MiB", " is above 20 MiB", "压缩或拆分文件", "Compress or split the file")
	c.sha256("/sha256", d.SHA256)
	chosen(c, "/purpose", d.Purpose, documentPurposes())
	c.invalid(d.Step != "" && d.Step.Number() == 0, "/step", "不是十步之一", " is none of the ten steps",
		"填写步骤标识，例如 sign", "Write the identifier of a step, sign for example")
	return c.done()
}

// Amended is the document with what the server wrote when its bytes came: nobody changes what a file is by describing it
// otherwise. What is left out stays; what says something else is refused.
func (d Document) Amended(onFile Document) (Document, deal.Refusals) {
	var c check
	kept := func(is bool, field string) {
		c.invalid(is, field, "由服务器根据文件内容填写", " is what the server found in the file",
			"去掉该字段；换文件请重新上传", "Leave the field out; to file other bytes, upload them")
	}
	kept(d.MediaType != "" && d.MediaType != onFile.MediaType, "/media_type")
	kept(d.Size != 0 && d.Size != onFile.Size, "/size")
	kept(d.SHA256 != "" && d.SHA256 != onFile.SHA256, "/sha256")
	d.MediaType, d.Size, d.SHA256 = onFile.MediaType, onFile.Size, onFile.SHA256
	return d, c.done()
}

// Disproof refuses evidence that is not what the document on file hashes to. A document that is not there at all is for
// [References] to say.
func (a Agreement) Disproof(documents []Entry[Document]) deal.Refusals {
	var c check
	for _, d := range documents {
		c.invalid(a.Evidence != nil && d.ID == a.Evidence.Document && d.Body.SHA256 != a.Evidence.SHA256, "/evidence/sha256",
			"与所引用文件的哈希不一致", " is not the hash of the document on file", "填写该文件的 sha256", "Write the sha256 of that document")
	}
	return c.done()
}
