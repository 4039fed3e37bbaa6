"""A fault planted between the facts and the solver: the audit, which reads the facts, finds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import pytest

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.case.interchange import Interface
from dispatch.case.network import Bus, Line
from dispatch.case.storage import Store
from dispatch.grid.sensitivity import Sensitivity, sensitivity_of
from dispatch.model.build import built
from dispatch.model.rows import Model
from dispatch.schedule.outcome import Status
from tests.answers import outcome_of
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, interface, plant, small_facts, store

Component = TypeVar("Component", Line, Store, Interface)
Fault = Callable[[GridFacts, Inputs], tuple[GridFacts, Inputs]]

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


def more_load(facts: GridFacts, inputs: Inputs) -> tuple[GridFacts, Inputs]:
    load = inputs.load_mw.copy()
    load[:, [b.name for b in facts.buses].index("b")] += 10.0
    return facts, replace(inputs, load_mw=load)


def wider_line(facts: GridFacts, inputs: Inputs) -> tuple[GridFacts, Inputs]:
    return replace(facts, lines=_changed(facts.lines, "ab", rating_mw=400.0)), inputs


def better_store(facts: GridFacts, inputs: Inputs) -> tuple[GridFacts, Inputs]:
    return replace(facts, stores=_changed(facts.stores, "battery", discharge_efficiency_share=1.0)), inputs


def wider_tie(facts: GridFacts, inputs: Inputs) -> tuple[GridFacts, Inputs]:
    return replace(facts, interfaces=_changed(facts.interfaces, "import", import_limit_mw=120.0)), inputs


def more_wind(facts: GridFacts, inputs: Inputs) -> tuple[GridFacts, Inputs]:
    return facts, replace(inputs, available_mw=inputs.available_mw * 1.5)


@pytest.mark.parametrize(
    ("plant_fault", "rule"),
    [
        (more_load, "network-balance"),
        (wider_line, "network-rating"),
        (better_store, "storage-level"),
        (wider_tie, "interchange-limits"),
        (more_wind, "network-balance"),
    ],
)
def test_a_fault_planted_in_the_model_is_found_by_its_rule_and_no_schedule_is_shown(
    plant_fault: Fault, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hours whose model was built from spoilt facts or inputs."""

    def spoilt(case: Case, facts: GridFacts, inputs: Inputs) -> Model:
        return built(case, *plant_fault(facts, inputs))

    monkeypatch.setattr("dispatch.run.built", spoilt)
    outcome = outcome_of(FACTS, hours=2, start=SUMMER_DAY)
    assert outcome.audit is not None
    assert rule in {breach.rule for breach in outcome.audit.breaches}
    assert outcome.status is Status.FAILED
    assert (outcome.schedule, outcome.metrics) == (None, None)
    assert rule in outcome.reason


def _changed(components: tuple[Component, ...], name: str, **changes: float) -> tuple[Component, ...]:
    return tuple(replace(c, **changes) if c.name == name else c for c in components)  # type: ignore[arg-type]


def test_a_fault_in_what_flows_follow_from_is_found_and_no_schedule_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search takes ac for twice as long as it is; the model's own voltage law is not what it goes by."""

    def spoilt(buses: Sequence[Bus], lines: Sequence[Line]) -> Sensitivity:
        return sensitivity_of(buses, _changed(tuple(lines), "ac", reactance_share=2e-4))

    monkeypatch.setattr("dispatch.solve.line_limits.sensitivity_of", spoilt)
    outcome = outcome_of(FACTS, hours=2, start=SUMMER_DAY)
    assert outcome.status is Status.FAILED
    assert "network-voltage_law" in outcome.reason
