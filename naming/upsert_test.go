package naming_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/naming"
)

func TestUpsertKey_isTheCodeOrElseTheNameInItsTerritory(t *testing.T) {
	t.Parallel()
	const code = "91350100M000100Y43"
	for _, c := range []struct{ name, code, territory, key string }{
		{"江苏晨风集团股份有限公司", "", "经济开发区", "name/晨风/经济开发区"},
		{"晨风集团", " ", " 经济开发區 ", "name/晨风/经济开发区"},
		{"晨风集团", "", "", "name/晨风/"},
		{"晨风集团", code, "经济开发区", "code/" + code},
		{"", "９１３５０１００－ｍ０００１００ｙ４３", "宿城区", "code/" + code},
		{"晨风集团", " 320000000012345 ", "", "code/320000000012345"},
		{" ", "", "宿城区", ""},
	} {
		require.Equal(t, c.key, naming.UpsertKey(c.name, c.code, c.territory), "%+v", c)
	}
}
