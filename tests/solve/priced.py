"""Cases solved and priced, for tests that look at prices; and the same LP solved again with something else in it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs, inputs_of
from dispatch.model.build import built
from dispatch.model.rows import Model
from dispatch.schedule.outcome import PriceReport, Solution
from dispatch.schedule.prices import PriceTables
from dispatch.schedule.progress import silent
from dispatch.solve.highs import Orders, solved_by_highs
from dispatch.solve.pricing import with_prices
from dispatch.solve.problem import problem_of
from dispatch.solve.solve import Asked, Clock, solved
from tests.answers import EXACT
from tests.small import small_case


@dataclass(frozen=True)
class World:
    """A case with its schedule and prices, and the LP behind them."""

    case: Case
    facts: GridFacts
    inputs: Inputs
    model: Model
    solution: Solution

    @property
    def report(self) -> PriceReport:
        """Prices and checks."""
        assert self.solution.prices is not None
        return self.solution.prices

    @property
    def tables(self) -> PriceTables:
        """The prices; fails the test where there are none."""
        assert self.report.tables is not None, self.report.reason
        return self.report.tables

    def value_cny(self, inputs: Inputs, facts: GridFacts | None = None) -> float:
        """The optimum of the LP of other inputs, or other facts, with this commitment."""
        problem = problem_of(built(self.case, facts or self.facts, inputs))
        assert self.solution.point_x is not None
        whole = np.round(self.solution.point_x[problem.integer])
        lower, upper = problem.lower.copy(), problem.upper.copy()
        lower[problem.integer] = upper[problem.integer] = whole
        answer = solved_by_highs(problem.boxed(lower, upper).relaxed(), Orders(time.monotonic() + 60))
        assert answer.finished
        return answer.objective_cny


def world_of(facts: GridFacts, limits: Limits = EXACT, **case: Any) -> World:
    """A small case on these facts, solved and priced."""
    return world_of_case(small_case(facts, **case), facts, limits)


def world_of_case(case: Case, facts: GridFacts, limits: Limits = EXACT) -> World:
    """A case, solved and priced."""
    limits, inputs = replace(limits, prices=True), inputs_of(case, facts)
    model, asked, clock = built(case, facts, inputs), Asked(case, facts, inputs), Clock.of(limits)
    solution = solved(model, asked, limits, clock, silent)
    return World(case, facts, inputs, model, with_prices(model, asked, solution, limits, clock, silent))
