"""A fault planted between the facts and the solver: the audit, which reads the facts, finds it."""

from __future__ import annotations

from collections.abc import Callable

import pypsa
import pytest

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs, inputs_of
from dispatch.grid.place import import_limits_mw, placed
from dispatch.schedule.outcome import Outcome, Status
from tests.answers import outcome_of
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, interface, one_bus_facts, plant, small_case, small_facts, store

# Cheap power at a, load at b and c: every line matters. Line ab is full in the second hour.
FACTS = small_facts(
    units=(free_unit("cheap", 200.0, 600.0, bus="a"), free_unit("dear", 600.0, bus="b")),
    plants=(plant("wind"),),
    stores=(store("battery", bus="b", wear_cny_per_mwh=0.0),),
    contracts=(),
    interfaces=(interface("import", deviation_cny_per_mwh=10.0, price_cny_per_mwh=100.0),),
    running_minimums=(),
    load_mw={"a": 50.0, "b": [300.0, 500.0] + [400.0] * 22, "d": 50.0},
)


def more_load(network: pypsa.Network) -> None:
    network.loads_t.p_set["load b"] += 10.0


def wider_line(network: pypsa.Network) -> None:
    network.lines.loc["ab", "s_nom"] += 100.0


def other_reactance(network: pypsa.Network) -> None:
    network.lines.loc["ac", "x"] *= 2.0


def better_store(network: pypsa.Network) -> None:
    network.storage_units.loc["battery", "efficiency_dispatch"] = 1.0


def wider_tie(network: pypsa.Network) -> None:
    network.generators_t.p_max_pu["import"] *= 1.5


@pytest.mark.parametrize(
    ("plant_fault", "rule"),
    [
        (more_load, "network-balance"),
        (wider_line, "network-rating"),
        (other_reactance, "network-voltage_law"),
        (better_store, "storage-level"),
        (wider_tie, "interchange-limits"),
    ],
)
def test_a_fault_planted_in_place_is_found_by_its_rule_and_no_schedule_is_shown(
    plant_fault: Callable[[pypsa.Network], None], rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = _with_fault(plant_fault, monkeypatch)
    assert outcome.audit is not None
    assert {breach.rule for breach in outcome.audit.breaches} == {rule}
    assert outcome.status is Status.FAILED
    assert (outcome.schedule, outcome.metrics) == (None, None)
    assert rule in outcome.reason


def test_more_wind_on_the_network_than_there_is_gives_none_beyond_what_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Available wind stands in the model twice, in PyPSA's limit and in `split_available`: the lower one holds."""

    def more_wind(network: pypsa.Network) -> None:
        network.generators_t.p_max_pu["wind"] *= 1.5

    outcome = _with_fault(more_wind, monkeypatch)
    assert outcome.status is Status.OPTIMAL
    assert outcome.schedule is not None
    assert (outcome.schedule.injected_mw["wind"] <= 120.0 + 1e-6).all()


def test_a_network_without_storage_response_lines_or_ties_is_placed() -> None:
    facts = one_bus_facts(free_unit("unit", 200.0), load_mw=100.0)
    case = small_case(facts, hours=2, start=SUMMER_DAY)
    network = placed(case, facts, inputs_of(case, facts))
    assert network.generators.index.tolist() == ["unit"]
    assert network.loads_t.p_set["load a"].tolist() == [100.0, 100.0]
    assert network.lines.empty
    assert network.storage_units.empty


def test_the_limits_of_a_tie_are_its_own() -> None:
    """80 MW each way around a plan of 60."""
    lower, upper = import_limits_mw(FACTS, inputs_of(small_case(FACTS, hours=2), FACTS))
    assert lower.tolist() == [[-80.0], [-80.0]]
    assert upper.tolist() == [[80.0], [80.0]]


def _with_fault(plant_fault: Callable[[pypsa.Network], None], monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Two hours on a network that was spoilt after it was placed."""

    def spoilt(case: Case, facts: GridFacts, inputs: Inputs) -> pypsa.Network:
        network = placed(case, facts, inputs)
        plant_fault(network)
        return network

    monkeypatch.setattr("dispatch.run.placed", spoilt)
    return outcome_of(FACTS, hours=2, start=SUMMER_DAY)
