"""What holds for the answer to any case: it is true, it scales, and more room never costs more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.case.case import Limits
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Status
from tests.properties.cases import Asked, asked
from tests.properties.dearer import dearer
from tests.properties.heat import heated, without_store

LIMITS = Limits(gap_share=1e-4, time_s=60.0)
SLIGHT_CNY, SLIGHT_SHARE = 0.01, 1e-6  # of an objective, what arithmetic may lose


def few(count: int) -> settings:
    """The same examples in every run."""
    return settings(
        max_examples=count, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )


def answer(question: Asked) -> Outcome:
    """The answer, which is a proven one on cases as small as these, and true; with losses it may be proven less."""
    outcome = run(question.case, question.facts, LIMITS)
    ends = {Status.OPTIMAL, Status.INFEASIBLE} | ({Status.FEASIBLE} if question.case.losses.lines else set())
    assert outcome.status in ends, (outcome.status, outcome.reason)
    return outcome


def span(outcome: Outcome) -> tuple[float, float] | None:
    """From the bound to the objective, a little wider; None where there is no schedule."""
    low, high = outcome.proof.bound_cny, outcome.proof.objective_cny
    if high is None:
        return None
    assert low is not None
    slight = SLIGHT_CNY + SLIGHT_SHARE * abs(high)
    assert low <= high + slight
    return low - slight, high + slight


@few(15)
@given(question=asked())
def test_an_answer_is_true_or_says_why_there_is_none(question: Asked) -> None:
    """Audited, bounded, and balanced: made + absorbed + from stores + imported + cut = load + stored + extra + lost."""
    outcome = answer(question)
    if outcome.status is Status.INFEASIBLE:
        assert outcome.reason
        assert outcome.causes, outcome.reason
        return
    assert span(outcome) is not None
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.metrics is not None
    total = outcome.metrics.total
    assert total.absorbed_mwh + total.curtailed_mwh == pytest.approx(total.available_mwh, abs=1e-3)
    assert total.cost.total_cny + total.penalty.total_cny == pytest.approx(
        outcome.proof.objective_cny, rel=1e-6, abs=0.1
    )
    given_mwh = total.thermal_mwh + total.absorbed_mwh + total.storage_discharge_mwh + total.pumped_discharge_mwh
    taken_mwh = total.load_mwh + total.storage_charge_mwh + total.pumped_charge_mwh + total.net_export_mwh
    taken_mwh += total.self_use_mwh + total.network_loss_mwh
    moved_mwh = total.response_cut_mwh - total.response_extra_mwh
    assert given_mwh + moved_mwh == pytest.approx(taken_mwh, abs=0.01)


@few(5)
@given(question=asked())
def test_at_twice_the_prices_the_same_costs_twice_as_much(question: Asked) -> None:
    once, twice = span(answer(question)), span(answer(dearer(question, 2.0)))
    assert (once is None) == (twice is None)
    if once is not None and twice is not None:
        assert once[0] <= twice[1] / 2
        assert twice[0] / 2 <= once[1]


@few(5)
@given(question=asked(), storage=st.booleans())
def test_more_response_or_storage_never_costs_more(question: Asked, *, storage: bool) -> None:
    """A store half as large again, from the same level to the same; or ten times the response share, and 5 % more."""
    case = question.case
    scales = replace(case.scales, new_storage_share=1.5)
    wider = replace(case, scales=scales) if storage else replace(case, response_share=case.response_share + 0.05)
    before, after = span(answer(question)), span(answer(replace(question, case=wider)))
    if before is not None:
        assert after is not None, "what had a schedule has none with more room"
        assert after[0] <= before[1]


@few(8)
@given(question=heated())
def test_a_heat_store_never_costs_more_than_none(question: Asked) -> None:
    """Whatever units do without it they may do beside it: their load is what the running minimum carries at least."""
    beside, alone = span(answer(question)), span(answer(without_store(question)))
    if alone is not None:
        assert beside is not None, "what had a schedule has none with a heat store"
        assert beside[0] <= alone[1]
