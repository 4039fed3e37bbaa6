"""A task that a process lives by never dies in silence."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from dispatch.cli.command import OUR_FAULT
from dispatch.jobs.vigil import TaskDied, until
from dispatch.service.background import LISTENING
from tests.conventions.tree import ROOT

ENDED_S = 300.0
CODE = """
import sys
from dispatch.__main__ import main
from {module} import {owner} as owner

async def broken(*_):
    raise KeyError("a defect")

owner.{name} = broken
sys.exit(main(sys.argv[1:]))
"""


def _ended(where: tuple[str, str, str], *verb: str) -> subprocess.CompletedProcess[str]:
    module, owner, name = where
    code = CODE.format(module=module, owner=owner, name=name)
    command = [sys.executable, "-c", code, *verb]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True, timeout=ENDED_S)


def test_a_server_ends_with_what_it_lives_by(tmp_path: Path) -> None:
    """What looks for watchers; the others stand in the same list."""
    told = _ended(
        ("dispatch.service.watchers", "Watchers", "look"),
        *("serve", "--listen", "127.0.0.1:0", "--database", f"sqlite:///{tmp_path}/runs.db"),
    )
    assert told.returncode == OUR_FAULT
    assert told.stdout.startswith(LISTENING)
    lines = [json.loads(line) for line in told.stderr.splitlines() if line.startswith("{")]
    (last,) = [line for line in lines if line["level"] == "critical"]
    assert "look died of a defect" in last["event"]
    assert "KeyError: 'a defect'" in last["exception"]


def test_a_worker_ends_with_what_it_lives_by(tmp_path: Path) -> None:
    told = _ended(("dispatch.jobs.worker", "Worker", "work"), "worker", "--database", f"sqlite:///{tmp_path}/runs.db")
    assert told.returncode == OUR_FAULT
    lines = [json.loads(line) for line in told.stderr.splitlines() if line.startswith("{")]
    assert ["work died of a defect" in line["event"] for line in lines] == [True]


def test_what_ends_by_itself_or_is_cancelled_is_no_death() -> None:
    async def waited() -> TaskDied | None:
        stop = asyncio.Event()
        over = asyncio.create_task(asyncio.sleep(0))
        cancelled = asyncio.create_task(asyncio.sleep(60))
        cancelled.cancel()
        asyncio.get_running_loop().call_later(0.05, stop.set)
        return await until(stop, [over, cancelled])

    assert asyncio.run(waited()) is None


def test_a_death_is_told_at_once() -> None:
    async def broken() -> None:
        raise KeyError

    async def waited() -> TaskDied | None:
        return await until(asyncio.Event(), [asyncio.create_task(broken(), name="one")])

    assert str(asyncio.run(waited())) == "one died of a defect: KeyError()"
