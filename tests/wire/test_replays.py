"""A comparison goes over the wire and comes back as it was."""

from __future__ import annotations

import pytest

from dispatch.errors import CaseError
from dispatch.schedule.difference import Answer, Comparison, matter, note
from dispatch.schedule.outcome import Status
from dispatch.wire import rpc
from dispatch.wire.replays import files_of, replay_from, replay_request, replay_to

ANSWER = Answer(Status.OPTIMAL, 2.0, 1.0, 0.5, 3.0, 0.25, {"highspy": "1.15.1"})
NOTHING = Answer(Status.NO_SOLUTION, None, None, None, None, 4.0, {})


@pytest.mark.parametrize("again", [NOTHING, None])
def test_numbers_texts_and_what_is_absent_are_told_apart(again: Answer | None) -> None:
    told = (matter("a", 1.5, "lost", "x"), note("b", None, 0.0, "y"), note("c", "", None, "z"))
    found = Comparison("day", ANSWER, again, told)
    assert replay_from(replay_to(found), "day") == found
    assert replay_to(found).same is False


def test_a_file_that_is_sent_twice_is_refused_by_name() -> None:
    request = replay_request({"case.json": b"1"}, "day")
    assert files_of(request) == {"case.json": b"1"}
    request.files.append(rpc.SnapshotFile(name="case.json", content=b"2"))
    with pytest.raises(CaseError) as refused:
        files_of(request)
    assert [(flaw.code, flaw.field) for flaw in refused.value.flaws] == [("DUPLICATE_FILE", "case.json")]
