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
from dispatch.case.interchange import VARIANTS
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


POINT = Column("point", TEXT, "时点", "point of the day, named as `points` in the sheet `case` says", needed=True)
WORDS = Column("field", TEXT, "字段", "name of the field", needed=True)
VALUE = Column("value", TEXT, "取值", "its value; blank: the default")
UNIT = Column("unit", TEXT, "单位", "unit of the value")
NOTE = Column("note", TEXT, "说明", "what it means; not read")
CASE_COLUMNS = (WORDS, VALUE, UNIT, NOTE)


def _c(key: str, kind: str, texts: tuple[str, str], unit: str = "", **more: object) -> Column:
    return Column(key, kind, *texts, unit, **more)  # type: ignore[arg-type]


def _spans(more: tuple[Column, ...] = ()) -> tuple[Column, ...]:
    return (
        _c("unit", TEXT, ("机组", "name of the unit"), needed=True, names="units"),
        _c("start", MOMENT, ("开始", "first moment, Beijing time, 2030-03-12 08:00"), needed=True),
        _c("end", MOMENT, ("结束", "first moment after it, Beijing time; 24:00 is read"), needed=True),
        *more,
    )


FIELDS = (
    _c("format", COUNT, ("格式版本", "version of this format, 1"), needed=True),
    _c("points", WORD, ("时点命名", "points are named by the end (00:15-24:00) or by the start (00:00-23:45) of their step"),
       needed=True, words=(END, START)),
    _c("name", TEXT, ("名称", "name of your choice")),
    _c("grid", TEXT, ("电网", "hebei_south 河北南网, jibei 冀北, hebei: both joined 两网联合"), needed=True, names="grids"),
    _c("edition", COUNT, ("版本", "planning year of the grid, 2025 or 2030"), needed=True),
    _c("horizon.start", MOMENT, ("起始时刻", "start of the first step, Beijing time"), needed=True),
    _c("horizon.step_count", COUNT, ("点数", "number of points: 24, 48 or 96 in a day"), needed=True),
    _c("horizon.step_min", NUMBER, ("步长", "length of a step: 60, 30, 15, or another that divides an hour"), "min", needed=True),
    _c("objective", WORD, ("目标", "least cost; most absorption first 消纳优先; least CO2 first"), words=OBJECTIVES),
    _c("response_share", NUMBER, ("需求响应比例", "cap on load cut, and on extra load alike, of the peak; 0: no response"), "share"),
    _c("response.cap_basis", WORD, ("比例基准", "the peak is that of the year or of the day"), words=(ANNUAL_PEAK, DAY_PEAK)),
    _c("response.backlog", WORD, ("未回补电量", "what is owed at the end: nothing may be, or it is handed over"), words=(CLOSED, HANDED_OVER)),
    _c("response.owed_cny_per_mwh", NUMBER, ("欠量价格", "price of what is handed over; blank: the dearest MWh of any unit"), "CNY/MWh"),
    _c("interchange.variant", WORD, ("联络线方案", "stored plan where the sheet tie_plan gives none"), words=VARIANTS),
    _c("interchange.band_share", NUMBER, ("计划带宽", "how far each plan may be left without penalty, of the plan"), "share"),
    _c("reserve.load_share", NUMBER, ("备用占负荷", "reserve, share of load; blank: the grid's rule"), "share"),
    _c("reserve.renewable_share", NUMBER, ("备用占新能源", "reserve, share of available wind and sun; blank: the grid's rule"), "share"),
    _c("reserve.down_load_share", NUMBER, ("下备用占负荷", "the same of reserve down; blank: as up"), "share"),
    _c("reserve.down_renewable_share", NUMBER, ("下备用占新能源", "the same of reserve down; blank: as up"), "share"),
    _c("reserve.up_quantile", NUMBER, ("上备用分位数", "quantile of the forecast error that reserve up covers; blank: the grid's rule"), "share"),
    _c("reserve.down_quantile", NUMBER, ("下备用分位数", "the same of reserve down"), "share"),
    _c("prices.large_curtailment_cny_per_mwh", NUMBER, ("弃电价格(集中式)", "penalty of curtailment of large plants"), "CNY/MWh"),
    _c("prices.distributed_curtailment_cny_per_mwh", NUMBER, ("弃电价格(分布式)", "penalty of curtailment of distributed PV"), "CNY/MWh"),
    _c("prices.storage_loss_cny_per_mwh", NUMBER, ("储能损耗价格", "penalty of a MWh lost in storage"), "CNY/MWh"),
    _c("prices.carbon_cny_per_t", NUMBER, ("碳价", "price of a tonne of CO2, a cost"), "CNY/t"),
    _c("scales.load_share", NUMBER, ("负荷系数", "factor on stored load; forecasts are not scaled"), "times"),
    _c("scales.renewable_share", NUMBER, ("新能源系数", "factor on stored wind and sun, and on capacity"), "times"),
    _c("scales.new_storage_share", NUMBER, ("新型储能系数", "factor on new-type storage"), "times"),
    _c("scales.pumped_hydro_share", NUMBER, ("抽蓄系数", "factor on pumped hydro"), "times"),
    _c("heat.scale_share", NUMBER, ("热负荷系数", "factor on the stored heat load"), "times"),
    _c("security.n_minus_1", FLAG, ("N-1校核", "stand the loss of any one circuit")),
    _c("security.emergency_share", NUMBER, ("事故后限额", "rating after an outage, of the normal rating"), "times"),
    _c("security.overload_cny_per_mwh", NUMBER, ("越限价格", "penalty beyond that rating or a section's limit"), "CNY/MWh"),
    _c("deep_peak_shaving", FLAG, ("深度调峰", "units may run below their normal minimum, and are paid for it")),
)  # fmt: skip

TABLES = (
    Table("units", "机组状态", "State of every thermal unit just before the first step", UnitState, (
        _c("unit", TEXT, ("机组", "name of the unit"), needed=True, names="units"),
        _c("on", ON_OFF, ("开停", "on or off just before the first step; 开 or 停, 1 or 0 are read too"), needed=True),
        _c("hours_h", NUMBER, ("已持续", "hours it has been on, or off"), "h", needed=True),
        _c("output_mw", NUMBER, ("出力", "output; 0 when off"), "MW", needed=True),
        _c("oil_hours_h", NUMBER, ("投油持续", "hours with (or without) oil support; blank: for long enough"), "h"),
    )),
    Table("stores", "储能电量", "Level of every store before the first step, and the level to end at", StoreState, (
        _c("store", TEXT, ("储能", "name of the store, pumped hydro 抽水蓄能 included"), needed=True, names="stores"),
        _c("start_level_mwh", NUMBER, ("初始电量", "level before the first step"), "MWh", needed=True),
        _c("end_level_mwh", NUMBER, ("末端电量", "level to end at"), "MWh", needed=True),
    )),
    Table("outages", "停运与降出力", "Units out of service, or derated", Outage, _spans((
        _c("available_mw", NUMBER, ("可用出力", "greatest output; blank: out of service 停运"), "MW"),
    ))),
    Table("must_run", "必开", "Units kept on", MustRun, _spans()),
    Table("no_start", "禁止启动", "Hours in which a unit may not be started; it may run on", NoStart, _spans()),
    Table("start_limits", "启停次数", "Most starts of each unit of a class, a plant or of one unit: fill one of the three",
          StartLimit, (
        _c("technology_class", TEXT, ("机型", "a class; or"), names="classes"),
        _c("plant", TEXT, ("电厂", "a plant; or"), names="thermal_plants"),
        _c("unit", TEXT, ("机组", "a unit"), names="units"),
        _c("grid", TEXT, ("电网", "of the class in this grid alone; blank: in all"), names="members"),
        _c("per_day_count", COUNT, ("每日", "most starts in a day; blank: any number")),
        _c("horizon_count", COUNT, ("全程", "most starts in the horizon; blank: any number")),
    )),
    Table("retrofits", "灵活性改造", "Classes or units taken as before or after their retrofit", Retrofit, (
        _c("state", WORD, ("状态", "before or after"), needed=True, words=(BEFORE, AFTER)),
        _c("technology_class", TEXT, ("机型", "a class; or"), names="classes"),
        _c("unit", TEXT, ("机组", "a unit"), names="units"),
        _c("grid", TEXT, ("电网", "of the class in this grid alone; blank: in all"), names="members"),
    )),
    Table("contracts", "响应合约状态", "Response contracts just before the first step; one that is not here is at rest and owes nothing",
          ContractState, (
        _c("contract", TEXT, ("合约", "name of the contract"), needed=True, names="contracts"),
        _c("calls_today_count", COUNT, ("今日调用", "calls that began earlier in the day; blank: 0")),
        _c("calls_season_count", COUNT, ("本季调用", "calls that began earlier in the season; blank: 0")),
        _c("moved_today_mwh", NUMBER, ("今日电量", "cut or filled earlier in the day; blank: 0"), "MWh"),
        _c("moved_season_mwh", NUMBER, ("本季电量", "cut or filled earlier in the season; blank: 0"), "MWh"),
        _c("event_h", NUMBER, ("本次已持续", "an event has been running for; blank or 0: none is"), "h"),
        _c("rest_h", NUMBER, ("已间隔", "since the end of the last event; blank: long enough"), "h"),
        _c("told_h", NUMBER, ("已通知", "told so long before the first step; blank: 0"), "h"),
    )),
    Table("contract_owed", "欠补电量", "Energy that contracts owe: to be repaid", Parcel, (
        _c("contract", TEXT, ("合约", "a contract of the sheet contracts"), needed=True, names="contracts"),
        _c("energy_mwh", NUMBER, ("电量", "how much"), "MWh", needed=True),
        _c("left_h", NUMBER, ("剩余时间", "hours from the first step within which it is made good"), "h", needed=True),
    ), "contracts.owed"),
    Table("contract_saved", "预用电量", "Energy that contracts took early: to be spared", Parcel, (
        _c("contract", TEXT, ("合约", "a contract of the sheet contracts"), needed=True, names="contracts"),
        _c("energy_mwh", NUMBER, ("电量", "how much"), "MWh", needed=True),
        _c("left_h", NUMBER, ("剩余时间", "hours from the first step within which it is made good"), "h", needed=True),
    ), "contracts.saved"),
    Table("unwatched", "不校核线路", "Lines that nobody looks at after an outage (N-1)", str, (
        _c("line", TEXT, ("线路", "name of the line"), needed=True, names="lines"),
    ), "security.unwatched"),
)  # fmt: skip

SERIES = (
    Series("load", "负荷预测", "Load before any response, by grid; no column: stored load", "MW",
           "load_forecasts", "grid", "load_mw", "members"),
    Series("wind_sun", "风光预测", "Available wind and sun before curtailment, by plant; no column: stored weather", "MW",
           "available_forecasts", "plant", "available_mw", "plants"),
    Series("wind_sun_least", "新能源必收", "What must be taken of it, by plant; no column: nothing", "MW",
           "available_forecasts", "plant", "least_mw", "plants"),
    Series("tie_plan", "联络线计划", "Net import, negative where it exports, by interface; no column: the stored plan", "MW",
           "interchange_forecasts", "interface", "net_import_mw", "interfaces"),
    Series("reserve", "备用需求", "Reserve required, by grid, `GRID up` and `GRID down`; no column: shares and rules", "MW",
           "reserve.series", "grid", "", "members", (("up", "up_mw"), ("down", "down_mw"))),
    Series("heat", "热负荷", "Heat load as a share of the design heat, by plant; no column: stored heat", "share",
           "heat.forecasts", "plant", "heat_share", "heat_plants"),
)  # fmt: skip

SHEETS = (CASE, *(sheet.name for sheet in (*SERIES, *TABLES)))
NOT_READ = (NOTES, LISTS)
