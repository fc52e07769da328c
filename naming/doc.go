// Package naming makes the names, codes and phone numbers that people type comparable.
//
// One company is written in many ways: 江苏晨风集团股份有限公司, 江苏晨风集团, 晨风集团. [Key] takes off what does not tell companies
// apart – width, traditional characters, punctuation, legal form, branch, region – and leaves the comparison key. It is
// meant for finding likely twins together with a territory or a phone number; it never replaces the name people see.
// Public bodies keep their region, because 宿迁市中级人民法院 without it is any court.
//
// [Similarity] says how much two names resemble each other, for suggestions to people; [UpsertKey] is the key under which
// an import finds an account.
//
// [Search] is the weaker form of Key: folded, but complete. Behind search boxes stand [SearchText], which is stored, and
// [Query], which says what a stored text must contain: Chinese, [Pinyin] or initials, any part of them. [CreditCode] checks
// the unified social credit code (GB 32100-2015) and [Phone] brings Chinese phone numbers into one form.
//
// Everything here is pure; the tables are embedded and read once. data/ holds them as text with their sources: a wrong
// reading, a missing district or the short name of a bank is one more line there, and a pair in testdata/pairs.tsv.
package naming
