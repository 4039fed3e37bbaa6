"""Schedules read from points that are written down here: no solver runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest

from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs, inputs_of
from dispatch.model import names
from dispatch.model.rows import Model
from dispatch.schedule.schedule import Schedule
from dispatch.solve.read import schedule_of
from tests.small import SUMMER_DAY, bus, interface, one_bus_facts, plant, small_case, unit

STEPS = 3


@dataclass
class Point:
    """A model that has variables and no rows, and a value for each of them."""

    facts: GridFacts
    model: Model = field(default_factory=Model)
    values: list[float] = field(default_factory=list)

    @property
    def inputs(self) -> Inputs:
        """Three summer hours."""
        return inputs_of(small_case(self.facts, hours=STEPS, start=SUMMER_DAY), self.facts)

    def hold(self, variable: str, **values: list[float]) -> None:
        """A variable over the steps and some components, and what it is."""
        times = pd.DatetimeIndex(self.inputs.times, name="snapshot")
        components = pd.Index(list(values), name="name", dtype=object)
        self.model.add_variable(variable, {"snapshot": times, "name": components}, 0.0, np.inf)
        self.values += [values[name][t] for t in range(STEPS) for name in values]

    def read(self) -> Schedule:
        """The schedule in this point."""
        return schedule_of(self.model, np.array(self.values, dtype=float), self.facts, self.inputs)


@pytest.fixture(scope="module")
def cut() -> Schedule:
    """60 and 30 MW of large plants and 40 of roofs at a, 50 MW at b; cut together at a bus and price."""
    places = (("wind", "a", 60.0), ("sun", "a", 30.0), ("roofs", "a", 40.0), ("far", "b", 50.0))
    plants = {name: plant(name, bus=where, capacity_mw=size) for name, where, size in places}
    plants["sun"] = replace(plants["sun"], technology="solar_utility")
    plants["roofs"] = replace(plants["roofs"], technology="solar_distributed")
    share = {**dict.fromkeys(plants, 1.0), "sun": [1.0, 0.0] + [1.0] * 22}
    facts = one_bus_facts(
        unit("u", heats=False),
        load_mw=0.0,
        buses=(bus("a", load_share=1.0), bus("b")),
        plants=tuple(plants.values()),
        available_share=share,
    )
    point = Point(facts)
    together: dict[str, list[float]] = {"a large": [45, 12, 0], "a distributed": [0, 8, -1e-9], "b large": [5, 50, 0]}
    point.hold(names.CURTAILED, **together)
    return point.read()


@pytest.fixture(scope="module")
def committed() -> Schedule:
    """A unit of 80 to 300 MW, ramps 150, start and stop at 120 MW: started in hour 0, stopped in hour 2."""
    point = Point(one_bus_facts(unit("u", heats=False), unit("steady", heats=False), load_mw=0.0))
    point.hold(names.STATUS, u=[1, 1 - 1e-7, 1e-7], steady=[1, 1, 1])
    point.hold(names.START, u=[1, 0, 0], steady=[0, 0, 0])
    point.hold(names.STOP, u=[0, 0, 1], steady=[0, 0, 0])
    point.hold(names.ABOVE, u=[20, 30, 1e-6], steady=[40, 200, 0])
    return point.read()


def test_curtailment_is_shared_within_a_bus_and_a_class_by_what_each_has(cut: Schedule) -> None:
    """45 of 60 + 30 MW: half of each. Without sun in hour 1 the wind bears its 12 MW alone; roofs and b apart."""
    assert cut.curtailed_mw["wind"].tolist() == pytest.approx([30, 12, 0])
    assert cut.curtailed_mw["sun"].tolist() == pytest.approx([15, 0, 0])
    assert cut.curtailed_mw["roofs"].tolist() == pytest.approx([0, 8, 0])
    assert cut.curtailed_mw["far"].tolist() == pytest.approx([5, 50, 0])


def test_what_is_not_curtailed_is_injected(cut: Schedule) -> None:
    assert cut.injected_mw["wind"].tolist() == pytest.approx([30, 48, 60])
    assert cut.injected_mw["sun"].tolist() == pytest.approx([15, 0, 30])
    assert cut.injected_mw["far"].tolist() == pytest.approx([45, 0, 50])


def test_noise_of_the_solver_is_taken_off(cut: Schedule, committed: Schedule) -> None:
    """No power is below zero, no decision beside 0 and 1, and a unit that is off gives nothing."""
    assert (cut.curtailed_mw.to_numpy() >= 0).all()
    assert committed.on["u"].tolist() == [1, 1, 0]
    assert committed.output_mw["u"].tolist() == pytest.approx([100, 110, 0], abs=0)


def test_a_unit_promises_up_what_start_stop_and_ramp_leave_it(committed: Schedule) -> None:
    """
    U starts at 100 of 120 MW, stands at 110 of 120 before its stop, then is off: 20, 10, 0.
    steady: 300 - 120 = 180, but 150 MW an hour; 300 - 280 = 20; 300 - 80 = 220, again 150.
    """
    assert committed.reserve_up_mw["u"].tolist() == pytest.approx([20, 10, 0])
    assert committed.reserve_up_mw["steady"].tolist() == pytest.approx([150, 20, 150])


def test_a_unit_promises_down_what_its_minimum_and_ramp_leave_it(committed: Schedule) -> None:
    """Above 80 MW: 20, 30, and nothing when off. steady: 40, 150 of the 200, 0."""
    assert committed.reserve_down_mw["u"].tolist() == pytest.approx([20, 30, 0])
    assert committed.reserve_down_mw["steady"].tolist() == pytest.approx([40, 150, 0])


def test_a_variable_that_the_model_lacks_reads_as_nothing(committed: Schedule) -> None:
    assert committed.short_up_mw["jibei"].tolist() == [0, 0, 0]
    assert committed.charge_mw.shape == (STEPS, 0)


def test_leaving_the_plan_is_measured_from_what_flows_not_from_what_the_solver_calls_slack() -> None:
    """A plan of 60 MW: 70 is 10 over, 60 keeps it, an export of 15 is 75 under; slack variables say nothing."""
    point = Point(one_bus_facts(unit("u"), load_mw=0.0, interfaces=(interface("tie", bus="a"),)))
    point.facts = replace(
        point.facts, year=replace(point.facts.year, net_import_mw={"central": np.full((8760, 1), 60.0)})
    )
    point.hold(names.NET_IMPORT, tie=[70, 60, -15])
    schedule = point.read()
    assert schedule.net_import_mw["tie"].tolist() == [70, 60, -15]
    assert schedule.over_plan_mw["tie"].tolist() == pytest.approx([10, 0, 0])
    assert schedule.under_plan_mw["tie"].tolist() == pytest.approx([0, 0, 75])
