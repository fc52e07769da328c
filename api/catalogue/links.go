package catalogue

// Codes of what reaches people outside their session: streams, calendar feeds and links; and of decisions sent together.
const (
	ItemTwice = "item_twice" // a batch names something twice
)

func links() map[string]Entry {
	return map[string]Entry{
		ItemTwice: {
			text("同一审批在本批中出现了两次[(另见 {0})]", "the batch names this request twice[ (see {0})]"),
			text("每个审批只保留一条", "keep one of the two"),
		},
	}
}
