package playbook

import (
	"maps"
	"slices"

	"closedloop/deal"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// typePrefix keeps the names of our types apart from variables: form.needs is a field, never a type.
const typePrefix = "closedloop."

// celTypes are the typed objects that conditions see. It answers CEL's questions about them and leaves the others to the
// standard registry. A field that a record does not have reads as the empty value of its type.
type celTypes struct {
	types.Provider

	structs map[string]map[string]*types.FieldType
}

// FindStructType implements types.Provider.
func (p *celTypes) FindStructType(name string) (*types.Type, bool) {
	if _, ours := p.structs[name]; ours {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (p *celTypes) FindStructFieldNames(name string) ([]string, bool) {
	if fields, ours := p.structs[name]; ours {
		return slices.Sorted(maps.Keys(fields)), true
	}
	return p.Provider.FindStructFieldNames(name)
}

// FindStructFieldType implements types.Provider.
func (p *celTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if fields, ours := p.structs[name]; ours {
		f, ok := fields[field]
		return f, ok
	}
	return p.Provider.FindStructFieldType(name, field)
}

// add declares a type and returns it.
func (p *celTypes) add(name string, fields map[string]*types.Type) *types.Type {
	name = typePrefix + name
	p.structs[name] = make(map[string]*types.FieldType, len(fields))
	for key, t := range fields {
		p.structs[name][key] = &types.FieldType{
			Type:    t,
			IsSet:   func(target any) bool { _, ok := target.(record)[key]; return ok },
			GetFrom: reader(key, t),
		}
	}
	return types.NewObjectType(name)
}

// reader reads one field, with the empty value of its type in place of nothing.
func reader(key string, t *types.Type) func(any) (any, error) {
	empty := emptyOf(t)
	return func(target any) (any, error) {
		if r, ok := target.(record); ok {
			if v, has := r[key]; has {
				return v, nil
			}
		}
		return empty, nil
	}
}

func emptyOf(t *types.Type) any {
	switch t.Kind() { //nolint:exhaustive // our records hold no other kinds
	case types.IntKind:
		return int64(0)
	case types.DoubleKind:
		return float64(0)
	case types.BoolKind:
		return false
	case types.ListKind:
		return []any{}
	case types.StructKind:
		return record{}
	}
	return ""
}

// formType declares the type of one step's form.
func (p *celTypes) formType(s step) *types.Type {
	fields := map[string]*types.Type{}
	for _, f := range s.form.fields {
		fields[f.Name] = p.fieldType(s.id, f)
	}
	return p.add("form."+string(s.id), fields)
}

func (p *celTypes) fieldType(id deal.Step, f Field) *types.Type {
	switch f.Kind {
	case IntegerField:
		return types.IntType
	case NumberField:
		return types.DoubleType
	case BooleanField:
		return types.BoolType
	case TableField:
		columns := map[string]*types.Type{}
		for _, c := range f.Columns {
			columns[c.Name] = p.fieldType(id, c)
		}
		return types.NewListType(p.add("row."+string(id)+"."+f.Name, columns))
	case TextField, EnumField, DateField, PersonField, ContactField:
	}
	return types.StringType
}

// environments are where the conditions of one playbook are compiled.
type environments struct {
	types *celTypes
	gate  map[deal.Step]*cel.Env
	chain map[deal.ApprovalKind]*cel.Env
}

// environments declares everything that conditions see: for a gate the form of its step as form, for a level of an
// approval the form that is its subject, and the amount.
func (b *builder) environments() (environments, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return environments{}, err
	}
	p := &celTypes{Provider: registry, structs: map[string]map[string]*types.FieldType{}}
	texts := func(names ...string) map[string]*types.Type {
		fields := map[string]*types.Type{}
		for _, n := range names {
			fields[n] = types.StringType
		}
		return fields
	}
	with := func(fields map[string]*types.Type, t *types.Type, names ...string) map[string]*types.Type {
		for _, n := range names {
			fields[n] = t
		}
		return fields
	}
	account := with(texts("step", "status", "grade", "intake", "owner"), types.IntType, "cycle", "pass", "duplicates")
	account = with(account, types.BoolType, "late", "overdue", "won")
	profile := with(texts("name", "credit_code", "premises", "territory", "address", "industry", "author", "collected_on"),
		types.IntType, "monthly_inbound", "monthly_outbound")
	profile["aliases"] = types.NewListType(types.StringType)
	contact := with(texts("id", "name", "title", "role", "mobile", "phone"), types.BoolType, "phone_valid")
	interaction := with(texts("id", "kind", "step", "by"), types.IntType, "cycle", "pass")
	interaction = with(interaction, types.BoolType, "this_pass", "has_result")
	interaction = with(interaction, types.NewListType(types.StringType), "with", "roles")
	interaction["at"] = types.TimestampType
	request := with(texts("status", "subject", "currency", "grade"), types.BoolType, "approved", "pending", "current")
	request = with(request, types.IntType, "subject_version", "amount_minor")
	approvals := map[string]*types.Type{}
	requestType := p.add("approval", request)
	for _, a := range b.book.approvals {
		approvals[string(a.kind)] = requestType
	}
	forms, ofForm := map[string]*types.Type{}, map[deal.Step]*types.Type{}
	for _, s := range b.book.steps {
		ofForm[s.id] = p.formType(s)
		forms[string(s.id)] = p.add("filed."+string(s.id), map[string]*types.Type{"version": types.IntType, "content": ofForm[s.id]})
	}

	base, err := cel.NewEnv(
		cel.CustomTypeProvider(p),
		cel.Variable("account", p.add("account", account)),
		cel.Variable("profile", p.add("profile", profile)),
		cel.Variable("contacts", types.NewListType(p.add("contact", contact))),
		cel.Variable("interactions", types.NewListType(p.add("interaction", interaction))),
		cel.Variable("approvals", p.add("approvals", approvals)),
		cel.Variable("forms", p.add("forms", forms)),
		cel.Variable("file", p.factType()),
		functions(),
		cel.ParserExpressionSizeLimit(maxCondition),
		cel.ExtendedValidations(),
		cel.ASTValidators(cel.ValidateComprehensionNestingLimit(maxNesting)),
	)
	if err != nil {
		return environments{}, err
	}
	return b.extend(base, p, ofForm)
}

func (b *builder) extend(base *cel.Env, p *celTypes, ofForm map[deal.Step]*types.Type) (environments, error) {
	envs := environments{types: p, gate: map[deal.Step]*cel.Env{}, chain: map[deal.ApprovalKind]*cel.Env{}}
	for id, t := range ofForm {
		env, err := base.Extend(cel.Variable("form", t), cel.Variable("now", types.TimestampType), cel.Variable("today", types.StringType))
		if err != nil {
			return environments{}, err
		}
		envs.gate[id] = env
	}
	for _, a := range b.book.rules.Approvals {
		options := []cel.EnvOption{cel.Variable("amount", types.IntType), cel.Variable("currency", types.StringType)}
		if t, ok := ofForm[a.Step]; ok {
			options = append(options, cel.Variable("form", t))
		}
		env, err := base.Extend(options...)
		if err != nil {
			return environments{}, err
		}
		envs.chain[a.Kind] = env
	}
	return envs, nil
}
