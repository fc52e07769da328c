package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// recordKind is a kind of record with what the API needs to know of it, worked out once.
type recordKind struct {
	dossier.KindInfo

	noun   string // in operation IDs: buying-process
	fields []dossier.FieldInfo
	money  bool // some field is an amount
}

// recordKinds are all of them, in the order of the registry.
func recordKinds() []*recordKind {
	return mapped(dossier.Kinds(), func(info dossier.KindInfo) *recordKind {
		k := &recordKind{KindInfo: info, noun: strings.ReplaceAll(string(info.Kind), "_", "-"), fields: dossier.Describe(info.Kind)}
		k.money = anyMoney(k.fields)
		return k
	})
}

// kindOf finds a kind of record.
func (a *API) kindOf(kind dossier.Kind) *recordKind {
	return a.kinds[slices.IndexFunc(a.kinds, func(k *recordKind) bool { return k.Kind == kind })]
}

// private tells whether records of the kind may hold private facts.
func (k *recordKind) private() bool { return k.Kind == dossier.StakeholderKind }

// documentBody is a record as it is on file. In the OpenAPI file each kind has a schema of its own, see dossier_schema.go.
type documentBody struct {
	ID        string          `json:"id"`
	Cycle     int             `json:"cycle" doc:"in which it was begun; 0: belongs to the account for life"`
	Version   int64           `json:"version" doc:"0: nothing on file"`
	CreatedAt *time.Time      `json:"created_at"`
	UpdatedAt *time.Time      `json:"updated_at"`
	UpdatedBy *personBody     `json:"updated_by,omitempty"`
	Content   json.RawMessage `json:"content" doc:"the record itself: what POST and PUT take"`
	Hidden    []string        `json:"hidden,omitempty" doc:"pointers to figures that are there, but not for you; an edit leaves them as they are"`

	SharedFrom *accountRef `json:"shared_from,omitempty" doc:"the account above to which it belongs: it is written there"`
}

type documentOutput struct {
	ETag string `header:"ETag" doc:"for If-Match of the next PUT or DELETE"`
	Body documentBody
}

type RecordPath struct {
	AccountPath
	Record string `path:"record" maxLength:"64" doc:"ID of the record"`
}

// Cycles chooses among the records of several cycles.
type Cycles struct {
	Cycle int `query:"cycle" minimum:"0" maximum:"10000" doc:"an earlier cycle; 0 or absent: the running one. Records of the account's life always come"`
}

// Purposeful says what private facts are read for.
type Purposeful struct {
	Purpose purposeName `query:"purpose" doc:"what private facts are read for; without it they are masked, and so they are for other purposes and roles than the rules name, and where the record belongs to an account above"`
}

type putRecordInput struct {
	RecordPath
	Conditional
}

type putOnlyRecordInput struct {
	AccountPath
	Conditional
}

// dossierRoutes are the resources of what the field knows: one set for every kind in the registry.
func (a *API) dossierRoutes() {
	for _, k := range a.kinds {
		if k.Single {
			a.onlyRecordRoutes(k)
		} else {
			a.recordRoutes(k)
		}
	}
	a.privateRoutes()
	a.diffRoutes()
	named := a.huma.OpenAPI().Components.Schemas.Map()
	delete(named, "DocumentBody") // every kind has its own in its place
	delete(named, "ListDocumentBody")
}

func (a *API) recordRoutes(k *recordKind) {
	many, one := "/accounts/{id}/"+k.Path, "/accounts/{id}/"+k.Path+"/{record}"
	all := a.recordOp(k, http.MethodGet, many, "list-"+k.Path, "all on file").list()
	single := a.recordOp(k, http.MethodGet, one, "get-"+k.noun, "one of them").answer(http.StatusOK)
	versions := a.recordOp(k, http.MethodGet, one+"/versions", "list-"+k.noun+"-versions", "how it was, oldest first").list()
	if k.private() {
		a.privateReads(k, all, single, versions)
	} else {
		register(a, all, func(ctx context.Context, in *RecordsInput) (*reply[list[documentBody]], error) {
			return a.documents(ctx, k, *in, "")
		})
		register(a, single, func(ctx context.Context, in *RecordPath) (*documentOutput, error) { return a.document(ctx, k, *in, "") })
		register(a, versions, func(ctx context.Context, in *RecordVersionsInput) (*reply[list[documentBody]], error) {
			return a.versions(ctx, k, *in, "")
		})
	}
	if k.Kind == dossier.DocumentKind {
		a.fileRoutes(k, many, one)
	} else {
		register(a, a.recordOp(k, http.MethodPost, many, "add-"+k.noun, "put one on file").takes().answer(http.StatusCreated),
			func(ctx context.Context, in *AccountPath) (*created[documentBody], error) {
				return a.addDocument(ctx, k, in.ID)
			})
	}
	register(a, a.recordOp(k, http.MethodPut, one, "change-"+k.noun, "replace its content").takes().answer(http.StatusOK),
		func(ctx context.Context, in *putRecordInput) (*documentOutput, error) {
			return a.changeDocument(ctx, k, in)
		})
	register(a, a.recordOp(k, http.MethodDelete, one, "delete-"+k.noun, "take it off the file").Operation,
		func(ctx context.Context, in *putRecordInput) (*struct{}, error) { return a.deleteDocument(ctx, k, in) })
}

// onlyRecordRoutes are those of a kind of which there is one, in each cycle or for life.
func (a *API) onlyRecordRoutes(k *recordKind) {
	path := "/accounts/{id}/" + k.Path
	register(a, a.recordOp(k, http.MethodGet, path, "get-"+k.noun, "what is on file").answer(http.StatusOK),
		func(ctx context.Context, in *OnlyRecordInput) (*documentOutput, error) {
			return a.onlyDocument(ctx, k, in)
		})
	register(a, a.recordOp(k, http.MethodPut, path, "put-"+k.noun, "write it for the first time, or replace its content").takes().answer(http.StatusOK),
		func(ctx context.Context, in *putOnlyRecordInput) (*documentOutput, error) {
			return a.putOnlyDocument(ctx, k, in)
		})
	register(a, a.recordOp(k, http.MethodGet, path+"/versions", "list-"+k.noun+"-versions", "how it was, oldest first").list(),
		func(ctx context.Context, in *onlyVersionsInput) (*reply[list[documentBody]], error) {
			return a.onlyVersions(ctx, k, in)
		})
}

// documentOf shows a document to the caller, private facts masked.
func (a *API) documentOf(ctx context.Context, k *recordKind, d deal.Document, look privacy) (documentBody, error) {
	record, err := dossier.Load(k.Kind, d.Body)
	if err != nil {
		return documentBody{}, fmt.Errorf("read what is on file: %w", err)
	}
	if d.SharedFrom != "" { // an account above shares who decides, and not what was confided to those who look after it
		look.purpose = ""
	}
	record = look.mask(ctx, a, d.ID, record)
	var hidden []string
	if look.hide {
		record, hidden = dossier.HideFigures(record)
	}
	content, err := k.content(record)
	if err != nil {
		return documentBody{}, err
	}
	return documentBody{
		ID: d.ID, Cycle: d.Cycle, Version: d.Version, CreatedAt: instant(d.CreatedAt), UpdatedAt: instant(d.UpdatedAt),
		UpdatedBy: personIn(who(ctx).org, d.UpdatedBy), Content: content, Hidden: mapped(hidden, wirePointer),
	}, nil
}

func (a *API) documentsOf(ctx context.Context, k *recordKind, all []deal.Document, look privacy) ([]documentBody, error) {
	out := make([]documentBody, 0, len(all))
	from, err := a.sourcesOf(ctx, documentSources(all))
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		b, err := a.documentOf(ctx, k, d, look)
		if err != nil {
			return nil, err
		}
		b.SharedFrom = from.of(d.SharedFrom)
		out = append(out, b)
	}
	return out, nil
}

func (a *API) documentOutput(ctx context.Context, k *recordKind, d deal.Document, look privacy) (*documentOutput, error) {
	b, err := a.documentOf(ctx, k, d, look)
	if err != nil {
		return nil, err
	}
	from, err := a.sourcesOf(ctx, []deal.AccountID{d.SharedFrom})
	if err != nil {
		return nil, err
	}
	b.SharedFrom = from.of(d.SharedFrom)
	return &documentOutput{ETag: etag(d.Version), Body: b}, nil
}
