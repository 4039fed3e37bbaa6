"""Requests that nobody meant: random bytes, and good requests with bytes turned, cut, doubled and mixed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import grpc

from bench.service.cases import QUICK, a_case
from dispatch.client.questions import submit_request
from dispatch.runs.run import Urgency
from dispatch.wire import rpc

AT_ONCE_COUNT = 16
CALL_S = 10.0
STREAM_S = 0.2  # a watch that began in spite of it all is let go
STREAMS = ("SolveCase", "WatchRun", "GetSchedule", "WatchStudy")
MOST_BYTES_COUNT = 300
CHANGES_COUNT = 8


def good_requests(run_id: str) -> dict[str, bytes]:
    """One of each method that a server without workers answers at once."""
    case = submit_request(a_case(), QUICK, "day-1", Urgency.DAY_AHEAD, {"desk": "south"})
    axes = rpc.SubmitStudyRequest(case=case.case, limits=case.limits, request_id="study-1", title="a study")
    axes.axes.add(field="response_share").values.add(number_value=0.05)
    asked = {
        "ListGrids": rpc.ListGridsRequest(),
        "GetGrid": rpc.GetGridRequest(grid="jibei", edition=2030),
        "ValidateCase": rpc.ValidateCaseRequest(case=case.case),
        "SolveCase": rpc.SolveCaseRequest(case=case.case, limits=case.limits),
        "SubmitCase": case,
        "GetRun": rpc.GetRunRequest(run_id=run_id),
        "ListRuns": rpc.ListRunsRequest(page_size=3, grid="jibei", labels={"desk": "south"}),
        "WatchRun": rpc.WatchRunRequest(run_id=run_id, after_event_index=1),
        "CancelRun": rpc.CancelRunRequest(run_id=run_id, keep_incumbent=True),
        "DeleteRun": rpc.DeleteRunRequest(run_id=run_id),
        "GetSchedule": rpc.GetScheduleRequest(run_id=run_id, kinds=["units"], components=["a"]),
        "SubmitStudy": axes,
        "GetStudy": rpc.GetStudyRequest(study_id=run_id),
        "ListScenarios": rpc.ListScenariosRequest(study_id=run_id, page_size=2),
        "WatchStudy": rpc.WatchStudyRequest(study_id=run_id, known_indices=[1, 2]),
        "CancelStudy": rpc.CancelStudyRequest(study_id=run_id),
    }
    return {method: request.SerializeToString() for method, request in asked.items()}


def noise(good: dict[str, bytes], count: int, seed_count: int = 1) -> Iterator[tuple[str, bytes]]:
    """Methods and what is sent to them, the same for the same seed; methods with a case are one in four."""
    chance = random.Random(seed_count)  # noqa: S311 (no secret)
    large = [method for method, sent in good.items() if len(sent) > MOST_BYTES_COUNT]
    small = [method for method in good if method not in large]
    for _ in range(count):
        method = chance.choice(large if chance.random() < 0.25 else small)  # noqa: PLR2004
        if chance.random() < 0.3:  # noqa: PLR2004
            yield method, chance.randbytes(chance.randrange(MOST_BYTES_COUNT))
        else:
            yield method, _mutated(good[method], chance)


def _mutated(sent: bytes, chance: random.Random) -> bytes:
    changed = bytearray(sent)
    for _ in range(chance.randint(1, CHANGES_COUNT)):
        at = chance.randrange(len(changed) + 1)
        kind = chance.randrange(5)
        if kind == 0 and at < len(changed):
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del changed[at:]
        elif kind == 2:  # noqa: PLR2004
            changed[at:at] = chance.randbytes(chance.randrange(1, 9))
        elif kind == 3:  # noqa: PLR2004
            changed[at:at] = changed[at : at + chance.randrange(1, 60)]
        else:
            del changed[at : at + chance.randrange(1, 9)]
    return bytes(changed)


async def answered(target: str, requests: Iterator[tuple[str, bytes]]) -> Counter[str]:
    """How often each code was the answer."""
    codes: Counter[str] = Counter()
    async with grpc.aio.insecure_channel(target) as channel:

        async def one_after_another() -> None:
            for method, sent in requests:
                codes[await _code(channel, method, sent)] += 1

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE_COUNT)))
    return codes


async def _code(channel: Any, method: str, sent: bytes) -> str:
    path = f"/{rpc.SERVICE}/{method}"
    try:
        if method in STREAMS:
            async for _ in channel.unary_stream(path)(sent, timeout=STREAM_S):
                pass
        else:
            await channel.unary_unary(path)(sent, timeout=CALL_S)
    except grpc.RpcError as error:
        return str(error.code().name)
    return "OK"
