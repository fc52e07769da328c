package deal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// everyCode are the codes as they are declared.
func everyCode(t tb) []deal.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "refusal.go", nil, 0)
	require.NoError(t, err)
	var list []deal.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && strings.HasPrefix(spec.Names[0].Name, "Code") {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			list = append(list, deal.Code(value))
		}
		return true
	})
	return list
}

// givenElsewhere are codes of Perform and of the API; they are declared here so that there is one list of codes.
func givenElsewhere() []deal.Code {
	return []deal.Code{deal.CodePlaybookUnusable, deal.CodeSuccessorAway, deal.CodeNoSuccessor, deal.CodeNamedTwice, deal.CodeNotTheirs, deal.CodeHandoverRunning, deal.CodeKeyReused, deal.CodeInternalError, deal.CodeUnknownTask, deal.CodeSharedRecord, deal.CodeAlreadyOnFile, deal.CodeSetByApproval, deal.CodeLinkUsed, deal.CodeLinkExpired, deal.CodeOverLimit, deal.CodeReviewIncomplete, deal.CodeReviewSigned, deal.CodeMonthAhead, deal.CodeOwnBreach}
}

// classes are the status that each code has on the wire (contract.md §4): 403 for rights, 409 for what the state
// refuses, 422 for what the command says.
func classes() map[deal.Class][]deal.Code {
	return map[deal.Class][]deal.Code{
		deal.Forbidden: {
			deal.CodeNotYourRole, deal.CodeNotYourTerritory, deal.CodeOwnRequest, deal.CodeOwnBreach, deal.CodeNotApprover, deal.CodeTwoPersons,
		},
		deal.Conflict: {
			deal.CodeStepMoved, deal.CodeNotActive, deal.CodeNotPaused, deal.CodeNotResting, deal.CodeNotClosed, deal.CodeAlreadyClosed,
			deal.CodeNotOpened, deal.CodeAlreadyOpened, deal.CodeReturnNotAllowed, deal.CodeIntakeDecided, deal.CodeSameOwner,
			deal.CodeAlreadyDecided, deal.CodeAlreadyPending, deal.CodeSubjectChanged, deal.CodeKindNotHere, deal.CodeNoApprover,
			deal.CodeTaskDone, deal.CodeTaskNotManual, deal.CodeAlreadyOnFile, deal.CodeFilingConflict, deal.CodeNoFilingConflict, deal.CodeSetByApproval, deal.CodeAccountMerged, deal.CodeTargetClosed, deal.CodeFamilyCycle, deal.CodeSameParent,
			deal.CodeSharedRecord, deal.CodeNotAProject, deal.CodeAlreadyPromoted, deal.CodeSamePlaybook, deal.CodePlaybookUnusable,
			deal.CodePlaybookOutdated, deal.CodeHandoverRunning, deal.CodeAlreadyOffered, deal.CodeOfferOver, deal.CodeLinkUsed, deal.CodeLinkExpired, deal.CodeLinkVoid, deal.CodeReviewSigned,
		},
		deal.Content: {
			deal.CodeGateUnmet, deal.CodeFamilyTooDeep, deal.CodeReasonMissing, deal.CodeDateInPast, deal.CodeDateInFuture, deal.CodeInvalidValue,
			deal.CodeUnknownAccount, deal.CodeUnknownPerson, deal.CodeUnknownContact, deal.CodeUnknownApproval, deal.CodeUnknownTask,
			deal.CodeNotARep, deal.CodeSuccessorAway, deal.CodeNoSuccessor, deal.CodeNamedTwice, deal.CodeNotTheirs,
			deal.CodeSubjectMissing, deal.CodeUnknownPlaybook, deal.CodeKeyReused, deal.CodeTextMissing, deal.CodeOverLimit, deal.CodeReviewIncomplete, deal.CodeMonthAhead,
		},
		deal.Fault: {deal.CodeInternalError},
	}
}

func TestCode_hasExactlyOneClass(t *testing.T) {
	t.Parallel()
	found := map[deal.Code]deal.Class{}
	for class, list := range classes() {
		for _, code := range list {
			require.Equal(t, class, code.Class(), code)
			require.NotContains(t, found, code)
			found[code] = class
		}
	}
	for _, code := range everyCode(t) {
		require.Contains(t, found, code)
	}
	require.Len(t, found, len(everyCode(t)))
}

func TestRefusals_haveTheClassThatCountsMost(t *testing.T) {
	t.Parallel()
	content, conflict, forbidden := deal.CodeGateUnmet, deal.CodeNotActive, deal.CodeNotYourRole
	for _, tt := range []struct {
		codes []deal.Code
		want  deal.Class
	}{
		{[]deal.Code{content}, deal.Content},
		{[]deal.Code{conflict}, deal.Conflict},
		{[]deal.Code{content, conflict}, deal.Conflict},
		{[]deal.Code{conflict, content}, deal.Conflict},
		{[]deal.Code{content, conflict, forbidden}, deal.Forbidden},
		{[]deal.Code{forbidden, content}, deal.Forbidden},
		{[]deal.Code{deal.CodeInternalError}, deal.Fault},
		{[]deal.Code{deal.CodeInternalError, content}, deal.Content},
		{nil, deal.Fault},
	} {
		var no deal.Refusals
		for _, code := range tt.codes {
			no.If(true, code)
		}
		require.Equal(t, tt.want, no.Class(), "%v", tt.codes)
	}
}

func TestRefusals_listWhatIsWrongAndNothingElse(t *testing.T) {
	t.Parallel()
	var no deal.Refusals
	no.If(false, deal.CodeNotActive)
	no.Field(false, deal.CodeReasonMissing, "/reason")
	require.Empty(t, no)
	no.If(true, deal.CodeNotActive, "paused")
	no.Field(true, deal.CodeInvalidValue, "/grade", "A", "B")
	require.Equal(t, deal.Refusals{
		{Code: deal.CodeNotActive, Args: []string{"paused"}},
		{Code: deal.CodeInvalidValue, Field: "/grade", Args: []string{"A", "B"}},
	}, no)
	require.True(t, no.Has(deal.CodeInvalidValue))
	require.False(t, no.Has(deal.CodeGateUnmet))
}

func TestAnswer_carriesReasonsOrAnIncident(t *testing.T) {
	t.Parallel()
	no := deal.Refusals{{Code: deal.CodeNotActive}}
	require.Equal(t, deal.Answer{Outcome: deal.Refused, Refusals: no}, deal.RefusedAnswer(no))
	incident := deal.Incident("7Q2")
	require.Equal(t, deal.Refused, incident.Outcome)
	require.Equal(t, "7Q2", incident.Incident)
	require.Equal(t, deal.Refusals{{Code: deal.CodeInternalError, Args: []string{"7Q2"}}}, incident.Refusals)
}

// Arguments go into sentences of two languages: what is no identifier, number or form of a value has a word in the
// catalogue ([deal.Expectation]).
func TestRefusals_haveNoProseInTheirArguments(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			how, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || (how.Sel.Name != "Field" && how.Sel.Name != "If") {
				return true
			}
			for _, arg := range call.Args[1:] {
				if literal, ok := arg.(*ast.BasicLit); ok && literal.Value != `"RFC 3339"` { // the name of a form
					seen++
					require.NotContains(t, literal.Value, " ", name)
				}
			}
			return true
		})
	}
	require.Positive(t, seen)
}
