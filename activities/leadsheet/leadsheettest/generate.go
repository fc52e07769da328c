package leadsheettest

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// The characters of which invented company names consist, three each. None of them begins a place or a word of a trade,
// so that every name keeps all three in its normalised form.
var syllables = []rune("煜铭泽皓翊骏钧弘沐睿昱霖晟琪璟珩恺茗萱澜淇祺烨焱淼垚翔骥翰涵瀚昊澄蔚穆彦屹峥嵘岚峻熙曦勋砚芃")

// Capacity is how many distinct leads there are.
const Capacity = 46 * 46 * 46

// Generate writes a CSV lead sheet in UTF-8 with n rows below the header. Every row is a good one: its name, its upsert
// key and its phone number are its own. The same seed gives the same sheet. n is at most [Capacity].
func Generate(w io.Writer, n int, seed int64) error {
	rows, err := generated(n, seed)
	if err != nil {
		return err
	}
	if err := csv.NewWriter(w).WriteAll(rows); err != nil {
		return fmt.Errorf("generate lead sheet: %w", err)
	}
	return nil
}

// Workbook writes the same sheet as .xlsx, every cell a text, the way a careful person fills in the template.
func Workbook(w io.Writer, n int, seed int64) (err error) {
	rows, err := generated(n, seed)
	if err != nil {
		return err
	}
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	out, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return fmt.Errorf("generate workbook: %w", err)
	}
	cells := make([]any, len(rows[0]))
	for i, row := range rows {
		for at, text := range row {
			cells[at] = text
		}
		if err := out.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return fmt.Errorf("generate workbook: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("generate workbook: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("generate workbook: %w", err)
	}
	return nil
}

func generated(n int, seed int64) ([][]string, error) {
	if n < 0 || n > Capacity {
		return nil, fmt.Errorf("generate lead sheet: %d rows, but there are 0 to %d", n, Capacity)
	}
	dice := rand.New(rand.NewPCG(uint64(seed), 20)) //nolint:gosec // invented data, nothing secret
	first, firstNumber := dice.IntN(Capacity), dice.IntN(1e9)
	rows := [][]string{{
		"单位名称", "统一社会信用代码", "场所类型", "片区", "地址", "行业", "联系人", "职务", "手机", "办公电话", "主要寄递物品",
		"月进口件量", "月出口件量", "现用快递", "竞争对手月件量", "结算方式", "用邮需求", "信息来源", "收集人", "收集日期", "备注",
	}}
	for i := range n {
		const stride = 7919 // a prime that does not divide Capacity: neighbours in the sheet differ in all characters
		trade := pick(dice, trades)
		rows = append(rows, []string{
			name(first+i*stride) + trade.name + "有限公司", "", trade.premises, pick(dice, territories),
			"发展大道" + strconv.Itoa(1+dice.IntN(400)) + "号", trade.industry,
			pick(dice, surnames) + pick(dice, givenNames), pick(dice, titles),
			fmt.Sprintf("13%09d", (firstNumber+i)%1e9), "", trade.items,
			strconv.Itoa(dice.IntN(800)), strconv.Itoa(dice.IntN(2500)), pick(dice, rivals), strconv.Itoa(dice.IntN(2000)),
			pick(dice, settlements), pick(dice, needs), pick(dice, sources), pick(dice, surnames) + "揽投",
			time.Date(2026, time.November, 2+dice.IntN(26), 0, 0, 0, 0, time.UTC).Format(time.DateOnly), "",
		})
	}
	return rows, nil
}

// name is the invented name of a number; numbers from 0 to Capacity-1 have different ones.
func name(number int) string {
	base := len(syllables)
	number %= Capacity
	return string([]rune{syllables[number%base], syllables[number/base%base], syllables[number/base/base]})
}

func pick[T any](dice *rand.Rand, from []T) T { return from[dice.IntN(len(from))] }

var trades = []struct{ name, industry, premises, items string }{
	{"电子", "电子制造", "工厂", "样品 票据"},
	{"纺织", "纺织", "工厂", "色卡 小样"},
	{"服饰", "服装", "工厂", "成衣样品 面辅料"},
	{"新能源科技", "新能源", "工厂", "标书 组件样品"},
	{"商贸", "商贸", "商铺", "小商品"},
	{"信息技术", "软件", "写字楼", "文件 发票"},
}

var (
	territories = []string{"经济开发区", "苏宿工业园", "市区"}
	surnames    = []string{"赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈"}
	givenNames  = []string{"丽", "强", "敏", "刚", "洁", "涛", "雪", "帆", "琳", "静"}
	titles      = []string{"物流主管", "采购经理", "行政", "总经理", "商务"}
	rivals      = []string{"", "顺丰", "中通", "圆通", "德邦", "韵达"}
	settlements = []string{"月结", "现结"}
	needs       = []string{"样品次日达", "发票专递", "保价", "上门取件", ""}
	sources     = []string{"上门", "热线", "老客户介绍", "展会", "行业会议", "报刊"}
)
