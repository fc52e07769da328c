package playbook

import (
	"math"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// fenPerYuan turns yuan into minor units, in which all money is counted.
const fenPerYuan = 100

// functions are what conditions may call besides the standard ones of CEL:
//
//	yuan(1000000)          minor units of that many yuan
//	days_before(today, 90) the day that many days earlier, "" for something that is no day; days compare as texts
//	[1, 2, 3].sum()        of whole numbers
func functions() cel.EnvOption {
	return cel.Lib(library{})
}

type library struct{}

// CompileOptions implements cel.Library.
func (library) CompileOptions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function("yuan", cel.Overload("yuan_int", []*cel.Type{cel.IntType}, cel.IntType, cel.UnaryBinding(yuan))),
		cel.Function("days_before", cel.Overload("days_before_string_int", []*cel.Type{cel.StringType, cel.IntType}, cel.StringType,
			cel.BinaryBinding(daysBefore))),
		cel.Function("sum", cel.MemberOverload("list_int_sum", []*cel.Type{cel.ListType(cel.IntType)}, cel.IntType, cel.UnaryBinding(sum))),
	}
}

// ProgramOptions implements cel.Library.
func (library) ProgramOptions() []cel.ProgramOption { return nil }

func yuan(v ref.Val) ref.Val {
	n, ok := v.(types.Int)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	if n > math.MaxInt64/fenPerYuan || n < math.MinInt64/fenPerYuan {
		return types.NewErr("yuan(%d) is more money than there is", int64(n))
	}
	return n * fenPerYuan
}

func daysBefore(day, days ref.Val) ref.Val {
	text, isText := day.(types.String)
	n, isInt := days.(types.Int)
	if !isText || !isInt {
		return types.MaybeNoSuchOverloadErr(day)
	}
	from, err := time.Parse(time.DateOnly, string(text))
	if err != nil || n > maxExact || n < -maxExact {
		return types.String("")
	}
	return types.String(from.AddDate(0, 0, -int(n)).Format(time.DateOnly))
}

func sum(v ref.Val) ref.Val {
	list, ok := v.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	total := ref.Val(types.IntZero)
	for it := list.Iterator(); it.HasNext() == types.True; {
		n, isInt := it.Next().(types.Int)
		if !isInt {
			return types.NewErr("sum adds whole numbers")
		}
		if total = total.(traits.Adder).Add(n); types.IsError(total) {
			return total
		}
	}
	return total
}
