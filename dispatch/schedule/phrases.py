"""
Causes in words: one table for both languages, the gravest first.

The order is that of the prices: load before lines and sections (断面, N-1), before heat, reserve and plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.schedule.outcome import Cause

LOAD, SECTION, HEAT, RESERVE, SCHEDULE = "load", "section", "heat", "reserve", "schedule"
SEVERITIES_ZH = {LOAD: "供电", SECTION: "断面与线路", HEAT: "供热", RESERVE: "备用", SCHEDULE: "计划"}
MOST_SPELLS = 3  # spells of hours that are named; the rest is counted


@dataclass(frozen=True)
class Phrase:
    """What gives, in both languages; `{at}` stands for the place."""

    severity: str
    place: str
    english: str
    chinese: str


PHRASES = {
    "balance_missing": Phrase(
        LOAD, "bus", "power missing at {at} (load cut, or more made)", "{at}供电缺额（切负荷或增加电源）"
    ),
    "balance_surplus": Phrase(LOAD, "bus", "power in surplus at {at} (made and not used)", "{at}电力过剩（无处可用）"),
    "line_rating": Phrase(SECTION, "line", "line {at} beyond its rating", "线路{at}超过限额"),
    "section_over": Phrase(SECTION, "section", "section {at} beyond its limit", "断面{at}越限"),
    "line_overload": Phrase(SECTION, "line", "line {at} overloaded after an outage (N-1)", "线路{at} N-1 后过载"),
    "heating_minimum": Phrase(HEAT, "unit", "unit {at} below its heating minimum", "机组{at}低于供热最小出力"),
    "running_minimum": Phrase(
        HEAT, "plant", "plant {at} with fewer units on than its running minimum", "电厂{at}开机少于最小运行方式"
    ),
    "heat_short": Phrase(HEAT, "plant", "heat short at plant {at}", "电厂{at}供热不足"),
    "reserve_up": Phrase(RESERVE, "grid", "up-reserve short in {at}", "{at}正备用不足"),
    "reserve_down": Phrase(RESERVE, "grid", "down-reserve short in {at}", "{at}负备用不足"),
    "regulation_up": Phrase(RESERVE, "grid", "regulation up short in {at}", "{at}上调频备用不足"),
    "regulation_down": Phrase(RESERVE, "grid", "regulation down short in {at}", "{at}下调频备用不足"),
    "non_spinning": Phrase(RESERVE, "grid", "non-spinning reserve short in {at}", "{at}非旋转备用不足"),
    "must_run": Phrase(SCHEDULE, "unit", "unit {at} off in must-run hours", "机组{at}在必开时段停机"),
    "interchange_over": Phrase(SCHEDULE, "interface", "import above the plan at {at}", "{at}受入高于联络线计划"),
    "interchange_under": Phrase(SCHEDULE, "interface", "import below the plan at {at}", "{at}受入低于联络线计划"),
}
GRID_NAMES = {
    "hebei_south": ("河北南网", "Hebei South"),
    "jibei": ("冀北电网", "Jibei"),
    "hebei": ("河北全省（两网联合）", "Hebei, both grids joined"),
}
IN_USE = ("{what}", "{what}")
WOULD_GIVE = ("would have to be allowed: {what}", "需放开：{what}")
AMOUNT = (
    "{what}: {when} ({hours:g} h), at most {most:,.1f} MW, {energy:,.1f} MWh; "
    "at {price:,.0f} CNY/MWh {cost:,.3f} M CNY",
    "{what}：{when}（{hours:g} 小时），最大 {most:,.1f} MW，电量 {energy:,.1f} MWh；"
    "按 {price:,.0f} 元/MWh 计 {cost:,.3f} 百万元",
)
SPELLS = (", ", "、")
MORE_SPELLS = (" and {count} spells more", "等另 {count} 段")


def words_of(cause: Cause, step_h: float) -> tuple[str, str]:
    """A cause in English and in Chinese."""
    phrase, spells = PHRASES[cause.code], _spells(cause.times, step_h)
    chinese_grid, english_grid = GRID_NAMES.get(cause.component, (cause.component, cause.component))
    numbers = {
        "hours": cause.hours_h,
        "most": cause.most_mw,
        "energy": cause.energy_mwh,
        "price": cause.price_cny_per_mwh,
        "cost": cause.cost_cny / 1e6,
    }
    told = []
    for k, (pattern, place) in enumerate(((phrase.english, english_grid), (phrase.chinese, chinese_grid))):
        what = (IN_USE if cause.in_use else WOULD_GIVE)[k].format(what=pattern.format(at=place))
        told.append(AMOUNT[k].format(what=what, when=_when(spells, k), **numbers))
    return told[0], told[1]


def _when(spells: Sequence[str], language: int) -> str:
    more = len(spells) - MOST_SPELLS
    told = SPELLS[language].join(spells[:MOST_SPELLS])
    return told + (MORE_SPELLS[language].format(count=more) if more > 0 else "")


def _spells(times: Sequence[str], step_h: float) -> list[str]:
    """Steps that follow one another, as in 01-15 17:00-20:00."""
    step = timedelta(hours=step_h)
    spells: list[tuple[datetime, datetime]] = []
    for begin in sorted(map(datetime.fromisoformat, times)):
        if spells and begin - spells[-1][1] < step / 2:
            spells[-1] = (spells[-1][0], begin + step)
        else:
            spells.append((begin, begin + step))
    return [_spell(begin, end) for begin, end in spells]


def _spell(begin: datetime, end: datetime) -> str:
    if end - begin > timedelta(days=1):
        return f"{begin:%m-%d %H:%M} - {end:%m-%d %H:%M}"
    midnight = end.time() == datetime.min.time()
    return f"{begin:%m-%d %H:%M}-{'24:00' if midnight else format(end, '%H:%M')}"
