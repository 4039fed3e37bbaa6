"""
Why nothing fits: the cheapest relaxation of the balance says where and when how much is missing.

The case is solved once more with power that may appear or vanish at every bus at a price far above every other. What
is still used of it is the shortfall. Reserve that may not be short may be so then, at a lower price: what is still
short of it says that the reserve asked for is why nothing fits.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.horizon import BEIJING
from dispatch.model import names
from dispatch.model.rows import Model
from dispatch.schedule.outcome import Shortfall
from dispatch.solve.climb import Search
from dispatch.solve.highs import Report
from dispatch.solve.ladder import climbed
from dispatch.solve.problem import INFINITY, Problem

SHORTFALL_CNY_PER_MWH = 100_000.0
RESERVE_CNY_PER_MWH = 10_000.0  # of reserve that may not be short
GAP_SHARE = 0.01
NOTICED_MW = 0.1
CONTRADICTION = "no schedule meets the case, and free power at every bus does not help: its rules contradict each other"
ENDED = "no schedule meets the case; the search ended before the shortfall was measured"
UNNOTICED = f"no schedule meets the case, by less than {NOTICED_MW:g} MW anywhere: a matter of tolerances"


def shortfalls_of(
    model: Model, problem: Problem, facts: GridFacts, inputs: Inputs, search: Search, report: Report
) -> tuple[tuple[Shortfall, ...], str]:
    """
    Missing and surplus power by step and bus of the grid, and the reason in words.

    Nothing appears at a neighbour's bus: what he may send is the interchange.
    """
    own = {bus.name for bus in facts.buses if bus.grid in facts.members}
    rows, places = _balance_rows(model, own)
    elastic = _without_hard_reserve(_elastic(problem, rows, inputs.step_h), model, inputs.step_h)
    found, _, _ = climbed(elastic, replace(search, gap_share=GAP_SHARE), report)
    if found.x is None:
        return (), CONTRADICTION if found.infeasible else ENDED
    count = len(rows)
    missing, surplus = found.x[-2 * count : -count], found.x[-count:]
    grid = {bus.name: bus.grid for bus in facts.buses}
    shortfalls = tuple(
        Shortfall(time.tz_localize(BEIJING).isoformat(), grid[bus], bus, round(float(lack), 3), round(float(excess), 3))
        for (time, bus), lack, excess in zip(places, missing, surplus, strict=True)
        if max(lack, excess) > NOTICED_MW
    )
    if shortfalls:
        return shortfalls, in_words(shortfalls, inputs.step_h)
    return (), _reserve_in_words(model, found.x, facts, inputs) or UNNOTICED


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


def _without_hard_reserve(problem: Problem, model: Model, step_h: float) -> Problem:
    """The problem where reserve that may not be short may be, at a price."""
    short = np.concatenate([model.variables[name].columns.ravel() for name in (names.SHORT_UP, names.SHORT_DOWN)])
    hard = short[problem.upper[short] == 0]
    cost, upper = problem.cost.copy(), problem.upper.copy()
    cost[hard], upper[hard] = RESERVE_CNY_PER_MWH * step_h, INFINITY
    return replace(problem, cost=cost, upper=upper)


def _reserve_in_words(model: Model, x: np.ndarray, facts: GridFacts, inputs: Inputs) -> str:
    """What is short of reserve that may not be, in one sentence; nothing where nothing is."""
    hard = [k for k, grid in enumerate(facts.members) if any(r.grid == grid and r.hard for r in facts.reserve_rules)]
    told = []
    for direction, name in (("up", names.SHORT_UP), ("down", names.SHORT_DOWN)):
        lack = x[model.variables[name].columns][:, hard]
        if lack.size and lack.max() > NOTICED_MW:
            step, k = np.unravel_index(lack.argmax(), lack.shape)
            time = list(inputs.times.tz_localize(BEIJING))[step]
            place = f"{facts.members[hard[k]]} at {time.isoformat()}"
            told.append(f"{inputs.step_h * lack.sum():.1f} MWh {direction} short, most in {place}: {lack.max():.1f} MW")
    return f"no schedule keeps the reserve asked for, which may not be short: {'; '.join(told)}" if told else ""


def _balance_rows(model: Model, buses: set[str]) -> tuple[np.ndarray, list[tuple[pd.Timestamp, str]]]:
    """Row numbers of the nodal balances of some buses, and their (step, bus)."""
    balance = model.rows[names.BALANCE]
    own = [k for k, bus in enumerate(balance.axes["name"]) if bus in buses]
    places = [(time, str(balance.axes["name"][k])) for time in balance.axes["snapshot"] for k in own]
    return balance.numbers[:, own].ravel(), places


def _elastic(problem: Problem, rows: np.ndarray, step_h: float) -> Problem:
    """The problem with two more columns a balance row: power that appears, power that vanishes."""
    count = len(rows)
    shape = (len(problem.row_lower), count)
    appear = sp.csc_array((np.ones(count), (rows, np.arange(count))), shape=shape)
    columns = sp.csc_array(sp.hstack([problem.rows, appear, -appear]))
    zeros, never = np.zeros(2 * count), np.full(2 * count, INFINITY)
    return replace(
        problem,
        cost=np.concatenate([problem.cost, np.full(2 * count, SHORTFALL_CNY_PER_MWH * step_h)]),
        lower=np.concatenate([problem.lower, zeros]),
        upper=np.concatenate([problem.upper, never]),
        integer=np.concatenate([problem.integer, zeros.astype(bool)]),
        implied=None if problem.implied is None else np.concatenate([problem.implied, zeros.astype(bool)]),
        rows=columns,
    )
