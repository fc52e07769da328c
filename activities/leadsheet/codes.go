package leadsheet

import (
	"fmt"
	"strconv"
	"strings"
)

// Code is the stable, language-free reason why a cell, a row or a whole file is refused.
type Code string

// Reasons against a cell or a row.
const (
	Required          Code = "required"           // nothing stands where something must
	Formula           Code = "formula"            // a formula, a text that a spreadsheet would take for one, or its error
	BadText           Code = "bad_text"           // U+0000, control characters or bytes that are no text
	TooLong           Code = "too_long"           // more characters than a cell may have
	BadPhone          Code = "bad_phone"          // see naming.Phone
	BadCreditCode     Code = "bad_credit_code"    // see naming.CreditCode
	BadVolume         Code = "bad_volume"         // not a whole number from 0
	BadDate           Code = "bad_date"           // not a day, or one outside 2000 to 2099
	UnknownPremises   Code = "unknown_premises"   // not one of AllPremises
	UnknownSource     Code = "unknown_source"     // not one of AllSources
	DuplicateInFile   Code = "duplicate_in_file"  // an earlier row has the same key
	ProbableDuplicate Code = "probable_duplicate" // an earlier row, or an account, has the phone under another name
	UnknownCustomer   Code = "unknown_customer"   // a follow-up on the second sheet about nobody on the first
	AmbiguousCustomer Code = "ambiguous_customer" // a follow-up about one of several customers of that name
)

// Reasons that only an importer can know, who compares a good row with what is on file.
const (
	SameAccount   Code = "same_account"   // an earlier row was taken for the same account
	EditedSince   Code = "edited_since"   // somebody changed the value, and the sheet does not say that it is newer
	OlderRow      Code = "older_row"      // a newer sheet has said something else
	FormClosed    Code = "form_closed"    // the lead's form can no longer be changed
	AccountClosed Code = "account_closed" // the account is closed
	FollowedBy    Code = "followed_by"    // somebody else follows the customer
	Rejected      Code = "rejected"       // the rules refuse to open it
)

// UnknownColumn is a note, not a problem: the column is not read.
const UnknownColumn Code = "unknown_column"

// Reasons against a whole file.
const (
	NotASheet       Code = "not_a_sheet"
	Empty           Code = "empty"
	TooLarge        Code = "too_large"
	ZipBomb         Code = "zip_bomb"
	TooManyRows     Code = "too_many_rows"
	TooManyColumns  Code = "too_many_columns"
	TooManyProblems Code = "too_many_problems"
	Macro           Code = "macro"
	ExternalLink    Code = "external_link"
	Encrypted       Code = "encrypted"
	BadEncoding     Code = "bad_encoding"
	Malformed       Code = "malformed"
	MissingColumn   Code = "missing_column"
	DuplicateColumn Code = "duplicate_column"
	UnknownField    Code = "unknown_field"    // a mapping to something that a lead does not have
	UnknownHeader   Code = "unknown_header"   // a mapping of a column that the sheet does not have
	AmbiguousHeader Code = "ambiguous_header" // two entries of a mapping name one column
)

// Problem is one reason against one row.
type Problem struct {
	Row    int    `json:"row"`                 // as the sheet counts: the header is row 1
	Column string `json:"column"`              // the header as written in the sheet
	Cell   string `json:"cell"`                // such as L19
	Code   Code   `json:"code"`                // why
	Value  string `json:"value,omitempty"`     // what stands there, at most 80 characters
	Other  int    `json:"other_row,omitempty"` // the earlier row a duplicate collides with; 0 is none in this file
	Who    string `json:"who,omitempty"`       // whom to ask, or who it was
}

// Text says in one sentence what is wrong. lang is a language tag; everything but Chinese is answered in English.
func (p Problem) Text(lang string) string { return render(p.entry().text, lang, p.args()) }

// Hint says in one sentence what to do about it.
func (p Problem) Hint(lang string) string { return render(p.entry().hint, lang, p.args()) }

func (p Problem) entry() entry {
	if p.Code == ProbableDuplicate && p.Other == 0 {
		return knownPhone()
	}
	return catalogue()[p.Code]
}

func (p Problem) args() []string {
	return []string{"{column}", p.Column, "{cell}", p.Cell, "{value}", p.Value, "{other}", strconv.Itoa(p.Other), "{who}", p.Who}
}

// Error is a reason against a whole file: nothing of it was taken over.
type Error struct {
	Code  Code
	Value string // what the texts name: the missing columns, the limit, the line
	cause error
}

// Error is the English text with its code and cause, for logs.
func (e *Error) Error() string {
	text := fmt.Sprintf("read lead sheet: %s: %s", e.Code, e.Text("en"))
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap is what the reader met.
func (e *Error) Unwrap() error { return e.cause }

// Text says in one sentence what is wrong with the file. lang is a language tag; everything but Chinese is answered in
// English.
func (e *Error) Text(lang string) string { return render(catalogue()[e.Code].text, lang, e.args()) }

// Hint says in one sentence what to do about it.
func (e *Error) Hint(lang string) string { return render(catalogue()[e.Code].hint, lang, e.args()) }

func (e *Error) args() []string { return []string{"{value}", e.Value} }

func refuse(code Code, value string, cause error) error {
	return &Error{Code: code, Value: value, cause: cause}
}

func render(text bilingual, lang string, args []string) string {
	template := text.en
	if isChinese(lang) {
		template = text.zh
	}
	return strings.NewReplacer(args...).Replace(template)
}

func isChinese(lang string) bool { return strings.HasPrefix(strings.ToLower(lang), "zh") }
