from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dispatch.case.facts import ReserveRule
from dispatch.case.thermal import MustRun, Outage, RunningMinimum
from dispatch.horizon import beijing
from dispatch.schedule.outcome import Outcome, Proof, Shortfall, Status
from dispatch.schedule.phrases import PHRASES, SEVERITIES_ZH
from dispatch.solve import conflict
from dispatch.solve.climb import Found
from dispatch.solve.conflict import in_words
from dispatch.solve.relaxed import PRICES_CNY_PER_MWH, Relaxation
from tests.answers import outcome_of
from tests.model.worlds import World, facts_of_worlds, free_unit
from tests.small import SUMMER_DAY, WINTER_DAY, bus, gas_unit, line, one_bus_facts, one_start, small_facts, unit

# A unit that rests for eight hours after each stop, called for, out and called for again.
RESTLESS = one_bus_facts(unit("u", heats=False, min_up_h=1.0), load_mw=100.0)
SUMMER_HOURS = [beijing(SUMMER_DAY.replace(tzinfo=None, hour=hour)) for hour in range(4)]
CALLS = {
    "hours": 3,
    "start": SUMMER_DAY,
    "must_run": (MustRun("u", SUMMER_HOURS[0], SUMMER_HOURS[1]), MustRun("u", SUMMER_HOURS[2], SUMMER_HOURS[3])),
    "outages": (Outage("u", SUMMER_HOURS[1], SUMMER_HOURS[2]),),
}
ALONE: dict[str, Any] = dict.fromkeys(("links", "plants", "stores", "contracts", "interfaces"), ())


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Three buses: one lacks power in two hours, one has 50 MW it cannot get rid of, one has what it needs."""
    stubborn = free_unit("unit", 200.0, output_min_mw=100.0, heating_output_min_mw=100.0, min_up_h=8.0)
    facts = facts_of_worlds(
        World("poor", (300, 350, 400), (free_unit("unit", 200.0),)),
        World("rich", (100, 50, 100), (stubborn,)),
        World("fine", (100,), (free_unit("unit", 200.0),)),
    )
    on = {"must_run": (MustRun("rich unit", SUMMER_HOURS[0], SUMMER_HOURS[3]),)}
    return outcome_of(facts, hours=3, start=SUMMER_DAY, **on)


def test_what_is_missing_and_what_is_too_much_is_told_by_hour_and_bus(outcome: Outcome) -> None:
    """Poor gives 300 MW at most: 50 and 100 are missing. rich gives 100 at least where 50 are asked."""
    assert outcome.status is Status.INFEASIBLE
    told = {(s.time[11:13], s.bus): (s.missing_mw, s.surplus_mw) for s in outcome.shortfalls}
    assert told == {("01", "poor"): (50.0, 0.0), ("02", "poor"): (100.0, 0.0), ("01", "rich"): (0.0, 50.0)}
    assert {s.grid for s in outcome.shortfalls} == {"poor", "rich"}


def test_an_infeasible_case_has_neither_schedule_nor_numbers(outcome: Outcome) -> None:
    assert (outcome.schedule, outcome.audit, outcome.metrics) == (None, None, None)
    assert outcome.proof == Proof(None, None)
    assert outcome.certificate is not None
    assert outcome.certificate.schedule_sha256 == ""


def test_the_sentence_names_the_worst_place_and_both_directions(outcome: Outcome) -> None:
    assert "150 MW" in outcome.reason
    assert "50 MW" in outcome.reason
    assert "poor" in outcome.reason
    assert "100 MW missing" in outcome.reason
    assert "rich" not in outcome.reason


def test_a_surplus_alone_is_named_as_one() -> None:
    words = in_words((Shortfall("2030-07-15T01:00:00", "jibei", "a", 0.0, 40.0),), 1.0)
    assert "40 MW in surplus" in words
    assert "2030-07-15T01:00:00" in words


def codes(outcome: Outcome) -> dict[tuple[str, str], float]:
    """MW at most by code and component."""
    return {(cause.code, cause.component): round(cause.most_mw, 1) for cause in outcome.causes}


def test_what_is_missing_is_a_cause_by_bus_with_its_hours_and_its_price(outcome: Outcome) -> None:
    """150 MWh at poor and 50 at rich, at 100,000 CNY/MWh: the dearer one first."""
    assert [(c.code, c.component, c.hours_h, c.most_mw, c.energy_mwh) for c in outcome.causes] == [
        ("balance_missing", "poor", 2.0, 100.0, 150.0),
        ("balance_surplus", "rich", 1.0, 50.0, 50.0),
    ]
    assert [cause.cost_cny for cause in outcome.causes] == [15e6, 5e6]
    assert not any(cause.in_use for cause in outcome.causes)


def test_must_run_hours_that_cannot_be_kept_name_the_unit() -> None:
    """
    On in hour 0, out in hour 1, on in hour 2, with eight hours of rest after a stop. Its greatest output is 300 MW:
    not to be on in hour 2 costs 1.5 M CNY, and no other unit serves the 100 MW of hours 1 and 2.
    """
    outcome = outcome_of(RESTLESS, **CALLS)
    assert outcome.status is Status.INFEASIBLE
    assert codes(outcome) == {("balance_missing", "a"): 100.0, ("must_run", "u"): 300.0}
    (must_run,) = [cause for cause in outcome.causes if cause.code == "must_run"]
    assert [time[11:13] for time in must_run.times] == ["02"]
    assert must_run.cost_cny == pytest.approx(5_000 * 300)
    assert "unit u off in must-run hours" in must_run.english
    assert "1 other rules would have to give too" in outcome.reason


def test_a_line_beyond_its_rating_is_cheaper_than_power_that_is_missing() -> None:
    """400 MW at b over one line of 300 MW: 100 MW beyond it at 20,000, nothing missing at 100,000."""
    facts = small_facts(
        buses=(bus("a", load_share=0.0), bus("b", load_share=1.0)),
        lines=(line("ab", "a", "b"),),
        **ALONE,
        reserve_rules=(ReserveRule("jibei", 0.0, 0.0, 0.0),),
        units=(free_unit("unit", 200.0, 500.0, bus="a"),),
        load_mw={"b": 400.0},
    )
    outcome = outcome_of(facts, hours=2, start=SUMMER_DAY)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.shortfalls == ()
    (cause,) = outcome.causes
    assert (cause.code, cause.severity, cause.place, cause.component) == ("line_rating", "section", "line", "ab")
    assert (cause.hours_h, cause.most_mw, cause.cost_cny) == pytest.approx((2.0, 100.0, 4e6))
    assert "线路ab超过限额" in cause.chinese
    assert outcome.reason == f"no schedule meets the case; {cause.english}, first at 2030-07-15T00:00:00+08:00"


def test_heat_gives_before_power_is_in_surplus_and_only_down_to_the_minimum_out_of_season() -> None:
    """
    Must run at 100 MW of heating minimum, 80 out of season, with 70 MW of load: 20 MW of heat at 15,000, 10 MW of
    surplus at 100,000, 1.3 M CNY an hour. Being off costs 250 MW of must-run at 5,000, 1.25 M, and 70 MW missing.
    """
    facts = one_bus_facts(unit("u"), load_mw=70.0, running_minimums=())
    winter = [beijing(WINTER_DAY.replace(tzinfo=None, hour=hour)) for hour in range(2)]
    outcome = outcome_of(facts, hours=1, must_run=(MustRun("u", winter[0], winter[1]),))
    assert outcome.status is Status.INFEASIBLE
    assert codes(outcome) == {("balance_surplus", "a"): 10.0, ("heating_minimum", "u"): 20.0}
    assert [cause.severity for cause in outcome.causes] == ["load", "heat"]


def test_heat_that_gives_gives_less_to_the_bus_by_what_the_unit_uses_itself() -> None:
    """Of 100 MW 90 reach the bus, of 80 out of season 72; 63 MW of load: 20 MW of heat, 9 MW of surplus."""
    facts = one_bus_facts(unit("u", self_use_share=0.1), load_mw=63.0, running_minimums=())
    winter = [beijing(WINTER_DAY.replace(tzinfo=None, hour=hour)) for hour in range(2)]
    outcome = outcome_of(facts, hours=1, must_run=(MustRun("u", winter[0], winter[1]),), self_use=True)
    assert codes(outcome) == {("balance_surplus", "a"): 9.0, ("heating_minimum", "u"): 20.0}


def test_a_running_minimum_that_outages_break_names_the_plant() -> None:
    """
    One of two units is to be on. The first is out in hour 1 and rests for eight hours after; the second in hour 2:
    in hour 2 none can be on, one short of 250 MW each. Gas serves the load.
    """
    facts = one_bus_facts(
        unit("u1"),
        unit("u2"),
        gas_unit("gas", bus="a", plant="other", heats=False, start_types=one_start(0)),
        load_mw=90.0,
        running_minimums=(RunningMinimum("heat", 1),),
    )
    hours = [beijing(WINTER_DAY.replace(tzinfo=None, hour=hour)) for hour in range(4)]
    out = (Outage("u1", hours[1], hours[2]), Outage("u2", hours[2], hours[3]))
    outcome = outcome_of(facts, hours=3, outages=out)
    assert outcome.status is Status.INFEASIBLE
    found = {cause.code: cause for cause in outcome.causes}
    plant = found["running_minimum"]
    assert (plant.place, plant.component, plant.grid) == ("plant", "heat", "jibei")
    assert (plant.hours_h, plant.most_mw) == pytest.approx((1.0, 250.0))
    assert "电厂heat开机少于最小运行方式" in plant.chinese


def test_causes_are_ordered_by_how_grave_they_are() -> None:
    """The prices of what may give are graded as the severities are."""
    prices = [PRICES_CNY_PER_MWH[code] for code in PHRASES if code in PRICES_CNY_PER_MWH]
    assert prices == sorted(prices, reverse=True)
    assert [PHRASES[code].severity for code in PHRASES] == sorted(
        (phrase.severity for phrase in PHRASES.values()), key=list(SEVERITIES_ZH).index
    )


def test_rules_that_contradict_each_other_are_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """With must-run hours that may not give there is no relaxation: no power mends what the unit cannot do."""
    monkeypatch.setattr(Relaxation, "give_must_run", lambda *_: None)
    outcome = outcome_of(RESTLESS, **CALLS)
    assert outcome.status is Status.INFEASIBLE
    assert (outcome.shortfalls, outcome.causes) == ((), ())
    assert "contradict each other" in outcome.reason


def test_time_over_before_the_shortfall_is_measured_is_not_called_a_contradiction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The search for the shortfall ends without a point: nothing is known but that the case is infeasible."""

    def out_of_time(*_: object) -> tuple[Found, Status, Proof]:
        return Found(x=None, objective_cny=np.inf), Status.NO_SOLUTION, Proof(None, None)

    monkeypatch.setattr(conflict, "climbed", out_of_time)
    facts = one_bus_facts(free_unit("unit", 200.0), load_mw=400.0)
    outcome = outcome_of(facts, hours=1, start=SUMMER_DAY)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.shortfalls == ()
    assert outcome.reason
    assert "contradict" not in outcome.reason
