from __future__ import annotations

import logging
import time
from dataclasses import replace

import numpy as np
import pypsa
import pytest

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.network import Bus, Line, Link
from dispatch.case.thermal import ThermalUnit
from dispatch.model.build import built
from dispatch.model.rows import Model
from dispatch.solve.highs import Orders, solved_by_highs
from dispatch.solve.problem import problem_of
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, bus, line, link, one_bus_facts, small_case

HOURS = 2
ISLANDS = 4  # random networks side by side, so that PyPSA is asked once for all
DEAR_CNY_PER_MWH = 2_000.0


@pytest.fixture(autouse=True)
def _quiet() -> None:
    for library in ("pypsa", "linopy"):
        logging.getLogger(library).setLevel(logging.ERROR)


def meshed(seed: int) -> GridFacts:
    """
    Islands of four to seven buses: a random tree, as many lines again, a line in parallel and a link or two.

    Cheap power stands at two buses of each, load at all of them, and a dear unit wherever lines are too narrow.
    """
    rng = np.random.default_rng(seed)
    buses: list[Bus] = []
    lines: list[Line] = []
    links: list[Link] = []
    units: list[ThermalUnit] = []
    loads: dict[str, list[float]] = {}
    for island in range(ISLANDS):
        own = [f"{island} {k}" for k in range(rng.integers(4, 8))]
        pairs = [(own[rng.integers(0, k)], own[k]) for k in range(1, len(own))]
        pairs += [tuple(rng.choice(own, 2, replace=False)) for _ in own] + [pairs[0]]
        for pair in pairs:
            reactance, rating = rng.uniform(1e-5, 2e-4), rng.uniform(20, 120)
            lines.append(line(f"line {len(lines)}", *pair, reactance_share=reactance, rating_mw=rating))
        for _ in range(rng.integers(1, 3)):
            links.append(link(f"link {len(links)}", *rng.choice(own, 2, replace=False), rating_mw=rng.uniform(10, 60)))
        for name in rng.choice(own, 2, replace=False):
            units.append(free_unit(f"cheap {len(units)}", rng.uniform(100, 400), 500.0, bus=name))
        for name in own:
            units.append(free_unit(f"dear {len(units)}", DEAR_CNY_PER_MWH, 300.0, bus=name))
            buses.append(bus(name, load_share=1.0))
            loads[name] = np.round(rng.uniform(10, 120, 24), 1).tolist()
    network = {"buses": tuple(buses), "lines": tuple(lines), "links": tuple(links)}
    facts = one_bus_facts(*units, load_mw=0.0, **network)
    table = np.column_stack([np.tile(loads[b.name], 365) for b in buses])
    return replace(facts, year=replace(facts.year, load_mw=table))


def case_of(facts: GridFacts) -> Case:
    return small_case(facts, hours=HOURS, start=SUMMER_DAY)


def optimum(model: Model) -> float:
    answer = solved_by_highs(problem_of(model).relaxed(), Orders(time.monotonic() + 30.0))
    assert answer.finished
    return answer.objective_cny


def in_pypsa(facts: GridFacts) -> pypsa.Network:
    """The same network by PyPSA's own means: 1 kV throughout, so that ohm are per unit on 1 MVA."""
    inputs, n = inputs_of(case_of(facts), facts), pypsa.Network()
    n.set_snapshots(range(HOURS))
    for k, place in enumerate(facts.buses):
        n.add("Bus", place.name, v_nom=1.0)
        n.add("Load", f"load {place.name}", bus=place.name, p_set=inputs.load_mw[:, k])
    for own in facts.lines:
        numbers = {"x": own.reactance_share, "s_nom": own.rating_mw}
        n.add("Line", own.name, bus0=own.from_bus, bus1=own.to_bus, **numbers)  # type: ignore[arg-type]
    for wire in facts.links:
        n.add("Link", wire.name, bus0=wire.from_bus, bus1=wire.to_bus, p_nom=wire.rating_mw, p_min_pu=-1.0)
    for u in facts.units:
        price = u.curve.fuel_cny_per_h[-1] / u.output_max_mw
        n.add("Generator", u.name, bus=u.bus, p_nom=u.output_max_mw, marginal_cost=price)
    return n


@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.faults), 1])
def test_meshed_networks_cost_what_pypsa_says(seed: int) -> None:
    """Loads, generators, lines, parallel lines and links; the voltage law and the ratings bind, or it proves little."""
    facts = meshed(seed)
    case = case_of(facts)
    model = built(case, facts, inputs_of(case, facts))
    n = in_pypsa(facts)
    n.optimize(solver_name="highs", include_objective_constant=False, output_flag=False)
    ours = optimum(model)
    assert ours == pytest.approx(n.objective, rel=1e-7)
    free = tuple(link(own.name, own.from_bus, own.to_bus, rating_mw=own.rating_mw) for own in facts.lines)
    lawless = replace(facts, lines=(), links=facts.links + free)
    assert optimum(built(case, lawless, inputs_of(case, lawless))) < 0.999 * ours
