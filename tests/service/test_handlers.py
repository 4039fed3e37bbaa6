"""What the methods answer."""

from __future__ import annotations

import asyncio
import dataclasses
import time

import pytest

from dispatch.case.case import Limits
from dispatch.client import Client
from dispatch.errors import CaseError
from dispatch.grid.catalogue import editions, facts_of, grids
from dispatch.schedule.outcome import Outcome, Status
from dispatch.schedule.progress import Progress
from dispatch.service.asked import accepted_case
from dispatch.service.background import Background
from dispatch.service.handlers import Handlers
from dispatch.wire import rpc
from dispatch.wire.translate import case_to, grid_to
from tests.pace import slowed_s
from tests.service.watch import a_case, solvers


def test_a_small_case_is_solved_with_progress_then_one_outcome(client: Client) -> None:
    *progress, outcome = client.solve(a_case(step_count=4), Limits(gap_share=0.02))
    assert progress
    assert all(isinstance(told, Progress) for told in progress)
    assert isinstance(outcome, Outcome)
    assert outcome.status is Status.OPTIMAL
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.schedule is not None
    assert outcome.schedule.output_mw.shape == (4, len(a_case().units))


def test_every_grid_and_its_editions_are_listed(client: Client) -> None:
    assert client.grids() == dict.fromkeys(grids(), editions())


@pytest.mark.parametrize("grid", ["hebei_south", "jibei", "hebei"])
def test_a_grid_is_told_whole(grid: str) -> None:
    facts = facts_of(grid, 2030)
    message = grid_to(facts)
    parts = (
        "buses",
        "lines",
        "links",
        "units",
        "plants",
        "stores",
        "contracts",
        "interfaces",
        "reserve_rules",
    )
    assert [len(getattr(message, part)) for part in parts] == [len(getattr(facts, part)) for part in parts]
    assert [total.grid for total in message.totals] == list(facts.members)
    assert sum(t.thermal_mw for t in message.totals) == pytest.approx(sum(u.output_max_mw for u in facts.units))
    assert message.content_sha256 == facts.content_sha256


def test_a_good_case_has_no_flaw(client: Client) -> None:
    assert client.validate(a_case()) == ()


def test_a_bad_case_is_refused_at_once_with_every_flaw_and_without_a_process(
    client: Client, service: Background
) -> None:
    bad = dataclasses.replace(a_case(), response_share=2.0, units=a_case().units[1:])
    client.validate(a_case())  # the facts are read
    begun = time.monotonic()
    with pytest.raises(CaseError) as refused:
        list(client.solve(bad, Limits(gap_share=-1.0, time_s=0.0)))
    assert time.monotonic() - begun < slowed_s(2.0)
    fields = {flaw.field for flaw in refused.value.flaws}
    assert {"response_share", "limits.gap_share", "limits.time_seconds"} <= fields
    assert set(client.validate(bad)) == {f for f in refused.value.flaws if not f.field.startswith("limits.")}
    assert not solvers(service.process.pid)


def test_more_flaws_than_fit_a_call_reach_a_client_of_ours_all_the_same(client: Client) -> None:
    units = tuple(dataclasses.replace(unit, output_mw=1e6) for unit in a_case().units)
    with pytest.raises(CaseError) as refused:
        list(client.solve(dataclasses.replace(a_case(), units=units)))
    assert len({flaw.field for flaw in refused.value.flaws}) >= len(units)


@pytest.mark.parametrize(("change", "field"), [({"grid": "guangdong"}, "grid"), ({"edition": 1949}, "edition")])
def test_an_unknown_grid_or_edition_is_a_flaw_beside_the_others(
    client: Client, change: dict[str, object], field: str
) -> None:
    bad = dataclasses.replace(a_case(), response_share=-1.0, **change)  # type: ignore[arg-type]
    assert {flaw.field for flaw in client.validate(bad)} == {field, "response_share"}


def test_a_flaw_of_form_hides_no_flaw_of_content() -> None:
    message = case_to(dataclasses.replace(a_case(), response_share=1.5))
    message.units[0].ClearField("output_mw")
    with pytest.raises(CaseError) as refused:
        accepted_case(message)
    assert [(f.code, f.field) for f in refused.value.flaws] == [
        ("REQUIRED", "units[0].output_mw"),
        ("SHARE_OUT_OF_RANGE", "response_share"),
    ]


@pytest.mark.parametrize("edition", [None, 0, 2025])
def test_a_grid_asked_for_without_an_edition_is_the_newest(edition: int | None) -> None:
    request = rpc.GetGridRequest(grid="jibei", edition=edition)
    handlers = Handlers(None, None, None)  # type: ignore[arg-type]
    answer = asyncio.run(handlers.GetGrid(request, None))
    assert answer.edition == (edition or 2030)
