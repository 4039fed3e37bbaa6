from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dispatch.audit import report
from dispatch.case.facts import GridFacts
from dispatch.replay.repriced import repriced
from tests.replay.records import record

MORE = 1.01  # one coefficient, 1 % dearer


def largest(table: Any) -> str:
    """The component with the largest sum in a table."""
    return str(table.sum().idxmax())


def with_part(facts: GridFacts, kind: str, name: str, change: Callable[[Any], dict[str, Any]]) -> GridFacts:
    """The facts with one component changed."""
    parts = tuple(replace(part, **change(part)) if part.name == name else part for part in getattr(facts, kind))
    changes: dict[str, Any] = {kind: parts}
    return replace(facts, **changes)


def dearer_fuel(unit: Any) -> dict[str, Any]:
    return {"curve": replace(unit.curve, fuel_cny_per_h=tuple(MORE * fuel for fuel in unit.curve.fuel_cny_per_h))}


def dearer_starts(unit: Any) -> dict[str, Any]:
    return {"start_types": tuple(replace(kind, start_cny=MORE * kind.start_cny) for kind in unit.start_types)}


def dearer_deep_output(unit: Any) -> dict[str, Any]:
    bands = (replace(band, price_cny_per_mwh=MORE * band.price_cny_per_mwh) for band in unit.deep_bands)
    return {"deep_bands": tuple(bands)}


def dearer_oil(unit: Any) -> dict[str, Any]:
    return {"oil_support": replace(unit.oil_support, price_cny_per_t=MORE * unit.oil_support.price_cny_per_t)}


def dearer(field: str) -> Callable[[Any], dict[str, Any]]:
    return lambda part: {field: MORE * getattr(part, field)}


@pytest.mark.parametrize(
    ("name", "kind", "table", "change", "cost"),
    [
        ("south-spring-noon", "units", "output_mw", dearer_fuel, "fuel_cny"),
        ("south-spring-noon", "units", "output_mw", dearer("other_cny_per_mwh"), "operation_cny"),
        ("both-summer-evening-response", "units", "started", dearer_starts, "start_cny"),
        ("south-winter-night", "units", "stopped", dearer("stop_cny"), "start_cny"),
        ("south-spring-noon", "units", "below_normal_mw", dearer_deep_output, "compensation_cny"),
        ("south-spring-noon", "units", "oil_support", dearer_oil, "oil_cny"),
        ("jibei-2025-winter", "stores", "discharge_mw", dearer("wear_cny_per_mwh"), "wear_cny"),
        ("both-summer-evening-response", "contracts", "cut_mw", dearer("fee_cny_per_mwh"), "response_cny"),
        ("both-summer-evening-response", "interfaces", "net_import_mw", dearer("price_cny_per_mwh"), "interchange_cny"),
    ],
)
def test_a_coefficient_of_the_facts_changed_by_1_percent_is_named(
    name: str, kind: str, table: str, change: Callable[[Any], dict[str, Any]], cost: str
) -> None:
    """One unit, store, contract or interface costs 1 % more: that part of the cost is told, and no other part."""
    kept = record(name)
    component = largest(getattr(kept.outcome.schedule, table))
    assert repriced(kept.case, kept.facts, kept.outcome) == ()

    found = repriced(kept.case, with_part(kept.facts, kind, component, change), kept.outcome)
    costs = {d.field for d in found if d.matters and ".total.cost." in d.field}
    assert costs == {f"recorded.metrics.total.cost.{cost}"}
    assert "recorded.audit.objective-value" in {d.field for d in found if d.matters}


def test_the_amount_of_the_change_is_told() -> None:
    """Fuel of every unit at 101 %: fuel_cny moves by +1.0000 %."""
    kept = record("jibei-spring-noon")
    units = tuple(replace(unit, **dearer_fuel(unit)) for unit in kept.facts.units)
    (told,) = [
        d.message
        for d in repriced(kept.case, replace(kept.facts, units=units), kept.outcome)
        if d.field == "recorded.metrics.total.cost.fuel_cny"
    ]
    assert told.endswith("(+1.0000 %)")


def test_a_rule_that_is_not_checked_any_more_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = record()
    fewer = tuple(rule for rule in report.RULES if rule.__name__ != "one_circuit_lost")
    assert len(fewer) == len(report.RULES) - 1
    monkeypatch.setattr(report, "RULES", fewer)

    (told,) = repriced(kept.case, kept.facts, kept.outcome)
    assert told.matters
    assert told.message.endswith("is not checked any more")
    assert told.field == "recorded.audit.security-one_circuit_lost"


def test_a_rule_that_the_recorded_schedule_breaks_today_is_named_with_place_and_hour() -> None:
    """The unit with the most output may give 1 MW less than it gave."""
    kept = record()
    assert kept.outcome.schedule is not None
    output = kept.outcome.schedule.output_mw
    name = largest(output)
    most = float(output[name].max()) - 1.0
    limits = {"output_max_mw": most, "heating_output_max_mw": most, "heat_region": None}
    facts = with_part(kept.facts, "units", name, lambda _: limits)

    broken = [d for d in repriced(kept.case, facts, kept.outcome) if d.field == "recorded.audit.thermal-output_limits"]
    assert [d.matters for d in broken] == [True]
    assert name in broken[0].message


def test_another_hash_of_the_facts_alone_is_information() -> None:
    """A note in a column of sources changes the hash of the files and no answer."""
    kept = record()
    (told,) = repriced(kept.case, replace(kept.facts, content_sha256="1" * 64), kept.outcome)
    assert (told.field, told.matters) == ("recorded.certificate.facts_sha256", False)
