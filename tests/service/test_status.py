"""Every error has its status, and a status tells every flaw that fits a call."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from dispatch.errors import AlreadyAsked, CaseError, DispatchError, Flaw, SolverFailed, StoreFull, StoreLost
from dispatch.service.status import DEFECT, REFUSALS, status_of
from dispatch.service.waiting import Draining

TRAILERS_BYTES_COUNT = 8192  # what a client takes by default


def _classes(root: type[DispatchError]) -> Iterator[type[DispatchError]]:
    for child in root.__subclasses__():
        yield child
        yield from _classes(child)


def _detail(status: Status, kind: type) -> object:
    found = kind()
    assert any(detail.Unpack(found) for detail in status.details)
    return found


def _flaws(count: int) -> tuple[Flaw, ...]:
    return tuple(Flaw("TOO_MUCH", f"units[{k}].output_mw", "500 MW is above 300 MW" * 3) for k in range(count))


def test_every_error_of_ours_has_its_status() -> None:
    ours = {kind for kind in _classes(DispatchError) if kind.__module__.startswith("dispatch.")}
    assert ours - set(REFUSALS) == set()


def test_every_reason_is_stable_and_its_own() -> None:
    reasons = [refusal.reason for refusal in (*REFUSALS.values(), DEFECT)]
    assert len(set(reasons)) == len(reasons)
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", reason) for reason in reasons)


def test_every_flaw_of_a_case_is_a_violation() -> None:
    status = status_of(CaseError(_flaws(3)), retry_seconds=5)
    assert status.code == Code.INVALID_ARGUMENT
    request, info = _detail(status, BadRequest), _detail(status, ErrorInfo)
    assert [(v.field, v.reason) for v in request.field_violations] == [  # type: ignore[attr-defined]
        (f"units[{k}].output_mw", "TOO_MUCH") for k in range(3)
    ]
    assert (info.reason, info.domain) == ("CASE_REFUSED", "dispatch")  # type: ignore[attr-defined]
    assert dict(info.metadata) == {"flaw_count": "3", "told_count": "3"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [50, 1000])
def test_more_flaws_than_fit_a_call_are_counted_and_the_first_told(count: int) -> None:
    status = status_of(CaseError(_flaws(count)), retry_seconds=5)
    assert status.ByteSize() * 4 / 3 + len(status.message) < TRAILERS_BYTES_COUNT
    info = _detail(status, ErrorInfo)
    assert info.metadata["flaw_count"] == str(count)  # type: ignore[attr-defined]
    assert 0 < int(info.metadata["told_count"]) < count  # type: ignore[attr-defined]
    assert "ValidateCase" in status.message


@pytest.mark.parametrize("error", [Draining("stopping"), StoreLost("away"), StoreFull("full")])
def test_who_comes_too_early_is_told_when_to_come_back(error: DispatchError) -> None:
    assert _detail(status_of(error, retry_seconds=7), RetryInfo).retry_delay.seconds == 7  # type: ignore[attr-defined]


def test_of_a_defect_nothing_is_told() -> None:
    status = status_of(KeyError("secret"), retry_seconds=5)
    assert status.code == Code.INTERNAL
    assert "secret" not in str(status)


def test_our_own_words_are_told() -> None:
    assert status_of(SolverFailed("the solver stumbled"), retry_seconds=5).message == "the solver stumbled"


def test_the_hashes_of_two_requests_of_one_name_are_told_to_programs_too() -> None:
    error = AlreadyAsked("day-1", "a" * 64, "b" * 64)
    info = _detail(status_of(error, retry_seconds=5), ErrorInfo)
    told = {"request_id": "day-1", "kept_sha256": "a" * 64, "asked_sha256": "b" * 64}
    assert dict(info.metadata) == told  # type: ignore[attr-defined]
