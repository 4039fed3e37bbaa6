"""
A schedule in the shapes of the day-ahead files: a row a point, a column a component, points named as in the question.

Beside the tables of the schedule stand curves of 96 points a day (出力曲线, 联络线曲线). Where a step is longer than a
quarter of an hour each of its quarters repeats its mean, which keeps the energy and says nothing of ramps inside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dispatch.case.case import Case
from dispatch.case.reserve_products import NON_SPINNING, REGULATION_DOWN, REGULATION_UP
from dispatch.formats.dayahead.book import WORKBOOKS
from dispatch.formats.dayahead.layout import CASE_COLUMNS, NOTES, POINT
from dispatch.formats.dayahead.points import point_names
from dispatch.formats.dayahead.tables import write_tables
from dispatch.formats.dayahead.workbook import Page, write_workbook
from dispatch.formats.dayahead.writing import Rows
from dispatch.horizon import Horizon
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.schedule import Schedule

QUARTER_H = 0.25
DIGITS_COUNT = 3  # to the kW; schedule.json holds every digit
LOSS, LOSS_TOTAL = "network_loss", "total"  # 网损, where the case counts it
UNIT_CURVE, TIE_CURVE = "unit_curve", "tie_curve"
SHEETS = (
    ("commitment", "机组组合", "1: on in the step, 0: off", "0/1", "on"),
    ("unit_output", "机组出力", "mean output in the step", "MW", "output_mw"),
    ("unit_reserve_up", "机组与储能上备用", "reserve up of units and stores", "MW", "reserve_up_mw"),
    ("unit_reserve_down", "机组与储能下备用", "reserve down of units and stores", "MW", "reserve_down_mw"),
    ("injected", "新能源上网", "wind and sun absorbed", "MW", "injected_mw"),
    ("curtailed", "弃电", "wind and sun curtailed", "MW", "curtailed_mw"),
    ("store_charge", "储能充电", "charging, pumped hydro included", "MW", "charge_mw"),
    ("store_discharge", "储能放电", "discharging, pumped hydro included", "MW", "discharge_mw"),
    ("store_level", "储能电量", "level at the end of the step", "MWh", "level_mwh"),
    ("tie", "联络线", "net import, negative: export", "MW", "net_import_mw"),
    ("response_cut", "响应削减", "load taken away by contract", "MW", "cut_mw"),
    ("response_extra", "响应增加", "load added by contract", "MW", "extra_mw"),
    ("reserve_up", "上备用需求", "reserve up required of each grid", "MW", "required_up_mw"),
    ("reserve_down", "下备用需求", "reserve down required of each grid", "MW", "required_down_mw"),
    ("reserve_short_up", "上备用缺额", "reserve up that is short", "MW", "short_up_mw"),
    ("reserve_short_down", "下备用缺额", "reserve down that is short", "MW", "short_down_mw"),
    ("line_flow", "线路潮流", "flow of lines and links", "MW", "flow_mw"),
)
PRODUCT_SHEETS = {  # where the case asks for them, with what is short beside each
    REGULATION_UP: ("regulation_up", "上调频备用", "regulation up of units and stores"),
    REGULATION_DOWN: ("regulation_down", "下调频备用", "regulation down of units and stores"),
    NON_SPINNING: ("non_spinning", "非旋转备用", "non-spinning reserve of units, stores and contracts"),
}
CURVES = ((UNIT_CURVE, "出力曲线", "output_mw"), (TIE_CURVE, "联络线曲线", "net_import_mw"))


def answer_sheets(case: Case, naming: str, outcome: Outcome, told: str = "") -> dict[str, Rows]:
    """Every sheet of an answer, the summary first; that alone where there is no schedule."""
    sheets: dict[str, Rows] = {"answer": _summary(case, naming, outcome, told)}
    schedule = outcome.schedule
    if schedule is None:
        return sheets
    names = point_names(case.horizon, naming)
    for name, _, _, unit, attribute in SHEETS:
        sheets[name] = _rows(names, getattr(schedule, attribute), unit)
    for product, (name, _, _) in PRODUCT_SHEETS.items():
        for way, attribute in (("", f"{product}_mw"), ("_short", f"short_{product}_mw")):
            if len(getattr(schedule, attribute).columns):
                sheets[name + way] = _rows(names, getattr(schedule, attribute), "MW")
    losing = [name for name, lost_mw in schedule.loss_mw.items() if lost_mw.any()]
    if losing:
        lost = schedule.loss_mw[losing]
        sheets[LOSS] = _rows(names, lost.assign(**{LOSS_TOTAL: lost.to_numpy().sum(axis=1)}), "MW")
    for name, _, attribute in CURVES:
        sheets[name] = _curve(case.horizon, naming, getattr(schedule, attribute))
    return sheets


def _rows(names: list[str], table: pd.DataFrame, unit: str) -> Rows:
    values = np.round(table.to_numpy(), DIGITS_COUNT) + 0
    header = [POINT.header, *(f"{column} [{unit}]" for column in table.columns)]
    return [header, *([name, *row] for name, row in zip(names, values.tolist(), strict=True))]


def _curve(horizon: Horizon, naming: str, table: pd.DataFrame) -> Rows:
    """The table by quarter hours: longer steps repeated, shorter ones averaged where they part a quarter evenly."""
    step_h = horizon.step_h
    repeats, parts = step_h / QUARTER_H, QUARTER_H / step_h
    if repeats.is_integer():
        quarters, count = horizon.step_count * round(repeats), round(repeats)
        values = table.loc[table.index.repeat(count)]
    elif parts.is_integer() and (horizon.step_count / parts).is_integer():
        quarters = horizon.step_count // round(parts)
        values = pd.DataFrame(table.to_numpy().reshape(quarters, round(parts), -1).mean(axis=1), columns=table.columns)
    else:
        return _rows(point_names(horizon, naming), table, "MW")
    return _rows(point_names(Horizon(horizon.start, quarters, QUARTER_H), naming), values, "MW")


def _summary(case: Case, naming: str, outcome: Outcome, told: str) -> Rows:
    rows: Rows = [[column.header for column in CASE_COLUMNS]]
    rows += [
        ["status", outcome.status.value, None, "状态：how the run ended"],
        ["points", naming, None, "时点命名：as in the case"],
        ["grid", case.grid, None, "电网：grid"],
        ["horizon.step_min", case.horizon.step_h * 60, "min", "步长：step"],
        ["objective_cny", outcome.proof.objective_cny, "CNY", "目标函数：cost with penalties"],
        ["bound_cny", outcome.proof.bound_cny, "CNY", "下界：no schedule of this search can be cheaper"],
        ["gap_share", outcome.proof.gap_share, "share", "间隙：(objective - bound) / objective"],
    ]
    rows += [list(line) for line in _worth(outcome)]
    if outcome.schedule is not None:
        rows.append(["curves", _curve_words(outcome.schedule), None, "曲线：how the 96 points come about"])
    rows += [["note", note, None, "备注：what to know"] for note in (told, outcome.reason) if note]
    rows += [["cause", cause.english, None, cause.chinese] for cause in outcome.causes]
    return rows


def _curve_words(schedule: Schedule) -> str:
    if schedule.step_h > QUARTER_H:
        return (
            "means of longer steps repeated: no ramps inside a step (solve --refine 15min dispatches by quarter hours)"
        )
    return "dispatched by quarter hours, or a mean of shorter steps"


def _worth(outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    if outcome.metrics is None:
        return
    total = outcome.metrics.total
    yield "cost_cny", total.cost.total_cny, "CNY", "成本：no penalty inside"
    yield "available_mwh", total.available_mwh, "MWh", "可发电量：available wind and sun"
    yield "absorbed_mwh", total.absorbed_mwh, "MWh", "消纳电量：absorbed"
    yield "curtailed_mwh", total.curtailed_mwh, "MWh", "弃电量：curtailed"
    yield "utilisation_share", total.utilisation_share, "share", "利用率：absorbed / available"
    yield "carbon_tco2", total.carbon_tco2, "tCO2", "碳排放：of thermal units"
    if total.self_use_mwh:
        yield "self_use_mwh", total.self_use_mwh, "MWh", "厂用电量：of what thermal units generate"
    if total.network_loss_mwh:
        yield "network_loss_mwh", total.network_loss_mwh, "MWh", "网损电量：lost on lines and links"
    yield "start_count", total.start_count, None, "启动次数：starts"


def write_answer(path: Path, sheets: dict[str, Rows]) -> None:
    """A workbook where the name says so, else a folder of CSV files."""
    if path.suffix.lower() not in WORKBOOKS:
        write_tables(path, sheets)
        return
    told: Rows = [["sheet", "表", "what it holds 内容", "unit 单位"]]
    told += [[name, zh, en, unit] for name, zh, en, unit, _ in SHEETS]
    told += [[name, zh, "by quarter hours, 96 points a day 每日96点", "MW"] for name, zh, _ in CURVES]
    write_workbook(path, {name: Page(rows) for name, rows in {**sheets, NOTES: told}.items()})
