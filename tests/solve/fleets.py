"""Small commitments with identical units, drawn at random, and what a test asks of them."""

from __future__ import annotations

import time
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

import numpy as np

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import Outage, UnitState
from dispatch.horizon import beijing
from dispatch.model.build import built
from dispatch.solve.anatomy import Anatomy, anatomy_of
from dispatch.solve.highs import Answer, Orders, solved_by_highs
from dispatch.solve.identical import Classes, classes_of
from dispatch.solve.problem import Problem, problem_of
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, gas_unit, one_bus_facts, one_start, small_case, unit

HOURS = 8
MINIMUMS = {"min_up_h": 3.0, "min_down_h": 2.0}
COAL = unit("coal", ramp_up_mw_per_h=60.0, ramp_down_mw_per_h=60.0, start_types=one_start(60_000.0), **MINIMUMS)
GAS = gas_unit("gas", bus="a", plant="gas", **MINIMUMS)
# On for long, on just now, off for long, off just now: hours and output.
STATES = ((True, 48.0, 150.0), (True, 1.0, 100.0), (False, 48.0, 0.0), (False, 1.0, 0.0))


@dataclass(frozen=True)
class Fleet:
    """A case and all that the search makes of it."""

    case: Case
    facts: GridFacts
    problem: Problem
    anatomy: Anatomy

    @property
    def classes(self) -> Classes:
        """The problem folded."""
        return classes_of(self.problem, self.anatomy.alike)

    @property
    def folded_names(self) -> list[set[str]]:
        """Names of the units that share a class in every step, where there are at least two."""
        numbers = self.classes.column_class_index[self.anatomy.on_index]
        groups: dict[tuple[int, ...], set[str]] = {}
        for own, number in zip(self.facts.units, numbers.T, strict=True):
            groups.setdefault(tuple(number.tolist()), set()).add(own.name)
        return [names for names in groups.values() if len(names) > 1]


def fleet_of(case: Case, facts: GridFacts) -> Fleet:
    """What the search makes of a case."""
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    return Fleet(case, facts, problem_of(model), anatomy_of(model, case, facts, inputs))


def drawn(seed: int) -> Fleet:
    """
    Three coal units and two of gas, identical but for their states, one of them out of service for two hours.

    The coal units share one of two states, so that some of them are identical to the end; a dear unit meets what is
    left of the load.
    """
    rng = np.random.default_rng(seed)
    loads = np.round(rng.uniform(330, 900, 24), 1)
    units = [replace(COAL, name=f"coal_{k}") for k in range(3)] + [replace(GAS, name=f"gas_{k}") for k in range(2)]
    facts = one_bus_facts(*units, free_unit("dear", 900.0, 900.0), load_mw=loads.tolist())
    two = rng.integers(0, len(STATES), size=2)
    picked = [STATES[two[k]] for k in rng.integers(0, 2, size=3)] + [STATES[2 + rng.integers(0, 2)]] * 2
    states = [UnitState(u.name, *state) for u, state in zip(units, picked, strict=True)]
    begin = int(rng.integers(3, 6))
    hour = [beijing(SUMMER_DAY.replace(tzinfo=None, hour=h)) for h in (begin, begin + 2)]
    case = small_case(
        facts,
        hours=HOURS,
        start=SUMMER_DAY,
        units=(*states, UnitState("dear", True, 48.0, 0.0)),
        outages=(Outage(f"coal_{rng.integers(0, 3)}", hour[0], hour[1]),) if seed % 2 else (),
    )
    return fleet_of(case, facts)


def anatomy_with(**parts: np.ndarray) -> Anatomy:
    """An anatomy of which only some parts matter."""
    nothing: dict[str, Any] = {
        field.name: np.zeros((0, 0), dtype=int) for field in fields(Anatomy) if field.default is MISSING
    }
    return Anatomy(**{**nothing, "plants": (), **parts})


def exactly(problem: Problem) -> Answer:
    """The optimum by one plain run of HiGHS."""
    answer = solved_by_highs(problem, Orders(time.monotonic() + 60.0, gap_share=1e-8))
    assert answer.finished
    return answer


def too_short_runs(on: np.ndarray, on_before: bool, steps_before: int, up_count: int, down_count: int) -> list[str]:
    """The runs of one unit that end too early, its time before the horizon counted; the last run may go on."""
    line = [bool(on_before)] * steps_before + [bool(value) for value in on]
    ends = [k for k in range(1, len(line)) if line[k] != line[k - 1]]
    short = []
    for begin, end in zip([0, *ends], ends, strict=False):
        least = up_count if line[begin] else down_count
        if end >= steps_before and end - begin < least:
            short.append(f"{'on' if line[begin] else 'off'} for {end - begin} steps until {end - steps_before}")
    return short
