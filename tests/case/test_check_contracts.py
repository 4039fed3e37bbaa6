"""Every flaw in the terms of a response contract, by its code and field; and none where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.check_facts import facts_flaws
from dispatch.case.demand_response import FILL, Aggregator
from dispatch.case.facts import GridFacts
from tests.case.given import good_facts

CALLED: dict[str, Any] = {"least_call_share": 0.5, "min_event_h": 2.0, "max_event_h": 4.0, "calls_per_day_count": 1}
VPP = Aggregator("vpp", "hebei_south", 500.0)


def terms(**changed: Any) -> GridFacts:
    """The good grid with other terms of its contract, a shift of 20 MW and 4 h a day."""
    return good_facts(contracts=(replace(good_facts().contracts[0], **changed),))


FLAWS: list[tuple[str, str, GridFacts]] = [
    ("NEGATIVE", "contracts[0].notice_h", terms(notice_h=-1.0)),
    ("NEGATIVE", "contracts[0].notice_h", terms(notice_h=float("nan"))),
    ("NEGATIVE", "contracts[0].min_rest_h", terms(**CALLED, min_rest_h=-1.0)),
    ("NEGATIVE", "contracts[0].call_fee_cny", terms(**CALLED, call_fee_cny=-1.0)),
    ("NEGATIVE", "contracts[0].season_energy_h", terms(season_energy_h=-1.0)),
    ("NEGATIVE", "contracts[0].advance_window_h", terms(advance_window_h=-1.0)),
    ("NEGATIVE", "contracts[0].backlog_mwh", terms(backlog_mwh=-1.0)),
    ("MINIMUM_ABOVE_MAXIMUM", "contracts[0].min_event_h", terms(**{**CALLED, "min_event_h": 5.0})),
    ("NOT_POSITIVE", "contracts[0].max_event_h", terms(**{**CALLED, "max_event_h": 0.0})),
    ("NO_CALL_ALLOWED", "contracts[0].calls_per_day_count", terms(**{**CALLED, "calls_per_day_count": 0})),
    ("NO_CALL_ALLOWED", "contracts[0].calls_per_season_count", terms(**CALLED, calls_per_season_count=0)),
    ("LEAST_CALL_MISSING", "contracts[0].least_call_share", terms(**{**CALLED, "least_call_share": 0.0})),
    ("SHARE_OUT_OF_RANGE", "contracts[0].least_call_share", terms(**{**CALLED, "least_call_share": 1.5})),
    # the least event: 2 h at half the capacity is 1 h at full capacity
    ("BUDGET_BELOW_EVENT", "contracts[0].daily_energy_h", terms(**CALLED, daily_energy_h=0.9)),
    ("BUDGET_BELOW_EVENT", "contracts[0].season_energy_h", terms(**CALLED, season_energy_h=0.9)),
    ("HOUR_OUT_OF_RANGE", "contracts[0].repaid_by_h", terms(repaid_by_h=0)),
    ("HOUR_OUT_OF_RANGE", "contracts[0].repaid_by_h", terms(repaid_by_h=25)),
    ("HOUR_OUT_OF_RANGE", "contracts[0].repaid_by_h", terms(repaid_by_h=7.5)),
    ("HOUR_OUT_OF_RANGE", "contracts[0].fill_hours_h[1]", terms(kind=FILL, fill_hours_h=((0, 8), (16, 10)))),
    ("NOT_OF_ITS_KIND", "contracts[0].fill_hours_h", terms(fill_hours_h=((0, 8),))),
    ("UNKNOWN_AGGREGATOR", "contracts[0].aggregator", terms(aggregator="vpp")),
    (
        "AGGREGATOR_OF_ANOTHER_GRID",
        "contracts[0].aggregator",
        replace(
            terms(aggregator="vpp"),
            aggregators=(replace(VPP, grid="jibei"),),
            members=("hebei_south", "jibei"),
        ),
    ),
    ("UNKNOWN_MEMBER_GRID", "aggregators[0].grid", good_facts(aggregators=(replace(VPP, grid="henan"),))),
    ("NEGATIVE", "aggregators[0].capacity_mw", good_facts(aggregators=(replace(VPP, capacity_mw=-1.0),))),
    ("TOO_LARGE", "aggregators[0].capacity_mw", good_facts(aggregators=(replace(VPP, capacity_mw=1e12),))),
    ("DUPLICATE", "aggregators[1].name", good_facts(aggregators=(VPP, VPP))),
]


@pytest.mark.parametrize(("code", "field", "facts"), FLAWS, ids=[f"{c}-{f}" for c, f, _ in FLAWS])
def test_a_flaw_is_named_with_its_field(code: str, field: str, facts: GridFacts) -> None:
    found = [(flaw.code, flaw.field) for flaw in facts_flaws(facts)]

    about_response = [flaw for flaw in found if "contracts" in flaw[1] or "aggregators" in flaw[1]]
    assert about_response == [(code, f"facts.{field}")]
    assert found == about_response or len(facts.members) > 1  # the second member has neither load nor rule here


def test_good_terms_have_no_flaw() -> None:
    facts = terms(**CALLED, calls_per_season_count=20, daily_energy_h=1.0, repaid_by_h=24, aggregator="vpp")
    assert facts_flaws(replace(facts, aggregators=(VPP,))) == ()
    assert facts_flaws(terms(kind=FILL, fill_hours_h=((0, 8), (10, 16)))) == ()


def test_a_contract_without_capacity_may_have_no_calls() -> None:
    assert facts_flaws(terms(**{**CALLED, "calls_per_day_count": 0, "capacity_mw": 0.0})) == ()
