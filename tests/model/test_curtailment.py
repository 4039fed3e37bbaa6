"""Two hours with more wind and sun than load: 90 MW of large plants and 40 of roofs here, 50 MW of wind there."""

from __future__ import annotations

import pytest

from dispatch.case.renewable import AvailableForecast
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.schedule import Schedule
from tests.answers import outcome_of
from tests.model.worlds import World, facts_of_worlds, free_unit, of_world
from tests.small import SUMMER_DAY, plant

PLANTS = (
    plant("large", capacity_mw=60.0),
    plant("utility", capacity_mw=30.0, technology="solar_utility"),
    plant("roofs", capacity_mw=40.0, technology="solar_distributed"),
)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Loads of 50 and 20 MW; the other bus has 20 MW throughout."""
    facts = facts_of_worlds(
        World("here", (50, 20), (free_unit("unit", 300.0),), plants=PLANTS),
        World("there", (20,), (free_unit("unit", 300.0),), plants=(plant("large", capacity_mw=50.0),)),
    )
    return outcome_of(facts, hours=2, start=SUMMER_DAY)


@pytest.fixture(scope="module")
def schedule(outcome: Outcome) -> Schedule:
    assert outcome.schedule is not None, outcome.reason
    return outcome.schedule


def test_distributed_sun_is_cut_last(schedule: Schedule) -> None:
    """130 MW on 50: 80 of the 90 MW of large plants are cut. 130 on 20: all 90, and 20 of the roofs."""
    assert schedule.curtailed_mw["here roofs"].tolist() == pytest.approx([0, 20], abs=1e-6)
    assert schedule.curtailed_mw[["here large", "here utility"]].sum(axis=1).tolist() == pytest.approx([80, 90])


def test_within_a_bus_and_a_class_each_is_cut_in_proportion_to_what_it_has(schedule: Schedule) -> None:
    """80 MW over 60 and 30: 53.3 and 26.7 MW, eight ninths of each; the other bus has a share of its own."""
    assert schedule.curtailed_mw["here large"].tolist() == pytest.approx([60 * 80 / 90, 60])
    assert schedule.curtailed_mw["here utility"].tolist() == pytest.approx([30 * 80 / 90, 30])
    assert schedule.curtailed_mw["there large"].tolist() == pytest.approx([30, 30])


def test_absorbed_is_what_was_injected(outcome: Outcome, schedule: Schedule) -> None:
    """50 + 20 MWh here, 2 * 20 there, of 260 and 100: no unit runs, nothing is stored."""
    assert schedule.injected_mw.to_numpy().sum() == pytest.approx(110.0)
    assert of_world(outcome.metrics, "here").absorbed_mwh == pytest.approx(70.0)
    assert of_world(outcome.metrics, "here").utilisation_share == pytest.approx(70 / 260)
    assert of_world(outcome.metrics, "there").curtailed_mwh == pytest.approx(60.0)


def test_curtailment_has_the_price_of_its_class(outcome: Outcome) -> None:
    """(80 + 90) MWh at 500 and 20 MWh at 1 000 CNY/MWh, all of it penalty, nothing of it cost."""
    member = of_world(outcome.metrics, "here")
    assert member.penalty.curtailment_cny == pytest.approx(170 * 500 + 20 * 1_000)
    assert member.cost.total_cny == pytest.approx(0.0, abs=1e-6)


@pytest.fixture(scope="module")
def bound() -> Outcome:
    """50 MW of load; 60 and 30 MW of large plants, of which 20 and 28 MW must be taken; 20 MW of roofs."""
    plants = (PLANTS[0], PLANTS[1], plant("roofs", capacity_mw=20.0, technology="solar_distributed"))
    facts = facts_of_worlds(World("here", (50,), (free_unit("unit", 300.0),), plants=plants))
    least = {"here large": 20.0, "here utility": 28.0}
    forecasts = tuple(
        AvailableForecast(p.name, (p.capacity_mw,) * 2, (least[p.name],) * 2) for p in facts.plants if p.name in least
    )
    return outcome_of(facts, hours=2, start=SUMMER_DAY, available_forecasts=forecasts)


def test_what_must_be_taken_is_taken_before_distributed_sun(bound: Outcome) -> None:
    """110 MW on 50: of large plants only 90 - 48 = 42 MW may be cut, so that 18 MW of the dearer roofs are cut too."""
    assert bound.schedule is not None, bound.reason
    assert bound.schedule.curtailed_mw["here roofs"].tolist() == pytest.approx([18, 18])
    assert bound.schedule.injected_mw["here large"].tolist() == pytest.approx([20, 20])
    assert bound.schedule.injected_mw["here utility"].tolist() == pytest.approx([28, 28])
