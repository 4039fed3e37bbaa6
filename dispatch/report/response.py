"""Response by contract and by virtual power plant (虚拟电厂), for a terminal and for the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dispatch.report.scenario import Scenario
from dispatch.report.table import MISSING, aligned
from dispatch.report.words import Word
from dispatch.schedule.outcome import AggregatorMetrics, ContractMetrics
from dispatch.units import ENERGY_MWH

Used = ContractMetrics | AggregatorMetrics
CONTRACTS = Word("按响应合约", "Response by contract")
AGGREGATORS = Word("按虚拟电厂", "Response by virtual power plant")
NOTE = Word(
    "费用为电量费与调用费之和；最大为任一时段削减与增加中较大者；占上限指其占本网情景响应上限的比例；时数含回补时段。",
    "Cost is fees of energy and of calls; at most is the larger of cut and extra load in any step, and its share is of "
    "what all contracts of the grid may do in the scenario; hours of making good count too.",
)
NAME_COUNT = 3  # columns that hold names: grid, scenario, and contract or plant


@dataclass(frozen=True)
class Column:
    """One column: its heading in both languages, and the number in it."""

    word: Word
    unit: str
    number: Callable[[Used], float | None]
    digits: str = "z,.0f"

    def cell(self, used: Used) -> str:
        """The text; a dash where there is no number."""
        value = self.number(used)
        return MISSING if value is None else format(value, self.digits)


@dataclass(frozen=True)
class Block:
    """One table: who, and a row each for those that did anything."""

    word: Word
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _cost_cny(used: Used) -> float:
    return used.energy_fee_cny + used.call_fee_cny if isinstance(used, ContractMetrics) else used.fee_cny


def _percent(used: Used) -> float | None:
    return None if used.cap_share is None else 100 * used.cap_share


COLUMNS = (
    Column(Word("削减", "cut"), "MWh", lambda u: u.cut_mwh),
    Column(Word("增加", "extra"), "MWh", lambda u: u.extra_mwh),
    Column(Word("调用", "calls"), "", lambda u: u.call_count),
    Column(Word("时数", "hours"), "h", lambda u: u.hours_h, "z,g"),
    Column(Word("费用", "cost"), "k CNY", lambda u: _cost_cny(u) / 1e3, "z,.1f"),
    Column(Word("最大", "at most"), "MW", lambda u: u.most_mw),
    Column(Word("占上限", "of the cap"), "%", _percent, "z.1f"),
)


def blocks_of(scenario: Scenario) -> list[Block]:
    """By contract and by virtual power plant; none where no contract did anything."""
    total = scenario.total
    if total is None:
        return []
    found = []
    for word, used in (
        (CONTRACTS, [(c.contract, c) for c in total.contracts]),
        (AGGREGATORS, [(a.aggregator, a) for a in total.aggregators]),
    ):
        moved = [(name, one) for name, one in used if max(one.cut_mwh, one.extra_mwh) > ENERGY_MWH]
        if moved:
            rows = tuple(tuple(column.cell(one) for column in COLUMNS) for _, one in moved)
            found.append(Block(word, tuple(name for name, _ in moved), rows))
    return found


def response_text(scenarios: Sequence[Scenario]) -> str:
    """Both tables of every scenario, one below the other; nothing where there is no response."""
    told = []
    for word, name in ((CONTRACTS, "contract"), (AGGREGATORS, "plant")):
        body = [
            [scenario.case.grid, scenario.label, who, *row]
            for scenario in scenarios
            for block in blocks_of(scenario)
            if block.word == word
            for who, row in zip(block.names, block.rows, strict=True)
        ]
        if body:
            heads = [("grid", ""), ("scenario", ""), (name, ""), *((c.word.english, c.unit) for c in COLUMNS)]
            told.append(f"\n{word.english} {word.chinese}\n" + "\n".join(aligned(heads, body, NAME_COUNT)))
    return "\n".join([*told, NOTE.english]) if told else ""
