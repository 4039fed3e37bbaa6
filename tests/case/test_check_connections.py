"""What is wrong with a connection, named by its field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.check_facts import facts_flaws
from dispatch.case.checks import flaws_of
from dispatch.case.connection import Connection
from dispatch.case.renewable import AvailableForecast
from tests.case.given import good_case, good_facts

SHARED = Connection("shared", ("W",), ("battery",), 150.0)  # 400 MW of wind and 50 MW of battery at A


def shared(**changes: Any) -> tuple[Connection, ...]:
    return (replace(SHARED, **changes),)


FLAWS = [
    ("NOT_POSITIVE", "connections[0].limit_mw", shared(limit_mw=0.0)),
    ("NOT_POSITIVE", "connections[0].limit_mw", shared(limit_mw=float("nan"))),
    ("TOO_LARGE", "connections[0].limit_mw", shared(limit_mw=1e12)),
    ("CONNECTION_EMPTY", "connections[0].plants", shared(plants=())),
    ("CONNECTION_EMPTY", "connections[0].stores", shared(stores=())),
    ("UNKNOWN_PLANT", "connections[0].plants[0]", shared(plants=("Z",))),
    ("UNKNOWN_STORE", "connections[0].stores[1]", shared(stores=("battery", "Z"))),
    ("CONNECTION_SPREAD", "connections[0]", shared(plants=("W", "S"))),
    ("DUPLICATE", "connections[0].stores[1]", shared(stores=("battery", "battery"))),
    ("DUPLICATE", "connections[1].name", (SHARED, replace(SHARED, plants=("W2",), stores=("pumped",)))),
]


@pytest.mark.parametrize(("code", "field", "connections"), FLAWS, ids=[f"{c}-{f}" for c, f, _ in FLAWS])
def test_a_flaw_is_named_with_its_field_and_no_other(
    code: str, field: str, connections: tuple[Connection, ...]
) -> None:
    facts = good_facts()
    second = replace(facts.plants[0], name="W2")
    share = facts.year.available_share[:, [0, 1, 0]]
    year = replace(facts.year, available_share=share)
    found = facts_flaws(replace(facts, plants=(*facts.plants, second), year=year, connections=connections))
    assert [(flaw.code, flaw.field) for flaw in found] == [(code, f"facts.{field}")]


def test_a_sound_connection_has_no_flaw() -> None:
    assert facts_flaws(good_facts(connections=(SHARED,))) == ()


def test_more_that_must_be_taken_than_goes_through_or_into_the_store_is_refused() -> None:
    """150 MW through the connection and 50 MW into the battery: 200 MW may have to be taken, 201 not."""
    facts = good_facts(connections=(SHARED,))

    def flaws(least_mw: float) -> list[tuple[str, str]]:
        taken = AvailableForecast("W", (300.0,) * 24, (0.0, least_mw, *[0.0] * 22))
        return [(flaw.code, flaw.field) for flaw in flaws_of(good_case(available_forecasts=(taken,)), facts)]

    assert flaws(200.0) == []
    assert flaws(201.0) == [("LEAST_ABOVE_CONNECTION", "available_forecasts[0].least_mw[1]")]
