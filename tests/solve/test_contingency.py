"""
The loss of a circuit in the search: by hand on a triangle, and against all rows at once on random networks.

On the triangle of `tests.small` a cheap unit stands at a (200 CNY/MWh) and a dear one at b (600), 300 MW of load at b.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.network import Section
from dispatch.case.security import Security
from dispatch.model import names
from dispatch.model.build import built
from dispatch.model.rows import Model
from dispatch.schedule.outcome import Outcome, Slack, Status
from dispatch.solve import ladder, polish, relaxation
from dispatch.solve.climb import Known, Search
from dispatch.solve.contingency import Contingencies, contingencies_of
from dispatch.solve.highs import NOTHING, Answer, Orders, Report, unheard
from dispatch.solve.ladder import climbed
from dispatch.solve.problem import Cuts, problem_of
from dispatch.solve.session import Session
from tests.answers import outcome_of
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, bus, gas_unit, line, small_case, small_facts, unit

N_1 = Security(n_minus_1=True)
LINES = (line("ab", "a", "b", rating_mw=200.0), line("bc", "b", "c"), line("ac", "a", "c", rating_mw=180.0))
BARE: dict[str, Any] = dict.fromkeys(("plants", "stores", "contracts", "interfaces", "running_minimums", "links"), ())
UNITS = (free_unit("cheap", 200.0, 600.0, bus="a"), free_unit("dear", 600.0, 600.0, bus="b"))


def triangle(**changes: Any) -> GridFacts:
    parts: dict[str, Any] = {
        **BARE,
        "buses": (bus("a"), bus("b", load_share=1.0), bus("c")),
        "lines": LINES,
        "units": UNITS,
        "load_mw": {"b": 300.0},
        "annual_peak_mw": {"jibei": 600.0},
    }
    facts = small_facts(**{**parts, **changes})
    return replace(
        facts,
        reserve_rules=tuple(
            replace(r, load_share=0, renewable_share=0, shortfall_cny_per_mwh=0) for r in facts.reserve_rules
        ),
    )


def solved(facts: GridFacts, security: Security = N_1, **changes: Any) -> Outcome:
    return outcome_of(facts, hours=2, start=SUMMER_DAY, security=security, **changes)


def output_mw(outcome: Outcome) -> list[float]:
    assert outcome.schedule is not None, outcome.reason
    return [round(float(mw), 3) for mw in outcome.schedule.output_mw.iloc[0]]


def test_without_outages_the_line_itself_is_the_limit() -> None:
    """Two thirds of what a gives go over ab: 300 x 2/3 = 200 MW, its rating."""
    assert output_mw(solved(triangle(), Security())) == [300, 0]


def test_what_is_left_after_an_outage_is_the_limit() -> None:
    """Without ab all goes over c, where ac carries 180 MW; the dear unit gives the rest."""
    outcome = solved(triangle())
    assert output_mw(outcome) == [180, 120]
    assert outcome.status is Status.OPTIMAL
    assert outcome.metrics is not None
    assert outcome.metrics.total.penalty.total_cny == 0
    assert outcome.certificate is not None
    assert outcome.certificate.steps[-1] == "lines: 0 ratings in 0 of 3; N-1: 3 outages, 4 rows in 1 round"


def test_an_emergency_rating_lets_more_through() -> None:
    """1.2 x 180 = 216 MW."""
    assert output_mw(solved(triangle(), replace(N_1, emergency_share=1.2))) == [216, 84]


def test_a_line_of_two_circuits_loses_one() -> None:
    """
    Ab has two circuits, ac and bc one. With half of ab lost it has the reactance of the way over c, and shares evenly:
    150 of 300 MW on the 100 MW left of ab; 200 MW from a. Without ac all 200 MW are on ab, its rating.
    """
    lines = (replace(LINES[0], circuit_count=2), *LINES[1:])
    assert output_mw(solved(triangle(lines=lines))) == [200, 100]


def test_an_overload_is_paid_for_where_nothing_else_helps() -> None:
    """The dear unit is gone: 300 MW over ac of 180 once ab is lost, 300 on ab of 200 without ac: 20 000 CNY/MWh."""
    outcome = solved(triangle(units=UNITS[:1]))
    assert outcome.metrics is not None
    first = [s for s in outcome.metrics.slacks if s.kind == "line_overload" and "T00:00" in s.time]
    assert [replace(s, slack_mw=round(s.slack_mw, 3)) for s in first] == [
        Slack("line_overload", "ab", "2030-07-15T00:00+08:00", 100.0),
        Slack("line_overload", "ac", "2030-07-15T00:00+08:00", 120.0),
    ]
    assert outcome.metrics.total.penalty.security_cny == pytest.approx(2 * 220 * 20_000)
    assert outcome.status is Status.OPTIMAL


def test_a_cheap_overload_is_chosen() -> None:
    """A MW from a, not b, spares 400 CNY and overloads ac after the loss of ab: worth 300, up to ab's own 200."""
    outcome = solved(triangle(), replace(N_1, overload_cny_per_mwh=300.0))
    assert output_mw(outcome) == [200, 100]


def test_a_line_that_is_not_watched_may_be_overloaded() -> None:
    """Without ac ab carries all, and 200 MW is its rating."""
    assert output_mw(solved(triangle(), replace(N_1, unwatched=("ac",)))) == [200, 100]


def test_outages_that_make_an_island_are_named() -> None:
    spur = triangle(
        buses=(bus("a"), bus("b", load_share=0.9), bus("c"), bus("d", load_share=0.1)),
        lines=(*LINES, line("cd", "c", "d")),
        load_mw={"b": 270.0, "d": 30.0},
    )
    outcome = solved(spur)
    assert outcome.certificate is not None
    assert outcome.certificate.steps[-1].endswith("left out, as they make an island: cd (cuts off d)")
    assert outcome.status is Status.OPTIMAL


def test_a_case_that_cannot_be_met_is_infeasible_with_outages_too() -> None:
    outcome = solved(triangle(units=(free_unit("cheap", 200.0, 100.0, bus="b"),)))
    assert outcome.status is Status.INFEASIBLE
    assert sum(s.missing_mw for s in outcome.shortfalls) == pytest.approx(2 * 200)


def test_a_section_holds_and_gives_way_at_its_price() -> None:
    """A section of 150 MW around a; with the dear unit limited to 100 MW, 50 MW are beyond it."""
    section = (Section("from a", ("ab",), ("ca",), 150.0, 150.0),)
    lines = (LINES[0], LINES[1], line("ca", "c", "a"))
    assert output_mw(solved(triangle(sections=section, lines=lines), Security())) == [150, 150]
    weak = (UNITS[0], free_unit("dear", 600.0, 100.0, bus="b"))
    outcome = solved(triangle(sections=section, lines=lines, units=weak), Security())
    assert output_mw(outcome) == [200, 100]
    assert outcome.metrics is not None
    assert outcome.metrics.total.penalty.security_cny == pytest.approx(2 * 50 * 20_000)


def test_a_section_without_lines_of_a_kind_is_held_by_links() -> None:
    """Jibei's ring: what crosses counts links like lines."""
    facts = small_facts(sections=(Section("to d", (), ("cd",), 1e4, 30.0),), plants=(), contracts=())
    outcome = outcome_of(facts, hours=1, start=SUMMER_DAY)
    assert outcome.schedule is not None
    assert outcome.schedule.section_over_mw.iloc[0, 0] == pytest.approx(50 - 30)


def test_an_outage_forgotten_by_the_model_is_found_by_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Contingencies, "broken", lambda *_: None)
    outcome = solved(triangle())
    assert outcome.status is Status.FAILED
    assert "security-one_circuit_lost" in outcome.reason


# ---------------------------------------------------------------- all rows at once


def meshed(seed: int) -> tuple[GridFacts, Case]:
    """Seven buses in a ring with chords and a spur, some lines of two circuits, three units, six hours."""
    rng = np.random.default_rng(seed)
    ends = [(k, (k + 1) % 7) for k in range(7)] + [(0, 3), (2, 5), (int(rng.integers(0, 7)), 7)]
    lines = tuple(
        line(
            f"l{k}",
            f"b{a}",
            f"b{b}",
            reactance_share=float(rng.uniform(5e-5, 3e-4)),
            rating_mw=float(rng.uniform(120, 260)),
            circuit_count=int(rng.integers(1, 3)),
        )
        for k, (a, b) in enumerate(ends)
    )
    share = rng.dirichlet(np.ones(8))
    facts = small_facts(
        **BARE,
        buses=tuple(bus(f"b{k}", load_share=float(share[k])) for k in range(8)),
        lines=lines,
        units=(unit("coal_1", bus="b0"), unit("coal_2", bus="b3"), gas_unit("gas", bus="b5", output_max_mw=300.0)),
        load_mw={f"b{k}": [float(share[k]) * (380 + 40 * (h % 4)) for h in range(24)] for k in range(8)},
    )
    share_of_rating = float(rng.uniform(0.9, 1.2))
    security = Security(n_minus_1=True, emergency_share=share_of_rating, overload_cny_per_mwh=2_000.0)
    return facts, small_case(facts, hours=6, start=SUMMER_DAY, security=security)


def modelled(facts: GridFacts, case: Case) -> tuple[Model, Contingencies]:
    inputs = inputs_of(case, facts)
    model = built(case, facts, inputs)
    outages = contingencies_of(model, facts, inputs)
    assert outages is not None
    return model, outages


def silent(objective: float | None, bound: float | None) -> None:
    """Tell nobody."""


@pytest.mark.parametrize("seed", range(10))
def test_rows_found_on_the_way_lead_where_all_rows_lead(seed: int) -> None:
    model, outages = modelled(*meshed(seed))
    problem, search = problem_of(model), Search(time.monotonic() + 60, 1e-7)
    found, status, proof = climbed(problem, search, silent, Known(None, outages))
    whole = problem.extended(outages.every())
    _, expected_status, expected = climbed(whole, search, silent)

    assert status is expected_status is Status.OPTIMAL
    assert proof.objective_cny == pytest.approx(expected.objective_cny, rel=1e-6)
    assert found.x is not None
    rows = whole.rows @ found.x
    assert (rows <= whole.row_upper + 0.11).all()


def test_the_networks_above_are_held_by_their_outages() -> None:
    """Or the test above would show nothing: most of them cost more with outages than without."""
    dearer = 0
    for seed in range(10):
        model, outages = modelled(*meshed(seed))
        problem, search = problem_of(model), Search(time.monotonic() + 60, 1e-7)
        _, _, free = climbed(problem, search, silent)
        _, _, held = climbed(problem, search, silent, Known(None, outages))
        assert free.objective_cny is not None
        assert held.objective_cny is not None
        assert held.objective_cny >= free.objective_cny * (1 - 1e-6)
        dearer += held.objective_cny > free.objective_cny * (1 + 1e-5)
    assert dearer >= 5


def test_any_point_becomes_one_of_all_rows_by_paying() -> None:
    facts, case = meshed(3)
    model, outages = modelled(facts, case)
    x = np.zeros(model.column_count)
    rng = np.random.default_rng(0)
    x[model.variables[names.LINE_FLOW].columns] = rng.uniform(-300, 300, (6, len(facts.lines)))
    rows = outages.every()
    assert outages.broken(x) is not None
    assert (rows.rows @ x > rows.upper + 1).any()

    paid = outages.completed(x)
    assert outages.broken(paid) is None
    assert (rows.rows @ paid <= rows.upper + 0.11).all()


def test_what_no_time_is_left_to_secure_is_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relaxation is let pass, and the point that is found is never solved again: each MW beyond is paid for."""
    facts = triangle()
    model, outages = modelled(facts, small_case(facts, hours=2, start=SUMMER_DAY, security=N_1))

    class Late(Session):
        """No time is left once rows are added."""

        late = False

        def add(self, cuts: Cuts) -> None:
            self.late = True
            super().add(cuts)

        def solve_without(self, orders: Orders, report: Report = unheard) -> Answer:
            return NOTHING if self.late else super().solve_without(orders, report)

    for module in (relaxation, polish):
        monkeypatch.setattr(module, "Session", Late)
    monkeypatch.setattr(relaxation, "scout", lambda _: None)
    monkeypatch.setattr(ladder, "_search_folded", lambda _: None)
    monkeypatch.setattr(ladder, "_search_units", lambda _: None)
    looked = Contingencies.broken
    calls = iter([True])  # the relaxation is let pass
    monkeypatch.setattr(Contingencies, "broken", lambda self, x, **_: None if next(calls, False) else looked(self, x))
    problem = replace(problem_of(model), seldom_index=None)
    found, _, proof = climbed(problem, Search(time.monotonic() + 5, 1e-6), silent, Known(None, outages))
    assert found.x is not None
    over = found.x[model.variables[names.OVERLOAD].columns]
    np.testing.assert_allclose(over, [[100, 0, 120]] * 2, rtol=1e-6)
    assert proof.objective_cny == pytest.approx(problem.value(found.x))
