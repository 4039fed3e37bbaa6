"""
Why nothing fits: the cheapest relaxation of the case says what would have to give, where, when and by how much.

The case is solved once more with rules that may give at prices far above every other (`relaxed.py`). Power that is
missing or in surplus in that answer is the shortfall; every rule that gives is a cause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.network import Line, Link
from dispatch.model import names
from dispatch.model.build import built
from dispatch.model.rows import Model
from dispatch.schedule.causes import gathered
from dispatch.schedule.outcome import Cause, Shortfall, Slack
from dispatch.schedule.phrases import RESERVE
from dispatch.solve.climb import Search
from dispatch.solve.highs import Report
from dispatch.solve.ladder import climbed
from dispatch.solve.problem import Problem
from dispatch.solve.relaxed import NOTICED_MW, PRICES_CNY_PER_MWH, Relaxation

if TYPE_CHECKING:
    from dispatch.solve.solve import Asked

GAP_SHARE = 0.01
NOTHING_FITS = "no schedule meets the case"
HARD_RESERVE = "no schedule keeps the reserve asked for, which may not be short"
CONTRADICTION = "no schedule meets the case, and free power at every bus does not help: its rules contradict each other"
ENDED = "no schedule meets the case; the search ended before the shortfall was measured"
UNNOTICED = f"no schedule meets the case, by less than {NOTICED_MW:g} MW anywhere: a matter of tolerances"


@dataclass(frozen=True)
class Conflict:
    """Why nothing fits: in MW by step and bus, by rule and place, and in words."""

    shortfalls: tuple[Shortfall, ...]
    causes: tuple[Cause, ...]
    reason: str


def conflict_of(model: Model, problem: Problem, asked: Asked, search: Search, report: Report) -> Conflict:
    """What would have to give for a schedule to exist, the cheapest of it; and the reason in words."""
    case, facts, inputs = asked.case, asked.facts, asked.inputs
    relaxation = Relaxation(model, problem, facts, inputs)
    relaxation.give_balance()
    relaxation.give_ratings()
    relaxation.give_heat()
    relaxation.give_running_minimum()
    relaxation.give_heat_load()
    relaxation.give_reserve()
    if case.must_run:
        without = replace(case, must_run=())
        free = built(without, facts, inputs_of(without, facts))
        relaxation.give_must_run(free.variables[names.STATUS].lower)
    found, _, _ = climbed(relaxation.problem, replace(search, gap_share=GAP_SHARE), report)
    if found.x is None:
        return Conflict((), (), CONTRADICTION if found.infeasible else ENDED)
    given = relaxation.given(found.x)
    causes = gathered(
        given, inputs.step_h, lambda slack: PRICES_CNY_PER_MWH[slack.kind], _Homes(facts).of, in_use=False
    )
    shortfalls = _shortfalls(given, facts)
    return Conflict(shortfalls, causes, reason_of(shortfalls, causes, inputs.step_h))


def reason_of(shortfalls: tuple[Shortfall, ...], causes: tuple[Cause, ...], step_h: float) -> str:
    """Why there is no schedule: the shortfall, else the gravest cause, and how many others there are."""
    others = [cause for cause in causes if cause.place != "bus"]
    if shortfalls:
        more = f"; {len(others)} other rules would have to give too, see the causes" if others else ""
        return in_words(shortfalls, step_h) + more
    if not others:
        return UNNOTICED
    first = others[0]
    reserve = all(cause.severity == RESERVE for cause in others)
    told = f"{HARD_RESERVE if reserve else NOTHING_FITS}; {first.english}, first at {first.times[0]}"
    return told + (f"; and {len(others) - 1} more, see the causes" if len(others) > 1 else "")


def in_words(shortfalls: tuple[Shortfall, ...], step_h: float) -> str:
    """The shortfall in one sentence, with the worst hour and place."""
    worst = max(shortfalls, key=lambda item: max(item.missing_mw, item.surplus_mw))
    kind = "missing" if worst.missing_mw > worst.surplus_mw else "in surplus"
    hours = len({item.time for item in shortfalls})
    missing = step_h * sum(item.missing_mw for item in shortfalls)
    surplus = step_h * sum(item.surplus_mw for item in shortfalls)
    most = max(worst.missing_mw, worst.surplus_mw)
    return (
        f"no schedule meets the case: over {hours} steps {missing:.0f} MWh missing and {surplus:.0f} MWh in surplus; "
        f"most at {worst.bus} ({worst.grid}) at {worst.time}: {most:.0f} MW {kind}"
    )


def _shortfalls(given: tuple[Slack, ...], facts: GridFacts) -> tuple[Shortfall, ...]:
    """Missing and surplus power by step and bus."""
    grid = {bus.name: bus.grid for bus in facts.buses}
    order = {bus.name: k for k, bus in enumerate(facts.buses)}
    power = {
        code: {(slack.time, slack.component): slack.slack_mw for slack in given if slack.kind == code}
        for code in ("balance_missing", "balance_surplus")
    }
    missing, surplus = power.values()
    places = sorted({*missing, *surplus}, key=lambda place: (place[0], order[place[1]]))
    return tuple(
        Shortfall(time, grid[bus], bus, missing.get((time, bus), 0.0), surplus.get((time, bus), 0.0))
        for time, bus in places
    )


class _Homes:
    """The grid in which what gives lies; a line's is where it begins."""

    def __init__(self, facts: GridFacts) -> None:
        bus = {bus.name: bus.grid for bus in facts.buses}
        branches: list[Line | Link] = [*facts.lines, *facts.links]
        ends = {branch.name: bus[branch.from_bus] for branch in branches}
        self._of = {**bus, **ends, **{unit.name: unit.grid for unit in facts.units}, **{m: m for m in facts.members}}
        self._of |= {unit.plant: unit.grid for unit in facts.units}

    def of(self, slack: Slack) -> str:
        """The grid of a slack's component."""
        return self._of[slack.component]
