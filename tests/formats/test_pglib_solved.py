"""Instances solved by the engine, held against the model of pglib-uc written down once more in `reference`."""

from __future__ import annotations

import copy
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dispatch.case.case import Limits
from dispatch.case.inputs import inputs_of
from dispatch.formats.pglib import read_pglib
from dispatch.model.build import built
from dispatch.model.thermal import start_types
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Status
from dispatch.solve.highs import Orders, solved_by_highs
from dispatch.solve.problem import problem_of
from tests.formats.awkward import AWKWARD
from tests.formats.instances import TINY, changed, written
from tests.formats.reference import best_cost, broken, total_cost

EXACT = Limits(gap_share=1e-7, time_s=60.0)
SEEDS = range(12)


def solved(content: dict[str, Any], folder: Path) -> Outcome:
    return run(*read_pglib(written(content, folder)), EXACT)


def random_instance(seed: int) -> dict[str, Any]:
    """Two units and a plant over five hours: slow or quick, tight start limits or none, on or off before."""
    draw = np.random.default_rng(seed)
    count = 5
    units = {name: random_unit(draw) for name in ("A", "B")}
    able = sum(unit["power_output_maximum"] for unit in units.values())
    most = np.round(draw.uniform(0, 30, count), 1)
    demand = np.round(draw.uniform(0.2, 0.85, count) * able, 1)
    return {
        "time_periods": count,
        "demand": demand.tolist(),
        "reserves": np.round(draw.uniform(0, 0.1) * demand, 1).tolist(),
        "thermal_generators": units,
        "renewable_generators": {
            "W": {
                "power_output_minimum": (most * draw.integers(0, 2) / 2).tolist(),
                "power_output_maximum": most.tolist(),
            }
        },
    }


def random_unit(draw: np.random.Generator) -> dict[str, Any]:
    low, span = float(draw.integers(10, 40)), float(draw.integers(30, 80))
    on = int(draw.integers(0, 2))
    up, down = (int(value) for value in draw.integers(1, 5, 2))
    limits = [float(min(low + span, low + draw.integers(0, 40))) for _ in range(2)]
    kink, slopes = low + span * 0.4, sorted(float(value) for value in draw.integers(10, 40, 2))
    first = float(draw.integers(100, 600))
    costs = [
        first,
        first + slopes[0] * (kink - low),
        first + slopes[0] * (kink - low) + slopes[1] * (low + span - kink),
    ]
    hot = float(draw.integers(0, 200))
    return {
        "must_run": 0,
        "power_output_minimum": low,
        "power_output_maximum": low + span,
        "ramp_up_limit": float(draw.integers(12, 60)),
        "ramp_down_limit": float(draw.integers(12, 60)),
        "ramp_startup_limit": limits[0],
        "ramp_shutdown_limit": limits[1],
        "time_up_minimum": up,
        "time_down_minimum": down,
        "power_output_t0": float(round(low + span * draw.uniform(0, 0.5), 1)) if on else 0.0,
        "unit_on_t0": on,
        "time_up_t0": int(draw.integers(1, 5)) if on else 0,
        "time_down_t0": 0 if on else int(draw.integers(1, 5)),
        "startup": [{"lag": down, "cost": hot}, {"lag": down + 2, "cost": 3 * hot}, {"lag": down + 4, "cost": 9 * hot}],
        "piecewise_production": [
            {"mw": mw, "cost": cost} for mw, cost in zip((low, kink, low + span), costs, strict=True)
        ],
    }


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return solved(TINY, tmp_path_factory.mktemp("tiny"))


def test_the_tiny_instance_costs_what_it_costs_by_hand(tiny: Outcome) -> None:
    """
    A gives 40, 65, 95, 55 MW, B 0, 10, 25, 0, W 10, 5, 10, 5; B starts after 4 h off, hot.

        A   400 at 20 MW, 15 to 60 MW, 20 beyond     700 + 1,100 + 1,700 + 925  =  4,425
        B   500 at 10 MW, 45 beyond, 50 a start      500 + 1,175 + 50           =  1,725

    W is cut by 5 MW in hour 1 so that A stands 5 MW higher there: A climbs by 30 MW an hour, and each MW more of it in
    hour 2 saves 45 - 20. B a start later would be cold, 200, and stay on for hour 3.
    """
    assert tiny.status is Status.OPTIMAL
    assert tiny.schedule is not None
    assert tiny.schedule.output_mw["A"].tolist() == pytest.approx([40, 65, 95, 55])
    assert tiny.schedule.output_mw["B"].tolist() == pytest.approx([0, 10, 25, 0])
    assert tiny.schedule.injected_mw["W"].tolist() == pytest.approx([10, 5, 10, 5])
    assert tiny.proof.objective_cny == pytest.approx(6_150)
    assert best_cost(TINY) == pytest.approx(6_150)


def test_a_schedule_keeps_every_equation_of_the_format_and_costs_what_is_said(tiny: Outcome) -> None:
    assert faults_of(TINY, tiny) == []
    assert cost_of(TINY, tiny) == pytest.approx(tiny.proof.objective_cny)
    assert tiny.metrics is not None
    assert tiny.metrics.total.cost.total_cny == pytest.approx(6_150)
    assert tiny.metrics.total.penalty.total_cny == 0.0
    assert not tiny.metrics.slacks


def test_the_reference_finds_what_is_broken(tiny: Outcome) -> None:
    """Of the tiny schedule: less reserve than asked, a slower ramp, a lower start limit."""
    assert "(3)" in faults_of(changed("reserves", [5.0, 8.0, 40.0, 6.0]), tiny)
    assert "A (19)" in faults_of(changed("thermal_generators/A/ramp_up_limit", 20.0), tiny)
    assert "B (18)" in faults_of(changed("thermal_generators/B/ramp_shutdown_limit", 20.0), tiny)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_all_commitments_is_found(seed: int, tmp_path: Path) -> None:
    content = random_instance(seed)
    outcome, best = solved(content, tmp_path), best_cost(content)
    if best is None:
        assert outcome.status is Status.INFEASIBLE
        return
    assert outcome.status is Status.OPTIMAL, outcome.reason
    assert faults_of(content, outcome) == []
    assert cost_of(content, outcome) == pytest.approx(best, rel=1e-6)
    assert outcome.proof.objective_cny == pytest.approx(best, rel=1e-6)
    assert outcome.proof.bound_cny == pytest.approx(best, rel=1e-6)


def test_what_the_presolve_of_highs_would_call_infeasible_is_solved(tmp_path: Path) -> None:
    """The full search alone, as if nothing had been found before it: 4,724.153 by trying every commitment."""
    case, facts = read_pglib(written(AWKWARD, tmp_path))
    whole = problem_of(built(case, facts, inputs_of(case, facts)))
    orders = Orders(time.monotonic() + 60.0)
    assert solved_by_highs(whole, orders).objective_cny == pytest.approx(best_cost(AWKWARD)) == pytest.approx(4_724.153)
    assert solved_by_highs(replace(whole, implied=None), orders).infeasible  # else HiGHS is mended, and this can go


@pytest.mark.parametrize("seed", [2, pytest.param(5, marks=pytest.mark.faults)])
def test_start_types_chosen_by_kind_cost_the_same(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_types, "MATCHED_COUNT", 0)
    content = cycling(random_instance(seed))
    best = best_cost(content)
    assert best is not None
    assert solved(content, tmp_path).proof.objective_cny == pytest.approx(best, rel=1e-6)


def test_reserve_that_nobody_can_keep_is_why_nothing_fits(tmp_path: Path) -> None:
    """In hour 2 both units give 150 MW at most and 120 MW are needed of them: 30 MW are left of 60 asked for."""
    outcome = solved(changed("reserves/2", 60.0), tmp_path)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.schedule is None
    assert "may not be short" in outcome.reason
    (cause,) = outcome.causes
    assert (cause.code, cause.severity) == ("reserve_up", "reserve")
    assert cause.most_mw == pytest.approx(30.0)
    assert "2030-01-01T02:00:00+08:00" in cause.times


def cycling(content: dict[str, Any]) -> dict[str, Any]:
    """An instance that stops and starts: quick units, and an hour of little demand in the middle."""
    content = copy.deepcopy(content)
    for unit in content["thermal_generators"].values():
        unit["time_up_minimum"] = unit["time_down_minimum"] = 1
        unit["startup"] = [{"lag": 1, "cost": 10.0}, {"lag": 2, "cost": 200.0}, {"lag": 4, "cost": 900.0}]
        unit["unit_on_t0"], unit["time_up_t0"], unit["time_down_t0"] = 1, 4, 0
        unit["power_output_t0"] = unit["ramp_shutdown_limit"]
        unit["ramp_up_limit"] = unit["ramp_down_limit"] = 100.0
        unit["ramp_startup_limit"] = unit["ramp_shutdown_limit"] = unit["power_output_maximum"]
    lows = [unit["power_output_minimum"] for unit in content["thermal_generators"].values()]
    content["demand"] = [
        0.9 * value + (sum(lows) if t != 2 else min(lows)) for t, value in enumerate([40, 20, 0, 20, 40])
    ]
    return content


def cost_of(content: dict[str, Any], outcome: Outcome) -> float:
    assert outcome.schedule is not None
    return total_cost(content, by_name(outcome.schedule.on), by_name(outcome.schedule.output_mw))


def faults_of(content: dict[str, Any], outcome: Outcome) -> list[str]:
    schedule = outcome.schedule
    assert schedule is not None
    tables = (schedule.on, schedule.output_mw, schedule.reserve_up_mw, schedule.injected_mw)
    return broken(content, *(by_name(table) for table in tables))


def by_name(table: Any) -> dict[str, np.ndarray]:
    return {str(name): table[name].to_numpy(dtype=float) for name in table}
