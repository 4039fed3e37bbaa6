"""Where PyPSA can say the same, both say the same."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

import numpy as np
import pypsa
import pytest

from dispatch.case.case import Case, Limits, Reserve, Scales
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs, inputs_of
from dispatch.case.thermal import UnitState
from dispatch.eve import half_full
from dispatch.grid.catalogue import facts_of
from dispatch.grid.place import placed
from dispatch.horizon import Horizon, beijing
from dispatch.model.build import built
from dispatch.run import run
from dispatch.solve.problem import problem_of
from tests.answers import outcome_of
from tests.small import SUMMER_DAY, curve, one_bus_facts, one_start, small_case, unit

NARROW_SHARE = 0.7


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("pypsa").setLevel(logging.ERROR)
    logging.getLogger("linopy").setLevel(logging.ERROR)


def test_the_relaxation_of_jibei_without_commitment_equals_pypsa_optimize() -> None:
    """All units on by force, one straight cost line, no reserve, response or storage: an LP that PyPSA can state."""
    facts = _straight(facts_of("jibei", 2030))
    case = _everything_on(facts)
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    ours = _value_of_relaxation(model)

    network = placed(case, facts, inputs)
    constant = _price_like_ours(network, case, facts, inputs)
    network.optimize(solver_name="highs", include_objective_constant=False, output_flag=False)
    assert network.objective is not None
    assert network.objective + constant == pytest.approx(ours, rel=1e-6)


def test_the_price_at_every_bus_of_a_congested_jibei_equals_that_of_pypsa() -> None:
    """Less wind, and the line that carries most at 70 % of that: PyPSA's own prices, bus by bus, hour by hour."""
    facts = _straight(facts_of("jibei", 2030))
    case = replace(_everything_on(facts), scales=Scales(renewable_share=0.6))
    free = run(case, facts, Limits(1e-6, 60.0)).schedule
    assert free is not None
    inner = [line.name for line in facts.lines if not {line.from_bus[0], line.to_bus[0]} & {"X"}]
    flow_mw = free.flow_mw[inner].abs().max()
    lines = tuple(
        replace(line, rating_mw=NARROW_SHARE * flow_mw.max()) if line.name == flow_mw.idxmax() else line
        for line in facts.lines
    )
    facts = replace(facts, lines=lines)
    outcome = run(case, facts, Limits(1e-6, 60.0, prices=True))
    assert outcome.prices is not None
    assert outcome.prices.tables is not None, outcome.prices.reason

    inputs = inputs_of(case, facts)
    network = placed(case, facts, inputs)
    _price_like_ours(network, case, facts, inputs)
    network.optimize(solver_name="highs", include_objective_constant=False, output_flag=False)
    theirs = network.buses_t.marginal_price
    ours = outcome.prices.tables.price_cny_per_mwh[theirs.columns]
    assert np.abs(ours.to_numpy() - theirs.to_numpy()).max() < 0.01
    assert (ours.max(axis=1) - ours.min(axis=1)).max() > 10  # the case is about congestion


def test_a_small_commitment_equals_the_optimum_of_pypsa() -> None:
    """Three units, a day, minimum times, ramps, start and stop limits and costs: PyPSA's MILP, same optimum."""
    shape = 400 + 250 * np.sin((np.arange(24) - 9) / 24 * 2 * np.pi)
    loads = np.round(shape + 60 * np.cos(np.arange(24) * 1.9), 1)
    units = tuple(
        unit(
            name,
            heats=False,
            output_min_mw=low,
            output_max_mw=high,
            min_up_h=up,
            min_down_h=down,
            ramp_up_mw_per_h=ramp,
            ramp_down_mw_per_h=ramp,
            start_ramp_mw=begin,
            stop_ramp_mw=begin,
            start_types=one_start(start),
            stop_cny=start / 10,
            other_cny_per_mwh=0.0,
            curve=curve([low, high], [slope], idle),
        )
        for name, low, high, up, down, ramp, begin, start, slope, idle in (
            ("base", 150.0, 400.0, 8.0, 8.0, 90.0, 160.0, 60_000.0, 210.0, 40_000.0),
            ("middle", 60.0, 250.0, 4.0, 3.0, 80.0, 80.0, 20_000.0, 260.0, 20_000.0),
            ("quick", 20.0, 150.0, 2.0, 1.0, 150.0, 60.0, 3_000.0, 420.0, 9_000.0),
        )
    )
    facts = one_bus_facts(*units, load_mw=loads.tolist())
    states = (
        UnitState("base", True, 48.0, 250.0),
        UnitState("middle", False, 48.0, 0.0),
        UnitState("quick", False, 48.0, 0.0),
    )
    outcome = outcome_of(facts, start=SUMMER_DAY, units=states)

    case = small_case(facts, start=SUMMER_DAY, units=states)
    network = placed(case, facts, inputs_of(case, facts))
    _commit_like_ours(network, facts, states)
    network.optimize(solver_name="highs", include_objective_constant=False, mip_rel_gap=1e-8, output_flag=False)
    assert outcome.proof.objective_cny == pytest.approx(network.objective, rel=1e-6)
    assert outcome.schedule is not None
    assert outcome.schedule.started.to_numpy().sum() >= 1  # the case is about commitment


def _straight(facts: GridFacts) -> GridFacts:
    """The same grid with one straight cost line a unit, no storage, no response, and a plan nobody leaves."""
    firm = tuple(replace(tie, deviation_cny_per_mwh=1e6) for tie in facts.interfaces)
    units = tuple(
        replace(
            u,
            deep_bands=(),
            oil_support=None,
            curve=replace(
                u.curve,
                output_mw=(u.curve.output_mw[0], u.curve.output_mw[-1]),
                fuel_cny_per_h=(u.curve.fuel_cny_per_h[0], u.curve.fuel_cny_per_h[-1]),
                carbon_tco2_per_h=(u.curve.carbon_tco2_per_h[0], u.curve.carbon_tco2_per_h[-1]),
            ),
        )
        for u in facts.units
    )
    return replace(facts, units=units, stores=(), contracts=(), interfaces=firm)


def _everything_on(facts: GridFacts) -> Case:
    """A mild day of four hours with every unit on before and too young to stop."""
    states = tuple(UnitState(u.name, True, 1.0, u.output_min_mw) for u in facts.units)
    horizon = Horizon(beijing(datetime(2030, 7, 10, 8)), 2)  # noqa: DTZ001 (beijing makes it aware)
    nothing = Reserve(load_share=0.0, renewable_share=0.0)
    return Case("jibei", 2030, horizon, units=states, stores=half_full(facts.stores), reserve=nothing)


def _value_of_relaxation(model: object) -> float:
    import highspy

    problem = problem_of(model).relaxed()  # type: ignore[arg-type]
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.passModel(problem.highs_model())
    solver.run()
    return float(solver.getInfo().objective_function_value)


def _price_like_ours(network: pypsa.Network, case: Case, facts: GridFacts, inputs: Inputs) -> float:
    """Our costs on PyPSA's generators; returns the constant that PyPSA's objective leaves out, CNY."""
    constant, generators = 0.0, network.generators
    for k, u in enumerate(facts.units):
        output, fuel = np.array(u.curve.output_mw), np.array(u.curve.fuel_cny_per_h)
        slope = (fuel[1] - fuel[0]) / (output[1] - output[0])
        constant += (fuel[0] - slope * output[0]) * len(inputs.times)
        generators.loc[u.name, "marginal_cost"] = slope + u.other_cny_per_mwh
        generators.loc[u.name, "p_min_pu"] = inputs.output_min_mw[0, k] / u.output_max_mw
    for k, plant in enumerate(facts.plants):
        price = (
            case.prices.distributed_curtailment_cny_per_mwh
            if plant.technology == "solar_distributed"
            else case.prices.large_curtailment_cny_per_mwh
        )
        constant += price * inputs.available_mw[:, k].sum()
        generators.loc[plant.name, "marginal_cost"] = -price
    for k, tie in enumerate(facts.interfaces):
        generators.loc[tie.name, "marginal_cost"] = tie.price_cny_per_mwh
        rated = generators.loc[tie.name, "p_nom"]
        network.generators_t.p_min_pu[tie.name] = inputs.planned_import_mw[:, k] / rated
        network.generators_t.p_max_pu[tie.name] = inputs.planned_import_mw[:, k] / rated
    return constant


def _commit_like_ours(network: pypsa.Network, facts: GridFacts, states: tuple[UnitState, ...]) -> None:
    """Our limits and costs in PyPSA's own columns."""
    for u, state in zip(facts.units, states, strict=True):
        size = u.output_max_mw
        slope = (u.curve.fuel_cny_per_h[1] - u.curve.fuel_cny_per_h[0]) / (size - u.output_min_mw)
        columns = {
            "committable": True,
            "p_min_pu": u.output_min_mw / size,
            "min_up_time": int(u.min_up_h),
            "min_down_time": int(u.min_down_h),
            "up_time_before": 48 if state.on else 0,
            "down_time_before": 0 if state.on else 48,
            "ramp_limit_up": u.ramp_up_mw_per_h / size,
            "ramp_limit_down": u.ramp_down_mw_per_h / size,
            "ramp_limit_start_up": u.start_ramp_mw / size,
            "ramp_limit_shut_down": u.stop_ramp_mw / size,
            "start_up_cost": u.start_cny,
            "shut_down_cost": u.stop_cny,
            "marginal_cost": slope,
            "stand_by_cost": u.curve.fuel_cny_per_h[0] - slope * u.output_min_mw,
            "p_init": state.output_mw,
        }
        for column, value in columns.items():
            network.generators.loc[u.name, column] = value
