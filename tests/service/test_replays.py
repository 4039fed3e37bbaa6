"""A bundle replayed by a real server."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from pathlib import Path

import pytest

from dispatch.__main__ import main
from dispatch.client import Access, AsyncClient, Client, ServiceError, State
from dispatch.errors import CaseError
from dispatch.replay.sent import packed
from dispatch.schedule.difference import Comparison
from dispatch.schedule.progress import Progress
from dispatch.service.background import Background
from dispatch.service.replays import LABEL
from tests.replay.records import SMALL, record
from tests.replay.write import BUNDLES
from tests.service.door import secrets_in, served
from tests.service.watch import SOON_S, solvers, until

INFEASIBLE = "jibei-too-much-load"


def test_a_bundle_is_replayed_as_a_run_of_its_caller(client: Client) -> None:
    *progress, found = client.replay(packed(BUNDLES / INFEASIBLE), "too much")
    assert all(isinstance(told, Progress) for told in progress)
    assert isinstance(found, Comparison)
    assert found.same, found.differences
    assert found.again is not None
    assert found.again.status is found.recorded.status is record(INFEASIBLE).outcome.status
    (run,) = client.runs(labels={LABEL: "too much"})
    assert (run.state, run.case_sha256) == (State.SUCCEEDED, record(INFEASIBLE).outcome.certificate.case_sha256)  # type: ignore[union-attr]


def test_an_objective_that_was_recorded_too_low_is_told_as_a_contradiction(service: Background) -> None:
    """Objective and bound halved in outcome.json, and its hash in the manifest with them: the seal is whole."""
    files = packed(BUNDLES / SMALL)
    outcome = json.loads(gzip.decompress(files["outcome.json.gz"]))
    for name in ("objective_cny", "bound_cny"):
        outcome[name] /= 2
    content = json.dumps(outcome).encode()
    manifest = json.loads(gzip.decompress(files["manifest.json.gz"]))
    manifest["files"]["outcome.json"] = _entry(content)
    spoilt = {**files, "outcome.json.gz": gzip.compress(content), "manifest.json.gz": gzip.compress(_text(manifest))}

    async def asked(target: str) -> Comparison:
        async with AsyncClient(target) as other:
            told = [one async for one in other.replay(spoilt)]
        assert isinstance(told[-1], Comparison)
        return told[-1]

    found = asyncio.run(asked(service.target))
    assert not found.same
    (told,) = [one for one in found.differences if one.field == "again.objective_cny"]
    assert told.matters
    assert told.recorded == pytest.approx(record().outcome.proof.objective_cny / 2)  # type: ignore[operator]
    assert "contradiction" in told.message


def test_a_bundle_that_is_not_what_was_written_is_refused_file_by_file_without_a_run(
    client: Client, service: Background
) -> None:
    files = packed(BUNDLES / SMALL)
    files["case.json.gz"] = files["case.json.gz"][:-9]
    files["limits.json.gz"] = gzip.compress(b"{}")
    with pytest.raises(CaseError) as refused:
        list(client.replay(files, "cut"))
    assert {(flaw.code, flaw.field) for flaw in refused.value.flaws} == {
        ("NOT_GZIP", "case.json.gz"),
        ("HASH_MISMATCH", "limits.json.gz"),
    }
    assert not list(client.runs(labels={LABEL: "cut"}))
    assert not solvers(service.process.pid)


@pytest.mark.faults
def test_a_replay_that_nobody_waits_for_is_cancelled(client: Client, service: Background) -> None:
    telling = client.replay(packed(BUNDLES / "both-summer-evening-response"), "left")
    next(telling)
    telling.close()  # type: ignore[attr-defined]
    assert until(lambda: [run.state for run in client.runs(labels={LABEL: "left"})] == [State.CANCELLED], SOON_S)


def test_the_command_line_replays_by_a_server(
    service: Background, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code = main(["replay", str(BUNDLES / INFEASIBLE), "--server", service.target])
    told = capsys.readouterr().out
    assert code == 0, told
    assert "1 replayed, all the same" in told
    assert main(["replay", str(tmp_path), "--server", service.target]) == 1
    assert main(["replay", str(tmp_path), "--server", service.target, "--against", str(tmp_path)]) == 2


def test_a_replay_is_for_submitters(tmp_path: Path) -> None:
    secrets = secrets_in(tmp_path)
    with (
        served(tmp_path, "--tokens", str(secrets.file), "--database", f"sqlite:///{tmp_path}/runs.db") as service,
        Client(service.target, Access(token=secrets.reader)) as reader,
        pytest.raises(ServiceError) as refused,
    ):
        list(reader.replay(packed(BUNDLES / INFEASIBLE)))
    assert refused.value.reason == "ROLE_TOO_LOW"


def _entry(content: bytes) -> dict[str, object]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes_count": len(content)}


def _text(content: object) -> bytes:
    return json.dumps(content).encode()
