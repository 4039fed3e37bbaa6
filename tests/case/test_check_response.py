"""Every flaw in the states of response contracts and in what a case asks of them, by its code and field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.case import Case, Scales
from dispatch.case.checks import flaws_of
from dispatch.case.demand_response import DAY_PEAK, FILL, HANDED_OVER, REDUCE, ContractState, Parcel, ResponseTerms
from dispatch.case.facts import GridFacts
from dispatch.case.renewable import LoadForecast
from dispatch.horizon import Horizon
from tests.case.given import SUMMER, good_case, good_facts, with_unit

SUMMER_DAY: dict[str, Any] = {"horizon": Horizon(SUMMER, 24), "units": with_unit("P1", output_mw=200.0)}
CALLED: dict[str, Any] = {
    "kind": REDUCE,
    "least_call_share": 0.5,
    "min_event_h": 3.0,
    "max_event_h": 4.0,
    "calls_per_day_count": 1,
}


def case(*states: ContractState, response_share: float = 0.1, **changed: Any) -> Case:
    """A summer day with response, from these states of contracts."""
    return good_case(**{**SUMMER_DAY, "response_share": response_share, "contracts": states, **changed})


def terms(**changed: Any) -> GridFacts:
    """The good grid with other terms of its contract: a shift of 20 MW with windows of 4 h, from June to August."""
    return good_facts(contracts=(replace(good_facts().contracts[0], **changed),))


def state(**values: Any) -> ContractState:
    return ContractState("cool", **values)


def owed(energy_mwh: float, left_h: float) -> ContractState:
    return state(owed=(Parcel(energy_mwh, left_h),))


def handing_over(price: float | None = None) -> dict[str, Any]:
    return {"response": ResponseTerms(backlog=HANDED_OVER, owed_cny_per_mwh=price)}


def forecast(load_mw: float, step_count: int = 24) -> dict[str, Any]:
    """A cap on the day's peak, and a load of its own."""
    load = LoadForecast("hebei_south", (load_mw,) * step_count)
    return {"response": ResponseTerms(cap_basis=DAY_PEAK), "load_forecasts": (load,)}


FLAWS: list[tuple[str, str, Case, GridFacts]] = [
    ("UNKNOWN_CONTRACT", "contracts[0].contract", case(ContractState("warm")), terms()),
    ("DUPLICATE", "contracts[1].contract", case(state(), state()), terms()),
    ("NEGATIVE", "contracts[0].told_h", case(state(told_h=-1.0)), terms()),
    ("NOT_FINITE", "contracts[0].moved_today_mwh", case(state(moved_today_mwh=float("nan"))), terms()),
    ("NEGATIVE", "contracts[0].moved_season_mwh", case(state(moved_season_mwh=-1.0)), terms()),
    ("NEGATIVE", "contracts[0].calls_today_count", case(state(calls_today_count=-1)), terms(**CALLED)),
    ("NEGATIVE", "contracts[0].rest_h", case(state(rest_h=-1.0)), terms(**CALLED)),
    ("EVENT_AND_REST", "contracts[0].rest_h", case(state(event_h=1.0, rest_h=2.0)), terms(**CALLED)),
    ("EVENT_TOO_LONG", "contracts[0].event_h", case(state(event_h=5.0)), terms(**CALLED)),
    ("NOT_OF_ITS_TERMS", "contracts[0].event_h", case(state(event_h=1.0)), terms()),
    ("NOT_OF_ITS_TERMS", "contracts[0].calls_season_count", case(state(calls_season_count=1)), terms()),
    ("NEGATIVE", "contracts[0].owed[0].energy_mwh", case(owed(-1.0, 2.0)), terms()),
    ("DEADLINE_PASSED", "contracts[0].owed[0].left_h", case(owed(10.0, 0.0)), terms()),
    ("DEADLINE_PASSED", "contracts[0].owed[0].left_h", case(owed(10.0, float("nan"))), terms()),
    ("BEYOND_WINDOW", "contracts[0].owed[0].left_h", case(owed(10.0, 5.0)), terms()),
    ("BACKLOG_ABOVE_CAP", "contracts[0].owed", case(owed(10.0, 4.0)), terms(backlog_mwh=9.0)),
    ("BACKLOG_OUT_OF_REACH", "contracts[0].owed", case(owed(50.0, 2.0)), terms()),
    (
        "BACKLOG_OUT_OF_REACH",
        "contracts[0].owed",
        case(owed(30.0, 4.0), horizon=Horizon(SUMMER, 1)),
        terms(),
    ),
    # within the capacity of 20 MW, but there is no response, or 2 % of the day's peak of 423 MW: 16.9 MWh in 2 h
    ("BACKLOG_OUT_OF_REACH", "contracts[0].owed", case(owed(10.0, 2.0), response_share=0.0), terms()),
    (
        "BACKLOG_OUT_OF_REACH",
        "contracts[0].saved",
        case(state(saved=(Parcel(17.0, 2.0),)), response_share=0.02, response=ResponseTerms(cap_basis=DAY_PEAK)),
        terms(),
    ),
    ("NOT_OF_ITS_KIND", "contracts[0].saved", case(state(saved=(Parcel(5.0, 2.0),))), terms(kind=REDUCE)),
    ("NOT_OF_ITS_KIND", "contracts[0].owed", case(owed(5.0, 2.0)), terms(kind=FILL)),
    # an event of at least 3 h has run for 1 h: there is no response, or it is winter, or the day ends too soon
    ("EVENT_CANNOT_GO_ON", "contracts[0].event_h", case(state(event_h=1.0), response_share=0.0), terms(**CALLED)),
    (
        "EVENT_CANNOT_GO_ON",
        "contracts[0].event_h",
        case(state(event_h=1.0)),
        terms(**CALLED, first_day="12-01", last_day="12-31"),
    ),
    (
        "EVENT_CANNOT_GO_ON",
        "contracts[0].event_h",
        case(state(event_h=1.0), horizon=Horizon(SUMMER, 2)),
        terms(**CALLED),
    ),
    # at least 10 MW: 2 % of the annual peak is 20 MW, of the day's peak 8.5 MW, of a forecast one 9.8 MW
    (
        "EVENT_CANNOT_GO_ON",
        "contracts[0].event_h",
        case(state(event_h=1.0), response_share=0.02, response=ResponseTerms(cap_basis=DAY_PEAK)),
        terms(**CALLED),
    ),
    (
        "EVENT_CANNOT_GO_ON",
        "contracts[0].event_h",
        case(state(event_h=1.0), response_share=0.02, **forecast(490.0)),
        terms(**CALLED),
    ),
    # a day's peak that cannot be told says nothing of events
    (
        "SERIES_LENGTH",
        "load_forecasts[0].load_mw",
        case(state(event_h=1.0), response_share=0.02, **forecast(490.0, 23)),
        terms(**CALLED),
    ),
    (
        "NOT_FINITE",
        "scales.load_share",
        case(
            state(event_h=1.0),
            response=ResponseTerms(cap_basis=DAY_PEAK),
            scales=Scales(load_share=float("nan")),
        ),
        terms(**CALLED),
    ),
    ("UNKNOWN_VALUE", "response.cap_basis", case(response=ResponseTerms(cap_basis="month_peak")), terms()),
    ("UNKNOWN_VALUE", "response.backlog", case(response=ResponseTerms(backlog="forgotten")), terms()),
    (
        "PRICE_WITHOUT_BACKLOG",
        "response.owed_cny_per_mwh",
        case(response=ResponseTerms(owed_cny_per_mwh=900.0)),
        terms(),
    ),
    ("NEGATIVE", "response.owed_cny_per_mwh", case(response=ResponseTerms(owed_cny_per_mwh=-1.0)), terms()),
    # G, the dearest: 80,000 CNY/h for 150 MW more, and 20 CNY/MWh: 553.3
    ("BACKLOG_TOO_CHEAP", "response.owed_cny_per_mwh", case(**handing_over(553.0)), terms()),
    ("BACKLOG_TOO_CHEAP", "response.owed_cny_per_mwh", case(**handing_over(553.32)), terms()),
]


@pytest.mark.parametrize(("code", "field", "asked", "facts"), FLAWS, ids=[f"{c}-{f}" for c, f, *_ in FLAWS])
def test_a_flaw_is_named_with_its_field(code: str, field: str, asked: Case, facts: GridFacts) -> None:
    assert (code, field) in [(flaw.code, flaw.field) for flaw in flaws_of(asked, facts)]
    assert {flaw.field for flaw in flaws_of(asked, facts)} == {field}


GOOD = {
    "at rest for long": (case(), terms(**CALLED)),
    "a state of nothing": (case(state()), terms()),
    "a debt that full capacity repays": (case(owed(40.0, 2.0)), terms()),
    "a debt that is handed on": (case(owed(30.0, 4.0), horizon=Horizon(SUMMER, 1), **handing_over()), terms()),
    "a saving": (case(state(saved=(Parcel(5.0, 2.0),))), terms()),
    "an event that goes on": (case(state(event_h=1.0, calls_today_count=1)), terms(**CALLED)),
    "an event within the cap on a forecast peak": (
        case(state(event_h=1.0), response_share=0.02, **forecast(510.0)),
        terms(**CALLED),
    ),
    "a debt that the cap repays": (case(owed(20.0, 2.0), response_share=0.01), terms()),
    "a price that is dear enough": (case(**handing_over(553.4)), terms()),
    "a price as the refusal gives it": (case(**handing_over(553.333)), terms()),
}


@pytest.mark.parametrize(("asked", "facts"), GOOD.values(), ids=GOOD.keys())
def test_a_good_state_has_no_flaw(asked: Case, facts: GridFacts) -> None:
    assert flaws_of(asked, facts) == ()
