"""Kirchhoff's voltage law on grids other than one triangle."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dispatch.audit.evidence import Evidence
from dispatch.audit.network import voltage_law
from dispatch.case.inputs import inputs_of
from dispatch.case.network import Line
from dispatch.schedule.outcome import Proof
from tests.audit.good import good, good_case
from tests.small import bus, line, one_bus_facts, small_facts, unit

BUSES = tuple(bus(name) for name in "abcdef")
TRIANGLE = (line("ab", "a", "b"), line("bc", "b", "c"), line("ac", "a", "c"))
OTHER_ISLAND = (line("de", "d", "e", reactance_share=3e-4), line("ed", "e", "d", reactance_share=1e-4))


def _violation_mw(lines: tuple[Line, ...], flow_mw: list[float]) -> float:
    facts = small_facts(buses=BUSES, lines=lines, links=())
    case, schedule = good_case(facts), good().schedule
    times = case.horizon.times
    flow = pd.DataFrame([flow_mw] * len(times), index=times, columns=[branch.name for branch in lines])
    evidence = Evidence(case, facts, inputs_of(case, facts), replace(schedule, flow_mw=flow), Proof(None, None))
    return voltage_law(evidence).check.largest_violation


def test_parallel_lines_share_by_their_reactances() -> None:
    """Three times the reactance, a third of the flow: 10 MW and 30 MW, one line drawn the other way."""
    assert _violation_mw(OTHER_ISLAND, [10, -30]) == pytest.approx(0, abs=1e-9)
    assert _violation_mw(OTHER_ISLAND, [20, -20]) > 1


def test_each_island_has_angles_of_its_own() -> None:
    """Two buses or three, one island each: equal thirds round the triangle, thirds of the pair as above."""
    assert _violation_mw(TRIANGLE + OTHER_ISLAND, [10, 10, 20, 10, -30]) == pytest.approx(0, abs=1e-9)
    assert _violation_mw(TRIANGLE + OTHER_ISLAND, [10, 10, 30, 10, -30]) > 1


def test_a_grid_of_one_bus_has_no_law_to_break() -> None:
    facts = one_bus_facts(unit("coal"), load_mw=150.0)
    assert facts.lines == ()
    case = replace(good_case(facts), units=(replace(good_case(facts).units[0], unit="coal"),))
    evidence = Evidence(case, facts, inputs_of(case, facts), good().schedule, Proof(None, None))
    assert voltage_law(evidence).check.checked_count == 0
