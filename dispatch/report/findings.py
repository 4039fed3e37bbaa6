"""
What a reader must be told about a set of outcomes.

What moved the unexpected way, what the gap cannot tell, what was not reached, and what did not end as asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dispatch.case.objective import ABSORPTION_FIRST
from dispatch.report.scenario import Scenario, by_objective, nested
from dispatch.report.words import Word, label_zh
from dispatch.schedule.outcome import Status
from dispatch.schedule.phrases import SEVERITIES_ZH
from dispatch.units import COST_SHARE, POWER_MW

NOTE, WARNING, DEFECT = "note", "warning", "defect"
FROM_HERE_IN_THOUSANDS_CNY = 10_000
MOST_CAUSES = 12  # told one by one; the rest is counted


@dataclass(frozen=True)
class Finding:
    """One thing to be told, in two languages."""

    severity: str  # NOTE, WARNING or DEFECT
    grid: str
    scenario: str
    english: str
    chinese: str
    is_cause: bool = False  # why something gave, or would have to: told in both languages everywhere


def lines_of(finding: Finding, where: str = "") -> list[str]:
    """A finding for a terminal: in English, and a cause in Chinese too."""
    english = f"{finding.severity}: {where}{finding.english}"
    return [english, f"  原因：{finding.chinese}"] if finding.is_cause else [english]


class Change:
    """
    How one number moves from a scenario to one that allows more.

    `amount` is in `unit`, and so is `resolution`: what the two gaps leave open, None where they tell nothing.
    `good_sign` is 1 where more is expected and -1 where less is.
    """

    def __init__(self, word: Word, unit: str, amount: float, resolution: float | None, good_sign: int) -> None:
        self.english, self.chinese, self.unit = word.english, word.chinese, unit
        self.amount, self.resolution, self.good_sign = amount, resolution, good_sign

    @property
    def is_untold(self) -> bool:
        """The change is smaller than what the gaps leave open."""
        return self.resolution is not None and abs(self.amount) <= self.resolution

    @property
    def is_unexpected(self) -> bool:
        """The change goes against expectation, by one unit or more."""
        return self.amount * self.good_sign <= -1

    @property
    def told(self) -> str:
        """The change in words."""
        return f"{round(self.amount) + 0:+,d} {self.unit}"


def findings_of(scenarios: Sequence[Scenario]) -> tuple[Finding, ...]:
    """Everything to be told, scenario by scenario and then pair by pair."""
    found = [finding for scenario in scenarios for finding in _alone(scenario)]
    found += [finding for pair in nested(scenarios) for finding in _compared(*pair)]
    return (*found, *(finding for pair in by_objective(scenarios) for finding in _dearer(*pair)))


def _alone(scenario: Scenario) -> Iterator[Finding]:
    yield from _ending(scenario)
    yield from _reach(scenario)
    yield from _causes(scenario)


def _say(severity: str, scenario: Scenario, english: str, chinese: str) -> Finding:
    return Finding(severity, scenario.case.grid, scenario.label, english, chinese)


def _ending(scenario: Scenario) -> Iterator[Finding]:
    outcome = scenario.outcome
    if outcome.status is not Status.OPTIMAL:
        gap = outcome.proof.gap_share
        proven = "" if gap is None else f", gap {100 * gap:.3f} %"
        reason = f": {outcome.reason}" if outcome.reason else ""
        status = outcome.status.value
        yield _say(WARNING, scenario, f"ended {status}{proven}{reason}", f"求解状态 {status}{proven}")
    if outcome.audit is not None and not outcome.audit.passed:
        rules = ", ".join(sorted({breach.rule for breach in outcome.audit.breaches}))
        yield _say(DEFECT, scenario, f"the audit found broken rules: {rules}", f"校核未通过：{rules}")


def _reach(scenario: Scenario) -> Iterator[Finding]:
    """Contracts in season that cannot reach the share asked for."""
    metrics = scenario.outcome.metrics
    whole = scenario.case.response_share >= 1  # all of the peak: nobody expects contracts to reach that
    for grid in (metrics.members or (metrics.total,)) if metrics and not whole else ():
        if grid.response_reach_mw < grid.response_cap_mw - POWER_MW:
            reach, cap = grid.response_reach_mw, grid.response_cap_mw
            yield _say(
                WARNING,
                scenario,
                f"{grid.grid}: contracts in season reach {reach:,.0f} MW of the {cap:,.0f} MW allowed",
                f"{grid.grid}：当季合同仅可调用 {reach:,.0f} MW，情景上限 {cap:,.0f} MW",
            )


def _causes(scenario: Scenario) -> Iterator[Finding]:
    """What gave at a price, or would have to: the gravest first, at the price of the slack."""
    causes = scenario.outcome.causes
    for cause in causes[:MOST_CAUSES]:
        english = f"{cause.severity}: {cause.english}"
        finding = _say(WARNING, scenario, english, f"{SEVERITIES_ZH[cause.severity]}：{cause.chinese}")
        yield replace(finding, is_cause=True)
    if rest := causes[MOST_CAUSES:]:
        cost = sum(cause.cost_cny for cause in rest) / 1e6
        english = f"and {len(rest)} causes more, {cost:,.3f} M CNY in all"
        chinese = f"另有 {len(rest)} 项，合计 {cost:,.3f} 百万元"
        yield replace(_say(WARNING, scenario, english, chinese), is_cause=True)


def _compared(narrow: Scenario, wider: Scenario) -> Iterator[Finding]:
    """The second allows all that the first allows."""
    yield from _contradiction(narrow, wider)
    if narrow.total is None or wider.total is None:
        return
    resolution_cny = resolution_of(narrow, wider)
    price = narrow.case.prices.large_curtailment_cny_per_mwh
    energy_mwh = resolution_cny / price if resolution_cny is not None and price > 0 else None
    before, after = narrow.total, wider.total
    cost = Change(Word("成本", "cost"), "CNY", after.cost.total_cny - before.cost.total_cny, resolution_cny, -1)
    absorbed = Change(Word("消纳电量", "absorption"), "MWh", after.absorbed_mwh - before.absorbed_mwh, energy_mwh, 1)
    carbon = Change(Word("碳排放", "CO2"), "t", after.carbon_tco2 - before.carbon_tco2, None, -1)
    yield from _untold(narrow, wider, [change for change in (cost, absorbed) if change.is_untold])
    if cost.is_unexpected and not cost.is_untold:
        yield _why_cost_rises(narrow, wider)
    for change, severity in ((_objective(narrow, wider), WARNING), (absorbed, WARNING), (carbon, NOTE)):
        if change and change.is_unexpected and not change.is_untold:
            yield _say(
                severity,
                wider,
                f"{change.english} moves the unexpected way: {change.told} against {narrow.label}",
                f"{change.chinese}变化方向与预期相反：较“{label_zh(narrow.label)}”{change.told}",
            )


def _dearer(cheapest: Scenario, other: Scenario) -> Iterator[Finding]:
    """What a MWh more absorbed, or a tonne less, costs on average against the least cost."""
    before, after = cheapest.total, other.total
    if before is None or after is None:
        return
    more_cny = after.cost.total_cny - before.cost.total_cny
    if other.case.objective == ABSORPTION_FIRST:
        amount, unit, unit_zh = after.absorbed_mwh - before.absorbed_mwh, "MWh more absorbed", "MWh 多消纳"
    else:
        amount, unit, unit_zh = before.carbon_tco2 - after.carbon_tco2, "tCO2 less", "吨少排放"
    each = f", {more_cny / amount:,.0f} CNY each" if amount >= 1 else ""
    each_zh = f"，每单位 {more_cny / amount:,.0f} 元" if amount >= 1 else ""
    open_cny = resolution_of(cheapest, other)
    left = "" if open_cny is None else f" (gaps leave {open_cny:,.0f} CNY open)"
    yield _say(
        NOTE,
        other,
        f"{amount:,.1f} {unit} for {_money(more_cny)} CNY of cost against {cheapest.label}{each}{left}",
        f"较“{label_zh(cheapest.label)}”{amount:,.1f} {unit_zh}，成本 {_money(more_cny)} 元{each_zh}",
    )


def _objective(narrow: Scenario, wider: Scenario) -> Change | None:
    """What the search minimises: the cost and every penalty."""
    before, after = narrow.outcome.proof.objective_cny, wider.outcome.proof.objective_cny
    if before is None or after is None:
        return None
    return Change(Word("目标函数", "objective"), "CNY", after - before, resolution_of(narrow, wider), -1)


def _why_cost_rises(narrow: Scenario, wider: Scenario) -> Finding:
    """Response is paid for, and what it avoids is priced in the objective alone: the cost may well rise."""
    before, after = narrow.total, wider.total
    if before is None or after is None:
        message = "only scenarios with a schedule have a cost"
        raise ValueError(message)
    total = after.cost.total_cny - before.cost.total_cny
    fees = after.cost.response_cny - before.cost.response_cny
    penalties = after.penalty.curtailment_cny - before.penalty.curtailment_cny
    english = (
        f"cost {_money(total)} CNY against {narrow.label}: response fees {_money(fees)}, "
        f"everything else {_money(total - fees)}; curtailment at its price {_money(penalties)}"
    )
    chinese = (
        f"成本较“{label_zh(narrow.label)}”{_money(total)} 元：响应费用 {_money(fees)}，"
        f"其余 {_money(total - fees)}；弃电按算例价格计 {_money(penalties)}"
    )
    if objective := _objective(narrow, wider):
        fallen = objective.amount <= 0
        amount = _money(abs(objective.amount)).lstrip("+")
        english += f", so that the objective {'falls' if fallen else 'rises'} by {amount} CNY"
        chinese += f"，目标函数{'下降' if fallen else '上升'} {amount} 元"
    return _say(NOTE, wider, english, chinese)


def _money(amount_cny: float) -> str:
    """CNY with its sign, in thousands from ten thousand on."""
    if abs(amount_cny) >= FROM_HERE_IN_THOUSANDS_CNY:
        return f"{round(amount_cny / 1000):+,d} k"
    return f"{round(amount_cny):+,d}"


def _untold(narrow: Scenario, wider: Scenario, changes: list[Change]) -> Iterator[Finding]:
    """Numbers that moved by less than the gaps can tell, in one sentence."""
    if changes:
        english = "; ".join(f"{c.english} {c.told} (gaps leave {c.resolution:,.0f} open)" for c in changes)
        chinese = "；".join(f"{c.chinese}{c.told}（间隙之和 {c.resolution:,.0f}）" for c in changes)
        yield _say(
            NOTE,
            wider,
            f"differs from {narrow.label} by less than the gaps can tell: {english}",
            f"与“{label_zh(narrow.label)}”之差小于求解间隙，不能据此下结论：{chinese}",
        )


def resolution_of(one: Scenario, other: Scenario) -> float | None:
    """What two gaps leave open together, CNY: a difference below it may be search and not physics."""
    proofs = (one.outcome.proof, other.outcome.proof)
    gaps = [p.objective_cny - p.bound_cny for p in proofs if p.objective_cny is not None and p.bound_cny is not None]
    return sum(max(0.0, gap) for gap in gaps) if len(gaps) == len(proofs) else None


def _contradiction(narrow: Scenario, wider: Scenario) -> Iterator[Finding]:
    """No bound of the wider scenario may lie above a schedule of the narrower one."""
    bound, incumbent = wider.outcome.proof.bound_cny, narrow.outcome.proof.objective_cny
    if bound is None or incumbent is None:
        return
    if (excess := bound - incumbent) > COST_SHARE * max(1.0, abs(incumbent)):
        yield _say(
            DEFECT,
            wider,
            f"its bound lies {excess:,.0f} CNY above a schedule of {narrow.label}: a defect of ours",
            f"下界高于“{label_zh(narrow.label)}”的可行解 {excess:,.0f} 元：程序缺陷",
        )
