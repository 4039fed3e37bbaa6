"""The outcome and the progress go out and come back."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pandas as pd
import pytest

from dispatch.errors import CaseError
from dispatch.schedule.outcome import (
    AggregatorMetrics,
    Aim,
    Cause,
    ContractMetrics,
    Cost,
    GridMetrics,
    Outcome,
    Penalty,
    PriceReport,
    Proof,
    Status,
)
from dispatch.schedule.prices import PRICE_TABLES
from dispatch.schedule.progress import Progress
from dispatch.v1 import run_pb2
from dispatch.wire.files import outcome_of, outcome_text
from dispatch.wire.translate import answer_from, outcome_from, progress_from, progress_to
from tests.wire.examples import a_price_report, a_schedule, an_aim, an_outcome, price_tables


def test_an_outcome_comes_back_as_it_went() -> None:
    assert outcome_from(run_pb2.Outcome.FromString(answer_from(an_outcome()).SerializeToString())) == an_outcome()


def test_the_schedule_is_sent_only_where_it_is_asked_for() -> None:
    outcome = an_outcome(schedule=a_schedule())
    assert not answer_from(outcome).HasField("schedule")
    assert answer_from(outcome, include_schedule=True).schedule.step_count == 2
    assert outcome_from(answer_from(outcome, include_schedule=True)).schedule is not None


def test_what_was_sought_first_and_why_there_are_no_prices_come_back() -> None:
    outcome = an_outcome()
    outcome = replace(outcome, proof=replace(outcome.proof, aim=an_aim()), prices=a_price_report())
    assert outcome_from(run_pb2.Outcome.FromString(answer_from(outcome).SerializeToString())) == outcome


def test_prices_come_back_table_by_table_and_stay_out_of_the_file_of_the_outcome() -> None:
    outcome = replace(an_outcome(), prices=a_price_report(price_tables()))
    back = outcome_from(run_pb2.Outcome.FromString(answer_from(outcome).SerializeToString())).prices
    assert back is not None
    assert back.tables is not None
    for table in PRICE_TABLES:
        pd.testing.assert_frame_equal(getattr(back.tables, table), getattr(price_tables(), table), check_dtype=False)
    short = outcome_of(outcome_text(outcome)).prices
    assert short is not None
    assert short.tables is None
    assert short.checks == back.checks


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_its_value_on_the_wire(status: Status) -> None:
    outcome = Outcome(status, Proof(None, None), reason="because")
    assert outcome_from(answer_from(outcome)) == outcome


def test_a_number_that_does_not_exist_is_absent() -> None:
    message = answer_from(Outcome(Status.NO_SOLUTION, Proof(objective_cny=None, bound_cny=0.0)))
    present = {field.name for field, _ in message.ListFields()}
    assert present == {"status", "bound_cny"}


def test_an_unknown_status_is_no_outcome() -> None:
    with pytest.raises(CaseError, match="status"):
        outcome_from(run_pb2.Outcome())


def test_the_totals_that_are_sent_are_the_sums() -> None:
    metrics = answer_from(an_outcome()).metrics
    assert metrics.cost.total_cny == 33.0
    assert metrics.penalty.total_cny == 34.0
    assert answer_from(an_outcome()).slack_used


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (GridMetrics, run_pb2.Metrics),
        (Aim, run_pb2.Aim),
        (PriceReport, run_pb2.PriceReport),
        (Cause, run_pb2.Cause),
        (ContractMetrics, run_pb2.ContractMetrics),
        (AggregatorMetrics, run_pb2.AggregatorMetrics),
        (Cost, run_pb2.Cost),
        (Penalty, run_pb2.Penalty),
        (Progress, run_pb2.Progress),
    ],
)
def test_no_field_of_a_record_is_forgotten_on_the_wire(record: type, message: type[run_pb2.Metrics]) -> None:
    sent = {field.name for field in message.DESCRIPTOR.fields}
    assert {field.name for field in dataclasses.fields(record)} - sent == set()


def test_progress_comes_back_as_it_went() -> None:
    told = Progress("searching", 3.5, objective_cny=10.0, bound_cny=9.0, gap_share=0.1)
    assert progress_from(progress_to(told)) == told
    assert progress_from(progress_to(Progress("placing", 0.0))) == Progress("placing", 0.0)
