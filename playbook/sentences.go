package playbook

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"closedloop/deal"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// sentences are those that name no field.
var sentences = struct {
	unfit, unknown, unknownHint, control, controlHint, long, longHint, fill deal.Text
}{
	unfit:       deal.Text{ZH: "内容不符合表单。", EN: "The content does not fit the form."},
	unknown:     deal.Text{ZH: "表单里没有这个字段。", EN: "The form has no such field."},
	unknownHint: deal.Text{ZH: "去掉该字段，或检查拼写。", EN: "Leave it out, or check its spelling."},
	control:     deal.Text{ZH: "文字含有无法保存的字符。", EN: "The text has a character that cannot be stored."},
	controlHint: deal.Text{ZH: "去掉空字符（U+0000）和损坏的 UTF-8。", EN: "Remove U+0000 and broken UTF-8."},
	long:        deal.Text{ZH: "文字超过 4000 个字符。", EN: "The text is longer than 4,000 characters."},
	longHint:    deal.Text{ZH: "缩短文字，长文档请作为附件登记。", EN: "Shorten it; register a long document as such."},
	fill:        deal.Text{ZH: "在本步骤的表单中填写。", EN: "Fill it in on the form of this step."},
}

// missing says that a mandatory field is not filled in.
func (f form) missing(path []string) fault {
	at, name := f.at(path)
	hint := sentences.fill
	if at.Help != nil {
		hint = *at.Help
	}
	return fault{path: path, text: deal.Text{ZH: name.ZH + "还没有填写。", EN: name.EN + " is not filled in."}, hint: hint}
}

// invalid says why a value does not fit, in our own words: the library's are English and speak of schemas.
func (f form) invalid(e *jsonschema.ValidationError) fault {
	at, name := f.at(e.InstanceLocation)
	out := fault{path: slices.Clone(e.InstanceLocation)}
	say := func(zh, en string) { out.text = deal.Text{ZH: name.ZH + zh + "。", EN: name.EN + en + "."} }
	fix := func(zh, en string) { out.hint = deal.Text{ZH: zh + "。", EN: en + "."} }
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		want := wanted(at.Kind)
		say("应为"+want.ZH, " takes "+want.EN)
		fix("改为"+want.ZH+"，或去掉该字段", "Write "+want.EN+", or leave the field out")
	case *kind.Enum:
		zh, en := choices(at)
		say("不是可选的值", " is none of the choices")
		fix("选择其一："+zh, "Choose one of "+en)
	case *kind.Format:
		want := wanted(at.Kind)
		say("应为"+want.ZH, " takes "+want.EN)
		fix("按格式填写："+want.ZH, "Write "+want.EN)
	case *kind.Pattern:
		say("的写法不对", " is not written as it should be")
		if at.Help != nil {
			out.hint = *at.Help
		}
	case *kind.MinLength:
		say("太短", " is too short")
		fix("至少写 "+strconv.Itoa(k.Want)+" 个字符", "Write at least "+strconv.Itoa(k.Want)+" characters")
	case *kind.MaxLength:
		say("太长", " is too long")
		fix("最多写 "+strconv.Itoa(k.Want)+" 个字符", "Write at most "+strconv.Itoa(k.Want)+" characters")
	case *kind.Minimum:
		say("太小", " is too small")
		fix("不得小于 "+decimal(k.Want), "The least is "+decimal(k.Want))
	case *kind.Maximum:
		say("太大", " is too large")
		fix("不得大于 "+decimal(k.Want), "The most is "+decimal(k.Want))
	case *kind.ExclusiveMinimum:
		say("太小", " is too small")
		fix("必须大于 "+decimal(k.Want), "It must be above "+decimal(k.Want))
	case *kind.ExclusiveMaximum:
		say("太大", " is too large")
		fix("必须小于 "+decimal(k.Want), "It must be below "+decimal(k.Want))
	case *kind.MultipleOf:
		say("不是 "+decimal(k.Want)+" 的倍数", " is no multiple of "+decimal(k.Want))
		fix("改为 "+decimal(k.Want)+" 的倍数", "Write a multiple of "+decimal(k.Want))
	case *kind.MinItems:
		say("行数不够", " has too few rows")
		fix("至少填写 "+strconv.Itoa(k.Want)+" 行", "Fill in at least "+rows(k.Want))
	case *kind.MaxItems:
		say("行数太多", " has too many rows")
		fix("最多保留 "+strconv.Itoa(k.Want)+" 行", "Keep at most "+rows(k.Want))
	default:
		say("不符合表单", " does not fit the form")
		out.hint = sentences.fill
	}
	return out
}

// wanted says what a kind of field holds.
func wanted(k FieldKind) deal.Text {
	switch k {
	case TextField, EnumField:
		return deal.Text{ZH: "文字", EN: "a text"}
	case DateField:
		return deal.Text{ZH: "日期（YYYY-MM-DD）", EN: "a date (YYYY-MM-DD)"}
	case IntegerField:
		return deal.Text{ZH: "整数", EN: "a whole number"}
	case NumberField:
		return deal.Text{ZH: "数字", EN: "a number"}
	case BooleanField:
		return deal.Text{ZH: "是或否（true 或 false）", EN: "yes or no (true or false)"}
	case PersonField:
		return deal.Text{ZH: "本单位人员的编号", EN: "the ID of one of our people"}
	case ContactField:
		return deal.Text{ZH: "客户联系人的编号", EN: "the ID of a contact"}
	case TableField:
		return deal.Text{ZH: "由行组成的列表", EN: "a list of rows"}
	}
	return deal.Text{ZH: "带字段名的内容", EN: "cells with names"} // a row of a table
}

func choices(f Field) (zh, en string) {
	var zhs, ens []string
	for _, o := range f.Options {
		zhs = append(zhs, o.Value+"（"+o.Label.ZH+"）")
		ens = append(ens, o.Value+" ("+o.Label.EN+")")
	}
	return strings.Join(zhs, "、"), strings.Join(ens, ", ")
}

func decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.RatString()
	}
	return strings.TrimRight(r.FloatString(9), "0")
}

func rows(n int) string { return count(n, "", "row").EN }

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
