"""
One hour of a tie of 80 MW each way at 350 CNY/MWh, planned at 60 MW of import unless said.

The band is 10 % of the plan, 54 to 66 MW, and free; a MWh beyond it costs 2 000 CNY unless said. Load is 100 MW.
"""

from __future__ import annotations

import pytest

from dispatch.case.case import Interchange
from dispatch.case.interchange import InterchangeForecast, TieRamp
from dispatch.schedule.outcome import Outcome
from tests.answers import outcome_of, schedule_of
from tests.model.worlds import World, facts_of_worlds, free_unit, of_world
from tests.small import SUMMER_DAY, interface, one_bus_facts

TIE = (interface("tie"),)
WEAK = (interface("tie", deviation_cny_per_mwh=100.0),)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """The price of the only unit says which way the tie is pulled."""
    facts = facts_of_worlds(
        World("more", (100,), (free_unit("unit", 1_000.0),), interfaces=TIE, planned_mw=60.0),
        World("less", (100,), (free_unit("unit", 100.0),), interfaces=TIE, planned_mw=60.0),
        World("beyond", (100,), (free_unit("unit", 5_000.0),), interfaces=TIE, planned_mw=60.0),
        World("turned", (100,), (free_unit("unit", 100.0),), interfaces=WEAK, planned_mw=60.0),
        World("full", (100,), (free_unit("unit", 1_000.0),), interfaces=TIE, planned_mw=78.0),
        World("export", (100,), (free_unit("unit", 100.0),), interfaces=TIE, planned_mw=-50.0),
    )
    return outcome_of(facts, hours=1, start=SUMMER_DAY, interchange=Interchange(band_share=0.1))


@pytest.mark.parametrize(
    ("world", "net_import_mw", "over_mw", "under_mw"),
    [
        pytest.param("more", 66, 0, 0, id="to the upper edge: 650 saved a MWh, 2 000 to pay beyond"),
        pytest.param("less", 54, 0, 0, id="to the lower edge: 250 saved a MWh, 2 000 to pay beyond"),
        pytest.param("beyond", 80, 14, 0, id="to the limit of the tie: 4 650 saved a MWh, 2 000 to pay"),
        pytest.param("turned", -80, 0, 134, id="to the export limit: 250 earned a MWh, 100 to pay for 54 + 80 MW"),
        pytest.param("full", 80, 0, 0, id="the band of 70.2 to 85.8 MW ends at the limit"),
        pytest.param("export", -55, 0, 0, id="the band of an export, -55 to -45 MW, has its lower edge farther out"),
    ],
)
def test_the_plan_is_left_where_it_pays(
    outcome: Outcome, world: str, net_import_mw: float, over_mw: float, under_mw: float
) -> None:
    schedule = outcome.schedule
    assert schedule is not None, outcome.reason
    name = f"{world} tie"
    assert schedule.net_import_mw[name].iloc[0] == pytest.approx(net_import_mw)
    assert schedule.over_plan_mw[name].iloc[0] == pytest.approx(over_mw, abs=1e-6)
    assert schedule.under_plan_mw[name].iloc[0] == pytest.approx(under_mw, abs=1e-6)


def test_leaving_the_band_is_a_penalty_and_the_band_is_free(outcome: Outcome) -> None:
    """14 MW at 2 000 and 134 MW at 100 CNY/MWh."""
    penalties = {w: of_world(outcome.metrics, w).penalty.interchange_cny for w in ("more", "beyond", "turned")}
    assert penalties == pytest.approx({"more": 0.0, "beyond": 28_000.0, "turned": 13_400.0}, abs=1e-3)


def test_imports_are_paid_and_exports_earn_the_price_of_the_tie(outcome: Outcome) -> None:
    """66 MWh in at 350; 80 MWh out earn 28 000 CNY."""
    assert of_world(outcome.metrics, "more").cost.interchange_cny == pytest.approx(66 * 350)
    assert of_world(outcome.metrics, "turned").cost.interchange_cny == pytest.approx(-80 * 350)
    assert of_world(outcome.metrics, "turned").net_export_mwh == pytest.approx(80.0)


def test_only_what_lies_outside_the_band_is_named_as_a_slack(outcome: Outcome) -> None:
    assert outcome.metrics is not None
    ours = [slack for slack in outcome.metrics.slacks if slack.kind.startswith("interchange")]
    named = [(slack.kind, slack.component, round(slack.slack_mw, 6)) for slack in ours]
    assert named == [("interchange_over", "beyond tie", 14.0), ("interchange_under", "turned tie", 134.0)]


def test_what_leaves_the_plan_comes_back_no_faster_than_the_ramp() -> None:
    """
    From 0 to 80 MW are free, and the only unit gives 120 MW at 100 CNY, against 350 over the tie: 0, 0 and 60 MW.

    With 40 MW an hour it must be at 20 MW in the hour before: 20 x (350 - 100) = 5,000 CNY more.
    """
    load = [100.0, 100.0, 180.0, *[100.0] * 21]
    facts = one_bus_facts(
        free_unit("unit", 100.0, 120.0),
        load_mw=load,
        interfaces=(interface("tie", bus="a"),),
        net_import_mw={"tie": 40.0},
    )
    free = outcome_of(facts, hours=3, start=SUMMER_DAY, interchange=Interchange(band_share=1.0))
    assert free.schedule is not None
    assert free.schedule.net_import_mw["tie"].tolist() == pytest.approx([0, 0, 60])
    ramps = (TieRamp("tie", 40.0),)
    held = outcome_of(facts, hours=3, start=SUMMER_DAY, interchange=Interchange(band_share=1.0), tie_ramps=ramps)
    assert held.schedule is not None
    assert held.schedule.net_import_mw["tie"].tolist() == pytest.approx([0, 20, 60])
    assert held.proof.objective_cny == pytest.approx((free.proof.objective_cny or 0.0) + 5_000)


def test_a_plan_that_is_faster_than_the_ramp_can_be_kept() -> None:
    """From 0 to 60 MW within an hour of 10 MW: the plan's own step counts, and nothing is paid for leaving it."""
    facts = one_bus_facts(free_unit("unit", 300.0), load_mw=100.0, interfaces=(interface("tie", bus="a"),))
    plan = (InterchangeForecast("tie", (0.0, 60.0)),)
    ramps = (TieRamp("tie", 10.0),)
    schedule = schedule_of(facts, hours=2, start=SUMMER_DAY, interchange_forecasts=plan, tie_ramps=ramps)
    assert schedule.net_import_mw["tie"].tolist() == pytest.approx([0, 60])
