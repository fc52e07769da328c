package crowd

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Word lists. What stands first is drawn most often, as in a telephone book.

var (
	surnames = strings.Fields(`王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 萧 田 董 袁 潘 于 蒋 蔡
		余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚`)
	givens = strings.Fields(`伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 霞 平 刚 桂英 志强 建华 建国 晓燕 海燕 文杰 浩然 子涵 欣怡 宇轩 雨桐
		梓萱 思远 立新 国庆 春梅 玉兰 冬梅 小红 丽华 志远 俊杰 雪梅 天宇 佳怡 博文 嘉懿 晨曦`)
	regions = strings.Fields(`江苏 上海 南京 苏州 宿迁 浙江 杭州 无锡 常州 徐州 宁波 南通 盐城 扬州 淮安 连云港 泰州 镇江 安徽 合肥 山东 青岛 广东 深圳 广州
		东莞 佛山 北京 天津 福建 厦门 泉州 湖北 武汉 湖南 长沙 四川 成都 重庆 河南 郑州 河北 石家庄 陕西 西安 江西 南昌 辽宁 大连 沈阳 云南 昆明 沭阳 泗阳
		泗洪 宿豫 昆山 江阴 张家港 义乌 温州 嘉兴 绍兴 台州 芜湖`)
	brands = strings.Fields(`晨 远 华 兴 盛 恒 天 金 中 新 东 海 宏 永 泰 鑫 瑞 康 达 通 丰 利 隆 嘉 德 和 顺 安 博 创 万 联 信 诚 正 大 明 光 亿 佳 凯 科 百
		美 益 宝 龙 凤 飞 腾 启 航 润 泽 森 林 云 水 星 辰 风 雷 电 阳 朗 汇 聚 英 杰 超 越 优 品 立 方 圆 广 长 洋 江 河 山 川 岳 峰 岭 石 玉 晶 银 铜 铁 钢 木 禾
		谷 麦 稻 果 园 春 夏 秋 冬 福 禄 寿 喜 吉 祥 如 意 善 爱 慧 智 悦 乐 雅 尚 奥 维 斯 卓 诺 特 力 奇 妙 普 惠 民 邦 国 宇 宙 世 纪 源 泉 湖 港 桥 路 车 鸿 鹏 雁`)
	trades = strings.Fields(`科技 电子 贸易 机械 纺织 服饰 食品 实业 商贸 物流 建材 医药 化工 汽车配件 包装 印刷 家具 塑料 五金 电气 新能源 生物科技 文化传媒 信息技术
		电子商务 农业发展 环保科技 玻璃制品 织带 酒业 光电 仪器 家居用品 鞋业 玩具 水产 花木 精密制造 智能装备 供应链管理 餐饮管理 体育用品 珠宝 化妆品 宠物用品`)
	forms    = strings.Fields(`有限公司 有限公司 有限公司 有限公司 有限公司 有限责任公司 股份有限公司 集团有限公司 集团股份有限公司 厂 商行 经营部 工作室 分公司`)
	publics  = strings.Fields(`第一人民医院 中医院 妇幼保健院 中学 实验小学 高级中学 职业技术学院 人民法院 税务局 市场监督管理局 公安局 人民检察院 图书馆 大学 疾病预防控制中心`)
	premises = strings.Fields(`factory factory factory shop office office park public school other`)
	streets  = strings.Fields(`发展大道 人民路 解放路 建设路 中山路 世纪大道 黄河路 长江路 青年路 工业园路 科技路 迎宾大道 幸福路 洪泽湖路 项王路`)
)

// skewed draws an index below n; the first ones come much more often than the last.
func skewed(random *rand.Rand, n int) int {
	u := random.Float64()
	return min(n-1, int(float64(n)*u*u))
}

func drawn(random *rand.Rand, from []string) string { return from[skewed(random, len(from))] }

func personName(random *rand.Rand) string { return drawn(random, surnames) + drawn(random, givens) }

// company is a customer as the profile knows it.
type company struct {
	name, code, premises, address, industry string
	aliases                                 []string
	inbound, outbound                       int
}

// customer makes one up.
func customer(random *rand.Rand) company {
	place := drawn(random, regions)
	c := company{
		premises: drawn(random, premises), industry: drawn(random, trades), inbound: random.IntN(3000), outbound: random.IntN(9000),
		address: fmt.Sprintf("%s%s%d号", place, drawn(random, streets), 1+random.IntN(400)),
	}
	brand := ""
	for range 2 + random.IntN(2) {
		brand += drawn(random, brands)
	}
	switch {
	case random.IntN(20) == 0:
		c.name, c.premises, c.industry = place+brand[:3]+drawn(random, publics), "public", "公共服务"
	case random.IntN(12) == 0: // a name that begins with letters
		c.name = fmt.Sprintf("%c%c%c%s（%s）%s", 'A'+random.IntN(26), 'A'+random.IntN(26), 'A'+random.IntN(26), c.industry, place, drawn(random, forms))
	default:
		c.name = place + brand + c.industry + drawn(random, forms)
	}
	if random.IntN(3) == 0 {
		c.code = fmt.Sprintf("91%06d%09dX", 310000+random.IntN(20000), random.IntN(1_000_000_000))
	}
	if random.IntN(8) == 0 {
		c.aliases = []string{brand}
	}
	return c
}

// mobile is a number that nobody else is likely to have.
func mobile(random *rand.Rand) string {
	return fmt.Sprintf("1%d%09d", 3+random.IntN(6), random.IntN(1_000_000_000))
}
