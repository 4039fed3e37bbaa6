"""The table: a row a scenario and grid, for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from textwrap import wrap

from dispatch.report.scenario import Scenario, by_grid
from dispatch.schedule.outcome import GridMetrics

MISSING = "-"
SLACK_MARK = "*"
SLACK_NOTE = (
    f"{SLACK_MARK} priced slack in use: a line overloaded, a section beyond its limit, a running minimum not kept, "
    "reserve short or a plan left"
)
ESTIMATES = "Weather is synthetic; topology, unit parameters, interchange plans and response are estimates."
NAME_WIDTH = 48  # characters of a name in one line
NAME_COUNT = 2  # columns that hold names: grid and scenario


@dataclass(frozen=True)
class Column:
    """One column: two lines of heading, and what stands in it."""

    name: str
    unit: str
    name_zh: str
    number: Callable[[GridMetrics], float | None] | None = None  # of a grid; else
    of_run: Callable[[Scenario], float | None] | None = None  # of the run as a whole
    word: Callable[[Scenario], str] | None = None  # of the run as a whole, in letters
    digits: str = ",.0f"

    def cell(self, scenario: Scenario) -> str:
        """The text for a scenario; a dash where there is no number."""
        if self.word is not None:
            return self.word(scenario)
        if self.of_run is not None:
            return self._text(self.of_run(scenario))
        return self.of_metrics(scenario.total)

    def of_metrics(self, metrics: GridMetrics | None) -> str:
        """The text for one grid; a dash where the number is of the run as a whole."""
        return self._text(self.number(metrics) if self.number and metrics else None)

    def _text(self, value: float | None) -> str:
        return MISSING if value is None else format(value, self.digits)


def _gap(scenario: Scenario) -> float | None:
    gap = scenario.outcome.proof.gap_share
    return None if gap is None else 100 * gap


def _percent(metrics: GridMetrics) -> float | None:
    return None if metrics.utilisation_share is None else 100 * metrics.utilisation_share


def _status(scenario: Scenario) -> str:
    """How the run ended; a star where a priced slack is in use."""
    return scenario.outcome.status.value + (SLACK_MARK if uses_slack(scenario) else "")


def uses_slack(scenario: Scenario) -> bool:
    """The schedule leaves a reserve or a plan unmet, at a price."""
    return bool(scenario.outcome.metrics and scenario.outcome.metrics.slack_used)


COLUMNS = (
    Column("available", "MWh", "可发", lambda m: m.available_mwh),
    Column("absorbed", "MWh", "消纳", lambda m: m.absorbed_mwh),
    Column("curtailed", "MWh", "弃电", lambda m: m.curtailed_mwh),
    Column("utilisation", "%", "利用率", _percent, digits=".2f"),
    Column("net export", "MWh", "净送出", lambda m: m.net_export_mwh),
    Column("cost", "M CNY", "成本", lambda m: m.cost.total_cny / 1e6, digits=",.2f"),
    Column("starts", "", "启动", lambda m: m.start_count),
    Column("CO2", "kt", "碳排放", lambda m: m.carbon_tco2 / 1e3, digits=",.1f"),
    Column("resp. cut", "MWh", "响应削减", lambda m: m.response_cut_mwh),
    Column("resp. extra", "MWh", "响应增加", lambda m: m.response_extra_mwh),
    Column("storage", "MWh out", "储能放电", lambda m: m.storage_discharge_mwh),
    Column("pumped", "MWh out", "抽蓄发电", lambda m: m.pumped_discharge_mwh),
    Column("gap", "% proven", "间隙", of_run=_gap, digits=".3f"),
    Column("time", "s", "用时", of_run=lambda s: s.seconds, digits=",.1f"),
    Column("status", "", "状态", word=_status),
)


COUNTED = (  # shown after export, in the table of whose cases any is counted
    Column("self-use", "MWh", "厂用电", lambda m: m.self_use_mwh),
    Column("losses", "MWh", "网损", lambda m: m.network_loss_mwh),
)


def columns_of(scenarios: Sequence[Scenario]) -> tuple[Column, ...]:
    """The columns; self-use (厂用电) and network losses (网损) after export where a case counts any."""
    totals = [s.total for s in scenarios if s.total]
    counted = [column for column in COUNTED if any(column.number and column.number(total) for total in totals)]
    after = [column.name for column in COLUMNS].index("net export") + 1
    return (*COLUMNS[:after], *counted, *COLUMNS[after:])


def table_of(scenarios: Sequence[Scenario]) -> str:
    """Every scenario in a row, columns aligned; below it, why a row has no numbers."""
    columns = columns_of(scenarios)
    heads = [("grid", ""), ("scenario", ""), *((column.name, column.unit) for column in columns)]
    body = [[s.case.grid, s.label, *(column.cell(s) for column in columns)] for s in scenarios]
    return "\n".join(aligned(heads, body, NAME_COUNT) + notes_of(scenarios))


def aligned(heads: Sequence[tuple[str, str]], body: Sequence[Sequence[str]], name_count: int) -> list[str]:
    """
    Names and units above a rule, then the rows, columns aligned; the first `name_count` hold names.

    A long name goes on below its row, and is not said again in the row after it.
    """
    told = [line for above, row in pairwise([[""] * len(heads), *body]) for line in _wrapped(row, above, name_count)]
    rows = [[name for name, _ in heads], [unit for _, unit in heads], *told]
    widths = [max(len(row[k]) for row in rows) for k in range(len(heads))]
    lines = [_line(row, widths, name_count) for row in rows]
    lines.insert(2, "  ".join("-" * width for width in widths))
    return lines


def _wrapped(row: Sequence[str], above: Sequence[str], name_count: int) -> Iterator[list[str]]:
    """The row as one line or more."""
    names = [
        [""] if len(text) > NAME_WIDTH and text == before else wrap(text, NAME_WIDTH, break_on_hyphens=False) or [""]
        for text, before in zip(row[:name_count], above, strict=False)
    ]
    for number, parts in enumerate(zip_longest(*names, fillvalue="")):
        yield [*parts, *(text if number == 0 else "" for text in row[name_count:])]


def notes_of(scenarios: Sequence[Scenario]) -> list[str]:
    """A line for each scenario that did not end as asked, for the star, and for what each grid is compared with."""
    ended = [
        f"{s.case.grid}, {s.label}: {s.outcome.status.value}" + (f": {s.outcome.reason}" if s.outcome.reason else "")
        for s in scenarios
        if s.outcome.status.value != "OPTIMAL"
    ]
    starred = [SLACK_NOTE] if any(map(uses_slack, scenarios)) else []
    compared = [(grid, group[0].label) for grid, group in by_grid(scenarios).items() if len(group) > 1]
    return ended + starred + [f"{grid}: compared with {label}, its first row" for grid, label in compared]


def _line(row: Sequence[str], widths: Sequence[int], name_count: int) -> str:
    """Names to the left, numbers to the right."""
    names = [text.ljust(w) for text, w in zip(row[:name_count], widths[:name_count], strict=True)]
    numbers = [text.rjust(w) for text, w in zip(row[name_count:], widths[name_count:], strict=True)]
    return "  ".join(names + numbers).rstrip()
