"""
Every sheet of the day-ahead files, every column and its unit: what is read, what is written and what the notes say.

A header is the key of its column, its Chinese name and, in brackets, its unit: `output_mw 出力 [MW]`. The key and the
unit bind; the Chinese name may be left out. Columns may stand in any order. Keys are the names of the case's fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dispatch.case.demand_response import (
    ANNUAL_PEAK,
    CLOSED,
    DAY_PEAK,
    HANDED_OVER,
    ContractState,
    Parcel,
)
from dispatch.case.interchange import VARIANTS, TieRamp
from dispatch.case.objective import OBJECTIVES
from dispatch.case.storage import StoreState
from dispatch.case.thermal import AFTER, BEFORE, MustRun, NoStart, Outage, Retrofit, StartLimit, UnitState

TEXT, NUMBER, COUNT, FLAG, ON_OFF, WORD, MOMENT = "text", "number", "count", "flag", "on_off", "word", "moment"
START, END = "start", "end"  # what a point of a day is named by
FORMAT_VERSION_COUNT = 1
CASE, NOTES, LISTS, OWN = "case", "notes", "lists", "#"  # OWN: a sheet whose name begins so is the scheduler's own

HEADER = re.compile(r"(?P<key>[^\s\[\]]+)(?: (?P<zh>[^\[\]]*[^\[\]\s]))?(?: \[(?P<unit>[^\[\]]*)\])?", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """A column of a table, or a line of the sheet `case`."""

    key: str
    kind: str
    zh: str
    en: str  # what it means
    told: str = ""  # the same in Chinese
    unit: str = ""
    needed: bool = False  # a blank is refused
    words: tuple[str, ...] = ()
    names: str = ""  # the drop-down is a list of these names: units, plants, stores, grids, lines, contracts, classes

    @property
    def header(self) -> str:
        """What stands above it."""
        return f"{self.key} {self.zh}" + (f" [{self.unit}]" if self.unit else "")


@dataclass(frozen=True)
class Table:
    """A sheet with a row a thing."""

    name: str
    zh: str
    en: str
    record: type
    columns: tuple[Column, ...]
    path: str = ""  # of the field of the case, where it is not the name

    @property
    def field(self) -> str:
        """Path of the rows in the case."""
        return self.path or self.name


@dataclass(frozen=True)
class Series:
    """A sheet with a row a point and a column a component: `NAME [UNIT]`, NAME one of `names`."""

    name: str
    zh: str
    en: str
    unit: str
    field: str  # path of the list in the case
    component: str  # field of a component's name
    value: str  # field of its values
    names: str
    endings: tuple[tuple[str, str], ...] = ()  # a name may end in a word, which then says the field of its values


# fmt: off
POINT = Column("point", TEXT, "时点", "point of the day, named as `points` in the sheet `case` says",
       "时点，按 case 表 points 命名",
               needed=True)
CASE_COLUMNS = (
    Column("field", TEXT, "字段", "name of the field", "字段名", needed=True),
    Column("value", TEXT, "取值", "its value; blank: the default", "取值，空白取默认值"),
    Column("unit", TEXT, "单位", "unit of the value", "单位"),
    Column("note", TEXT, "说明", "what it means; not read", "说明，不读取"),
)

FIELDS = (
    Column("format", COUNT, "格式版本", "version of this format, 1", "本格式的版本，1", needed=True),
    Column("points", WORD, "时点命名",
           "points are named by the end (00:15-24:00) or by the start (00:00-23:45) of their step",
           "end 表示以时段末命名(00:15-24:00)，start 表示以时段初命名(00:00-23:45)", needed=True, words=(END, START)),
    Column("name", TEXT, "名称", "a name of your choice",
           "自定"),
    Column("grid", TEXT, "电网", "hebei_south, jibei, or hebei: both joined",
           "hebei_south 河北南网，jibei 冀北，hebei 两网联合", needed=True, names="grids"),
    Column("edition", COUNT, "版本", "planning year of the grid, 2025 or 2030",
           "电网规划水平年，2025 或 2030", needed=True),
    Column("horizon.start", MOMENT, "起始时刻", "start of the first step, Beijing time",
           "首时段的开始时刻，北京时间", needed=True),
    Column("horizon.step_count", COUNT, "点数", "number of points: 24, 48 or 96 in a day",
           "时段总数，每日 24、48 或 96 点", needed=True),
    Column("horizon.step_min", NUMBER, "步长", "length of a step: 60, 30, 15, or another that divides an hour",
           "60、30、15 或其他能整除一小时的分钟数", unit="min", needed=True),
    Column("objective", WORD, "目标", "least cost, or most absorption or least CO2 before it",
           "成本最低，或先求消纳最多、碳排放最少", words=OBJECTIVES),
    Column("response_share", NUMBER, "需求响应比例",
           "cap on load cut, and on extra load alike, of the peak; 0: no response",
           "削减与增加负荷的上限，占最大负荷的比例，0 为无响应", unit="share"),
    Column("response.cap_basis", WORD, "比例基准", "the peak is that of the year or of the day",
           "以年最大负荷或当日最大负荷为基准", words=(ANNUAL_PEAK, DAY_PEAK)),
    Column("response.backlog", WORD, "未回补电量", "nothing may be owed at the end, or it is handed over",
           "末时刻须补清，或移交下一日", words=(CLOSED, HANDED_OVER)),
    Column("response.owed_cny_per_mwh", NUMBER, "欠量价格",
           "price of what is handed over; blank: the dearest MWh of any unit",
           "移交欠量的价格，空白取最贵机组的电价", unit="CNY/MWh"),
    Column("interchange.variant", WORD, "联络线方案", "stored plan where the sheet tie_plan gives none",
           "tie_plan 未给出时采用的内置计划", words=VARIANTS),
    Column("interchange.band_share", NUMBER, "计划带宽", "how far each plan may be left without penalty, of the plan",
           "可无偿偏离计划的比例", unit="share"),
    Column("reserve.load_share", NUMBER, "备用占负荷", "reserve, of load; blank: the grid's rule",
           "备用占负荷的比例，空白取电网规则", unit="share"),
    Column("reserve.renewable_share", NUMBER, "备用占新能源",
           "reserve, of available wind and sun; blank: the grid's rule",
           "备用占风光可发的比例，空白取电网规则", unit="share"),
    Column("reserve.down_load_share", NUMBER, "下备用占负荷", "the same of reserve down; blank: as up",
           "下备用，空白同上备用", unit="share"),
    Column("reserve.down_renewable_share", NUMBER, "下备用占新能源", "the same of reserve down; blank: as up",
           "下备用，空白同上备用", unit="share"),
    Column("reserve.up_quantile", NUMBER, "上备用分位数",
           "quantile of the forecast error that reserve up covers; blank: the grid's rule",
           "上备用覆盖的预测误差分位数，空白取电网规则", unit="share"),
    Column("reserve.down_quantile", NUMBER, "下备用分位数", "the same of reserve down",
           "下备用覆盖的预测误差分位数", unit="share"),
    Column("prices.large_curtailment_cny_per_mwh", NUMBER, "集中式弃电价格", "penalty of curtailment of large plants",
           "集中式弃电的惩罚价格", unit="CNY/MWh"),
    Column("prices.distributed_curtailment_cny_per_mwh", NUMBER, "分布式弃电价格",
           "penalty of curtailment of distributed PV",
           "分布式光伏弃电的惩罚价格", unit="CNY/MWh"),
    Column("prices.storage_loss_cny_per_mwh", NUMBER, "储能损耗价格", "penalty of a MWh lost in storage",
           "储能损耗电量的惩罚价格", unit="CNY/MWh"),
    Column("prices.carbon_cny_per_t", NUMBER, "碳价", "price of a tonne of CO2, a cost",
           "每吨二氧化碳的价格，计入成本", unit="CNY/t"),
    Column("prices.network_loss_cny_per_mwh", NUMBER, "网损价格", "penalty of a MWh lost on lines and links",
           "网损电量的惩罚价格", unit="CNY/MWh"),
    Column("scales.load_share", NUMBER, "负荷系数", "factor on stored load; forecasts are not scaled",
           "内置负荷的系数，预测值不缩放", unit="times"),
    Column("scales.renewable_share", NUMBER, "新能源系数", "factor on stored wind and sun, and on capacity",
           "内置风光与装机的系数", unit="times"),
    Column("scales.new_storage_share", NUMBER, "新型储能系数", "factor on new-type storage",
           "新型储能规模的系数", unit="times"),
    Column("scales.pumped_hydro_share", NUMBER, "抽蓄系数", "factor on pumped hydro",
           "抽水蓄能规模的系数", unit="times"),
    Column("heat.scale_share", NUMBER, "热负荷系数", "factor on the stored heat load",
           "内置热负荷的系数", unit="times"),
    Column("heat.short_cny_per_mwh", NUMBER, "供热缺额价格", "penalty of a running minimum not kept; blank: it is kept",
           "不满足最小运行方式的惩罚价格，空白为硬约束", unit="CNY/MWh"),
    Column("security.n_minus_1", FLAG, "N-1校核", "stand the loss of any one circuit",
           "任一回线路故障后不越限"),
    Column("security.emergency_share", NUMBER, "事故后限额", "rating after an outage, of the normal rating",
           "事故后限额与正常限额之比", unit="times"),
    Column("security.overload_cny_per_mwh", NUMBER, "越限价格", "penalty beyond that rating or a section's limit",
           "超过事故后限额或断面限额的惩罚价格", unit="CNY/MWh"),
    Column("losses.links", FLAG, "直流损耗", "count what converters and DC lines lose",
           "计入换流站与直流线路损耗"),
    Column("losses.lines", FLAG, "交流网损", "count what AC lines lose",
           "计入交流线路损耗"),
    Column("losses.line_error_mw", NUMBER, "网损误差", "how far the secants may lie above the loss of a line",
           "割线高于线路损耗的允许误差", unit="MW"),
    Column("losses.line_error_share", NUMBER, "网损相对误差", "the same as a share of the loss, where that is more",
           "同上，按损耗的比例，取较大者", unit="share"),
    Column("self_use", FLAG, "厂用电", "units use a share of what they generate; load is then given without it",
           "机组出力为发电口径，扣除厂用电后上网；此时负荷须为供电（上网）口径"),
    Column("deep_peak_shaving", FLAG, "深度调峰", "units may run below their normal minimum, and are paid for it",
           "机组可低于正常最小出力运行并获补偿"),
)

SPAN = (
    Column("unit", TEXT, "机组", "name of the unit",
           "机组名称", needed=True, names="units"),
    Column("start", MOMENT, "开始", "first moment, Beijing time, as 2030-03-12 08:00",
           "开始时刻，北京时间，如 2030-03-12 08:00", needed=True),
    Column("end", MOMENT, "结束", "first moment after it, Beijing time; 24:00 is read",
           "结束时刻（不含），北京时间，可写 24:00", needed=True),
)
PARCEL = (
    Column("contract", TEXT, "合约", "a contract of the sheet contracts",
           "contracts 表中的合约", needed=True, names="contracts"),
    Column("energy_mwh", NUMBER, "电量", "how much",
           "电量", unit="MWh", needed=True),
    Column("left_h", NUMBER, "剩余时间", "hours from the first step within which it is made good",
           "自首时段起须补清的小时数", unit="h", needed=True),
)

TABLES = (
    Table("units", "机组状态",
          "State of every thermal unit just before the first step", UnitState, (
        Column("unit", TEXT, "机组", "name of the unit",
               "机组名称", needed=True, names="units"),
        Column("on", ON_OFF, "开停", "on or off just before the first step; 1 and 0 are read too",
               "首时段之前的状态：on 开，off 停（也可写 开/停、1/0）", needed=True),
        Column("hours_h", NUMBER, "已持续", "hours it has been on, or off",
               "已连续运行或停机的小时数", unit="h", needed=True),
        Column("output_mw", NUMBER, "出力", "output; 0 when off",
               "首时段之前的出力，停机为 0", unit="MW", needed=True),
        Column("oil_hours_h", NUMBER, "投油持续", "hours with, or without, oil support; blank: for long enough",
               "投油（或未投油）已持续的小时数，空白为足够长", unit="h"),
        Column("starts_this_week_count", COUNT, "本周启动", "starts since Monday, before the first step; blank: 0",
               "本周（周一起）首时段之前的启动次数，空白为 0"),
    )),
    Table("stores", "储能电量",
          "Level of every store before the first step, and the level to end at", StoreState, (
        Column("store", TEXT, "储能", "name of the store, pumped hydro included",
               "储能或抽蓄电站名称", needed=True, names="stores"),
        Column("start_level_mwh", NUMBER, "初始电量", "level before the first step",
               "首时段之前的电量", unit="MWh", needed=True),
        Column("end_level_mwh", NUMBER, "末端电量", "level to end at",
               "末时段结束时的电量", unit="MWh", needed=True),
    )),
    Table("outages", "停运与降出力",
          "Units out of service, or derated", Outage, (
        *SPAN,
        Column("available_mw", NUMBER, "可用出力", "greatest output; blank: out of service",
               "降出力后的最大出力，空白为停运", unit="MW"),
    )),
    Table("must_run", "必开", "Units kept on", MustRun, SPAN),
    Table("no_start", "禁止启动", "Hours in which a unit may not be started; it may run on", NoStart, SPAN),
    Table("start_limits", "启停次数",
          "Most starts of each unit of a class, of a plant or of one unit: fill one of the three", StartLimit, (
        Column("technology_class", TEXT, "机型", "a class; or",
               "机型，或", names="classes"),
        Column("plant", TEXT, "电厂", "a plant; or",
               "电厂，或", names="thermal_plants"),
        Column("unit", TEXT, "机组", "a unit",
               "机组", names="units"),
        Column("grid", TEXT, "电网", "the class in this grid alone; blank: in all",
               "仅该电网内的机型，空白为全部", names="members"),
        Column("per_day_count", COUNT, "每日", "most starts in a day; blank: any number",
               "每日最多启动次数，空白不限"),
        Column("per_week_count", COUNT, "每周", "most starts in a week from Monday; blank: any number",
               "每周（周一至周日）最多启动次数，含本周已用，空白不限"),
        Column("horizon_count", COUNT, "全程", "most starts in the horizon; blank: any number",
               "全程最多启动次数，空白不限"),
    )),
    Table("retrofits", "灵活性改造",
          "Classes or units taken as before or after their retrofit", Retrofit, (
        Column("state", WORD, "状态", "before or after",
               "改造前 before 或改造后 after", needed=True, words=(BEFORE, AFTER)),
        Column("technology_class", TEXT, "机型", "a class; or",
               "机型，或", names="classes"),
        Column("unit", TEXT, "机组", "a unit",
               "机组", names="units"),
        Column("grid", TEXT, "电网", "the class in this grid alone; blank: in all",
               "仅该电网内的机型，空白为全部", names="members"),
    )),
    Table("contracts", "响应合约状态",
          "Response contracts just before the first step; one that is not here owes nothing", ContractState, (
        Column("contract", TEXT, "合约", "name of the contract",
               "合约名称", needed=True, names="contracts"),
        Column("calls_today_count", COUNT, "今日调用", "calls that began earlier in the day; blank: 0",
               "当日已开始的调用次数，空白为 0"),
        Column("calls_season_count", COUNT, "本季调用", "calls that began earlier in the season; blank: 0",
               "本季已开始的调用次数，空白为 0"),
        Column("moved_today_mwh", NUMBER, "今日电量", "cut or filled earlier in the day; blank: 0",
               "当日已响应的电量，空白为 0", unit="MWh"),
        Column("moved_season_mwh", NUMBER, "本季电量", "cut or filled earlier in the season; blank: 0",
               "本季已响应的电量，空白为 0", unit="MWh"),
        Column("event_h", NUMBER, "本次已持续", "an event has been running for; blank or 0: none is",
               "正在进行的调用已持续的小时数，空白或 0 为无", unit="h"),
        Column("rest_h", NUMBER, "已间隔", "since the end of the last event; blank: long enough",
               "距上次调用结束的小时数，空白为足够长", unit="h"),
        Column("told_h", NUMBER, "已通知", "told so long before the first step; blank: 0",
               "首时段之前已通知的小时数，空白为 0", unit="h"),
    )),
    Table("contract_owed", "欠补电量", "Energy that contracts owe: to be repaid", Parcel, PARCEL, "contracts.owed"),
    Table("contract_saved", "预用电量", "Energy that contracts took early: to be spared", Parcel, PARCEL,
           "contracts.saved"),
    Table("tie_ramps", "联络线爬坡", "How fast net import may change, up and down; faster only where the plan does",
          TieRamp, (
        Column("interface", TEXT, "联络线", "name of the interface",
               "联络线名称", needed=True, names="interfaces"),
        Column("ramp_mw_per_h", NUMBER, "爬坡率", "most change in an hour",
               "每小时最大变化", unit="MW/h", needed=True),
    )),
    Table("unwatched", "不校核线路",
          "Lines that nobody looks at after an outage (N-1)", str, (
        Column("line", TEXT, "线路", "name of the line",
               "线路名称", needed=True, names="lines"),
    ), "security.unwatched"),
)

SERIES = (
    Series("load", "负荷预测", "Load before any response, by grid; no column: stored load", "MW",
           "load_forecasts", "grid", "load_mw", "members"),
    Series("wind_sun", "风光预测", "Available wind and sun before curtailment, by plant; no column: stored weather",
           "MW",
           "available_forecasts", "plant", "available_mw", "plants"),
    Series("wind_sun_least", "新能源必收", "What must be taken of it, by plant; no column: nothing", "MW",
           "available_forecasts", "plant", "least_mw", "plants"),
    Series("tie_plan", "联络线计划", "Net import, negative where it exports, by interface; no column: the stored plan",
           "MW",
           "interchange_forecasts", "interface", "net_import_mw", "interfaces"),
    Series("reserve", "备用需求", "Reserve required, by grid, `GRID up` and `GRID down`; no column: shares and rules",
           "MW",
           "reserve.series", "grid", "", "members", (("up", "up_mw"), ("down", "down_mw"))),
    Series("heat", "热负荷", "Heat load as a share of the design heat, by plant; no column: stored heat", "share",
           "heat.forecasts", "plant", "heat_share", "heat_plants"),
)

# fmt: on
SHEETS = (CASE, *(sheet.name for sheet in (*SERIES, *TABLES)))
NOT_READ = (NOTES, LISTS)
