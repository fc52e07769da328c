package catalogue

import "closedloop/calendar"

// CalendarRefused is a word on the calendar with faults; errors[] name the fields.
const CalendarRefused = "calendar_refused"

// BadRegion is the name of a region that cannot be one.
const BadRegion = "calendar_region"

// calendars are the sentences about what administrators say of working time.
func calendars() map[string]Entry {
	return map[string]Entry{
		CalendarRefused: {
			text("日历内容有错误,未保存", "the calendar has faults and was not changed"),
			text("按 errors 逐项修改;可先用 preview=true 查看影响", "mend every field that errors names; preview=true shows what would move"),
		},
		BadRegion: {
			text("区域名称不符合要求", "this cannot be the name of a region"),
			text("使用小写字母、数字和连字符,以字母开头,最多 32 个,例如 north;不填表示全公司", "use small letters, digits and hyphens, a letter first, at most 32, such as north; leave it out for the organisation"),
		},
		string(calendar.BadZone): {
			text("“{0}”不是时区", "{0} is no time zone"),
			text("使用时区数据库中的名称,例如 Asia/Urumqi", "use a name of the time zone database, such as Asia/Urumqi"),
		},
		string(calendar.FixedZone): {
			text("全公司的时区由安装决定,是 {0}", "the time zone of the organisation belongs to the installation and is {0}"),
			text("不填 zone;区域可以有自己的时区(region=)", "leave zone out; a region may have its own (region=)"),
		},
		string(calendar.BadDate): {
			text("“{0}”不是存在的日期", "{0} is not an existing day"),
			text("按 YYYY-MM-DD 填写", "write it as YYYY-MM-DD"),
		},
		string(calendar.BadYear): {
			text("年份应在 {0} 至 {1} 之间", "the year is not between {0} and {1}"),
			text("检查地址中的年份", "check the year in the address"),
		},
		string(calendar.OutsideYear): {
			text("{0} 不在 {1} 年", "{0} is not in {1}"),
			text("把它放到所属年份的日历中", "put it into the calendar of its own year"),
		},
		string(calendar.Backwards): {
			text("结束日 {1} 早于开始日 {0}", "the end {1} is before the beginning {0}"),
			text("检查 from 和 to", "check from and to"),
		},
		string(calendar.TooLong): {
			text("一段假期最多 {0} 天", "one stretch has at most {0} days"),
			text("检查月份,或分成几段", "check the month, or write several stretches"),
		},
		string(calendar.NamedTwice): {
			text("{0} 出现了两次", "{0} stands here twice"),
			text("每一天只写一次;公司规定日单独列在 company_days,优先于节假日", "name each day once; company_days go before holidays"),
		},
		string(calendar.NoWeekend): {
			text("{0} 不是周六或周日,本来就上班", "{0} is no Saturday or Sunday and is worked anyway"),
			text("调休上班日只能是周末", "make-up days are Saturdays and Sundays"),
		},
		string(calendar.NoSource): {
			text("没有写明节假日的来源", "it does not say where the holidays come from"),
			text("在 source.title 填写通知的名称", "name the notice in source.title"),
		},
		string(calendar.CheckedEarly): {
			text("核对日早于通知发布日", "the day of checking is before the notice was published"),
			text("检查 source.checked 和 source.published", "check source.checked and source.published"),
		},
		string(calendar.BadLink): {
			text("不是网址", "this is no web address"),
			text("以 https:// 开头", "begin with https://"),
		},
		string(calendar.BadWeekday): {
			text("“{0}”不是星期", "{0} is no weekday"),
			text("使用 sun、mon、tue、wed、thu、fri、sat", "use sun, mon, tue, wed, thu, fri, sat"),
		},
		string(calendar.WeekdayTwice): {
			text("{0} 出现了两次", "{0} stands here twice"),
			text("每个星期只写一次", "name each weekday once"),
		},
		string(calendar.BadTime): {
			text("“{0}”不是时间", "{0} is no time of day"),
			text("按 HH:MM 填写;24:00 是午夜", "write it as HH:MM; 24:00 is midnight"),
		},
		string(calendar.HoursReversed): {
			text("下班时间 {1} 不晚于上班时间 {0}", "closing at {1} is not after opening at {0}"),
			text("检查 open 和 close", "check open and close"),
		},
		string(calendar.HoursTouch): {
			text("{0} 不晚于上一段的结束时间", "opening at {0} is not later than the closing before it"),
			text("按时间先后填写,两段之间留出休息", "write the stretches in order, with a break between"),
		},
		string(calendar.NoHours): {
			text("没有办公时间", "there are no office hours"),
			text("至少填写一段 open 和 close", "give at least one pair of open and close"),
		},
		string(calendar.NoWeek): {
			text("没有工作日", "there is no working weekday"),
			text("至少填写一个,例如 mon", "name at least one, such as mon"),
		},
		string(calendar.ClocksChange): {
			text("办公时间与时区的时钟调整冲突:{0}", "office hours meet a change of the clocks: {0}"),
			text("避开时钟调整的那一小时,或不在那一天上班", "keep clear of that hour, or do not work on that day"),
		},
	}
}
