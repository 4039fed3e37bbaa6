from __future__ import annotations

import time
from dataclasses import replace

import highspy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.case.case import Case, Limits, Scales
from dispatch.case.demand_response import FILL, REDUCE, SHIFT
from dispatch.case.facts import GridFacts
from dispatch.case.thermal import UnitState
from dispatch.errors import CaseError
from dispatch.eve import half_full
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import Horizon
from dispatch.run import run
from dispatch.schedule.hashes import case_sha256, schedule_sha256
from dispatch.schedule.outcome import Outcome, Status
from dispatch.schedule.progress import Progress
from dispatch.solve.climb import Kept
from dispatch.study.scenarios import RESPONSE_SHARES
from tests.answers import outcome_of
from tests.model.worlds import free_unit
from tests.pace import slowed_s
from tests.small import SUMMER_DAY, WINTER_DAY, contract, gas_unit, one_bus_facts, plant, small_case, unit

STATIONS = ["checking", "building", "searching", "auditing", "measuring"]
ALL_ON_H = 240.0
FEW = settings(max_examples=2, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def real_case(facts: GridFacts, hours: int) -> Case:
    """Some hours of a winter day from four in the afternoon, every unit on for long and every store half full."""
    start = WINTER_DAY.replace(hour=16)
    units = tuple(UnitState(u.name, True, ALL_ON_H, u.heating_output_min_mw) for u in facts.units)
    return Case(facts.grid, facts.edition, Horizon(start, hours), units, half_full(facts.stores))


@pytest.fixture(scope="module")
def south() -> GridFacts:
    return facts_of("hebei_south", 2030)


@pytest.fixture(scope="module")
def by_share(south: GridFacts) -> dict[float, Outcome]:
    """Six hours into the evening of the real grid, each share of response from the same state."""
    case = real_case(south, 6)
    return {share: run(replace(case, response_share=share), south, Limits(0.002)) for share in RESPONSE_SHARES}


def test_more_response_never_raises_the_objective_of_the_real_grid_beyond_what_is_proven(
    by_share: dict[float, Outcome],
) -> None:
    """Whatever a case can do, a case with more response can do too: bound(more) <= objective(less)."""
    for less, more in ((0.0, 0.025), (0.025, 0.05)):
        objective, bound = by_share[less].proof.objective_cny, by_share[more].proof.bound_cny
        assert objective is not None
        assert bound is not None
        assert bound <= objective


def test_every_scenario_of_the_real_grid_is_proven_audited_and_measured(by_share: dict[float, Outcome]) -> None:
    for share, outcome in by_share.items():
        assert outcome.status is Status.OPTIMAL
        assert outcome.audit is not None
        assert outcome.audit.passed
        assert outcome.metrics is not None
        assert outcome.metrics.total.response_cap_mw == pytest.approx(share * 60_000)
        assert outcome.metrics.total.response_reach_mw <= outcome.metrics.total.response_cap_mw + 1e-6


def test_none_is_used_at_0_percent_and_free_response_without_payback_is_used_at_5(
    by_share: dict[float, Outcome], south: GridFacts
) -> None:
    """At its fees response is worth nothing on this evening: the optimum is 73,722,116 CNY with and without it."""
    unasked = by_share[0.0].metrics
    assert unasked is not None
    assert unasked.total.response_cut_mwh == unasked.total.response_extra_mwh == 0.0

    free = tuple(replace(c, fee_cny_per_mwh=0.0, payback_share=0.0) for c in south.contracts)
    asked = run(
        replace(real_case(south, 6), response_share=0.05), replace(south, contracts=free), Limits(0.002)
    ).metrics
    assert asked is not None
    assert asked.total.response_cut_mwh > 0.0


def test_the_seconds_by_station_add_up_to_the_total(by_share: dict[float, Outcome]) -> None:
    for outcome in by_share.values():
        *stations, (last, total) = outcome.seconds
        assert [name for name, _ in stations] == STATIONS
        assert last == "total"
        assert sum(seconds for _, seconds in stations) == pytest.approx(total, abs=0.1)


def test_the_certificate_names_case_facts_schedule_and_tools(by_share: dict[float, Outcome], south: GridFacts) -> None:
    case, outcome = replace(real_case(south, 6), response_share=0.05), by_share[0.05]
    certificate = outcome.certificate
    assert certificate is not None
    assert outcome.schedule is not None
    assert certificate.case_sha256 == case_sha256(case)
    assert certificate.facts_sha256 == south.content_sha256
    assert certificate.schedule_sha256 == schedule_sha256(outcome.schedule)
    assert certificate.gap_asked_share == 0.002
    assert {"hebei-dispatch", "highspy", "linopy", "pypsa"} <= dict(certificate.versions).keys()
    assert certificate.steps
    hashes = {o.certificate.case_sha256 for o in by_share.values() if o.certificate is not None}
    assert len(hashes) == 3


def test_three_times_the_load_is_infeasible_with_hours_places_and_shortfall(south: GridFacts) -> None:
    """About 150 GW asked of 40 GW of units and some tens of wind, sun and ties: an answer, neither error nor zero."""
    case = replace(real_case(south, 3), scales=Scales(load_share=3.0))
    outcome = run(case, south, Limits(time_s=60.0))
    assert outcome.status is Status.INFEASIBLE
    assert (outcome.schedule, outcome.metrics, outcome.proof.objective_cny) == (None, None, None)
    assert {s.time[11:13] for s in outcome.shortfalls} == {"16", "17", "18"}
    assert {s.bus for s in outcome.shortfalls} <= {bus.name for bus in south.buses if bus.grid == "hebei_south"}
    assert {s.grid for s in outcome.shortfalls} == {"hebei_south"}
    missing_mw = sum(s.missing_mw for s in outcome.shortfalls) / 3
    load_mw = 3 * south.year.load_mw[14 * 24 + 16 : 14 * 24 + 19].sum(axis=1).mean()
    assert 0.2 * load_mw < missing_mw < 0.8 * load_mw
    assert "missing" in outcome.reason


def test_strict_refuses_what_is_met_with_priced_slack_only_and_says_with_which() -> None:
    """One unit of 300 MW on, at 200: its own 300 MW of reserve are 200 short. Told twice, with and without strict."""
    facts = one_bus_facts(free_unit("unit", 200.0), load_mw=200.0)
    case = small_case(facts, hours=1, start=SUMMER_DAY)
    lenient, strict = (run(case, facts, Limits(1e-6, 30.0, strict=flag)) for flag in (False, True))
    assert lenient.status is Status.OPTIMAL
    assert lenient.metrics is not None
    assert lenient.metrics.slack_used
    assert strict.status is Status.INFEASIBLE
    assert strict.reason == "strict: the case is met only with priced slack (reserve_up)"


def test_strict_lets_a_case_pass_that_needs_no_slack_and_progress_names_every_station() -> None:
    """Wind alone carries the load: no unit is on, nothing is asked of it."""
    windy = (plant("wind", bus="a", capacity_mw=100.0),)
    facts = one_bus_facts(free_unit("unit", 200.0), load_mw=50.0, plants=windy, available_share={"wind": 1.0})
    told: list[Progress] = []
    case = small_case(facts, hours=1, start=SUMMER_DAY)
    outcome = run(case, facts, Limits(1e-6, 30.0, strict=True), told.append)
    assert outcome.status is Status.OPTIMAL
    assert list(dict.fromkeys(message.stage for message in told)) == STATIONS
    elapsed = [message.elapsed_seconds for message in told]
    assert elapsed == sorted(elapsed)


@FEW
@given(
    shares=st.tuples(st.floats(0.0, 0.1), st.floats(0.0, 0.1)).map(sorted),
    loads=st.lists(st.integers(150, 420), min_size=24, max_size=24),
)
def test_more_response_never_raises_the_objective_beyond_the_gap(shares: list[float], loads: list[int]) -> None:
    facts = _responding([float(load) for load in loads])
    less, more = (outcome_of(facts, hours=8, response_share=share).proof for share in shares)
    assert less.objective_cny is not None
    assert more.bound_cny is not None
    assert more.bound_cny <= less.objective_cny * (1 + 1e-9)


@FEW
@given(
    names=st.lists(st.text("abcxyz ÄÖ石北-0123", min_size=1, max_size=8), min_size=3, max_size=3, unique=True),
    loads=st.lists(st.integers(250, 600), min_size=24, max_size=24),
)
def test_other_names_for_the_units_change_neither_objective_nor_metrics(names: list[str], loads: list[int]) -> None:
    facts = _committing([float(load) for load in loads])
    named = replace(facts, units=tuple(replace(u, name=f"{n}.") for u, n in zip(facts.units, names, strict=True)))
    first, second = (outcome_of(f, hours=6) for f in (facts, named))
    assert first.proof.objective_cny == pytest.approx(second.proof.objective_cny, rel=1e-9)
    assert first.metrics is not None
    assert second.metrics is not None
    assert replace(first.metrics, slacks=()) == replace(second.metrics, slacks=())
    assert len(first.metrics.slacks) == len(second.metrics.slacks)


def _responding(loads: list[float]) -> GridFacts:
    """Two units and one contract of each kind at one bus."""
    contracts = tuple(contract(kind, kind, bus_shares=(("a", 1.0),)) for kind in (REDUCE, SHIFT, FILL))
    return one_bus_facts(
        unit("coal"), gas_unit("gas", bus="a"), free_unit("dear", 900.0), load_mw=loads, contracts=contracts
    )


def _committing(loads: list[float]) -> GridFacts:
    """Three units of three kinds at one bus, that start and stop at a price."""
    return one_bus_facts(unit("coal"), gas_unit("gas", bus="a"), free_unit("dear", 900.0), load_mw=loads)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"output_min_mw": 300.0, "output_max_mw": 200.0}, "output_min_mw"),
        ({"start_ramp_mw": 30.0}, "start_ramp_mw"),
    ],
)
def test_facts_that_contradict_themselves_are_refused_before_anything_is_solved(
    changes: dict[str, float], field: str
) -> None:
    """A minimum of 300 MW above a maximum of 200; a start ramp of 30 MW that never reaches a minimum of 80."""
    facts = one_bus_facts(unit("bad", heats=False, **changes), load_mw=100.0)
    with pytest.raises(CaseError) as refused:
        run(small_case(facts, hours=1), facts, Limits())
    named = {flaw.field for flaw in refused.value.flaws}
    assert any(path.startswith("facts.units[0]") and path.endswith(field) for path in named)


def _failed(outcome: Outcome) -> str:
    """The reason of an outcome that failed and shows nothing else."""
    assert outcome.status is Status.FAILED
    assert (outcome.schedule, outcome.audit, outcome.metrics) == (None, None, None)
    assert (outcome.proof.objective_cny, outcome.proof.bound_cny) == (None, None)
    assert outcome.certificate is not None
    assert dict(outcome.seconds)["total"] >= 0.0
    return outcome.reason


ONE_UNIT = one_bus_facts(free_unit("unit", 200.0), load_mw=200.0)
ONE_HOUR = small_case(ONE_UNIT, hours=1, start=SUMMER_DAY)


def test_a_solver_that_fails_is_an_answer_with_its_reason_and_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    run(ONE_HOUR, ONE_UNIT, Limits(), kept=kept)
    assert kept.session is not None
    with monkeypatch.context() as patched:
        patched.setattr(highspy.Highs, "run", lambda _: highspy.HighsStatus.kError)
        assert _failed(run(ONE_HOUR, ONE_UNIT, Limits(), kept=kept)) == "no method of HiGHS solves the relaxation"
    assert kept == Kept()
    assert run(ONE_HOUR, ONE_UNIT, Limits(), kept=kept).status is Status.OPTIMAL


@pytest.mark.parametrize(
    ("method", "given"),
    [("getModelStatus", highspy.HighsModelStatus.kMemoryLimit), ("run", MemoryError("std::bad_alloc"))],
)
def test_highs_without_memory_is_an_answer_and_is_not_asked_twice(
    method: str, given: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def answer(highs: highspy.Highs) -> object:
        asked.append(highs)
        if isinstance(given, MemoryError):
            raise given
        return given

    monkeypatch.setattr(highspy.Highs, method, answer)
    assert _failed(run(ONE_HOUR, ONE_UNIT, Limits())) == "HiGHS ran out of memory"
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "there was no memory left for the solve"),
        (MemoryError("Unable to allocate 9 GiB"), "Unable to allocate 9 GiB"),
    ],
)
@pytest.mark.parametrize("station", ["inputs_of", "built", "audited", "measured"])
def test_no_memory_at_any_station_is_an_answer(
    station: str, error: MemoryError, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(f"dispatch.run.{station}", fail)
    assert _failed(run(ONE_HOUR, ONE_UNIT, Limits())) == reason


def test_a_process_that_holds_more_than_the_limit_at_the_start_answers_so_at_once() -> None:
    reason = _failed(run(ONE_HOUR, ONE_UNIT, Limits(memory_gb=0.01)))
    assert reason.startswith("the solve needed more than 0.01 GB of memory (limits.memory_gb")


def test_a_search_that_outgrows_the_limit_ends_within_two_seconds(
    south: GridFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the process holds grows by a GB with every look, so that the tenth look, in the search, is one too many."""
    looks: list[float] = []

    def growing_gb() -> float:
        looks.append(time.monotonic())
        return float(len(looks))

    monkeypatch.setattr("dispatch.memory.resident_gb", growing_gb)
    told: list[Progress] = []
    limits = Limits(gap_share=0.0, time_s=600.0, memory_gb=9.5)
    reason = _failed(run(real_case(south, 24), south, limits, told.append))
    assert "more than 9.5 GB" in reason
    assert told[-1].stage == "searching"
    assert len(looks) == 10
    assert time.monotonic() - looks[-1] < slowed_s(2.0)


def test_within_its_memory_a_case_is_solved_as_ever() -> None:
    assert run(ONE_HOUR, ONE_UNIT, Limits(memory_gb=100.0)).status is Status.OPTIMAL


def test_limits_that_cannot_be_meant_are_refused_with_the_flaws_of_the_case() -> None:
    with pytest.raises(CaseError) as refused:
        run(replace(ONE_HOUR, response_share=2.0), ONE_UNIT, Limits(gap_share=1.0, time_s=0.0))
    fields = [flaw.field for flaw in refused.value.flaws]
    assert fields == ["response_share", "limits.gap_share", "limits.time_seconds"]
