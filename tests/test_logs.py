"""Whatever a process of ours has to tell is a line of JSON on stderr."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.conventions.tree import ROOT

ENDED_S = 120.0
CODE = """
import asyncio
from contextlib import suppress

from structlog.contextvars import bind_contextvars

from dispatch.case.case import Limits
from dispatch.errors import SolverFailed
from dispatch.jobs.aside import Aside
from dispatch.jobs.children import Children
from dispatch.settings import Settings
from tests.jobs.test_aside import defect
from tests.small import small_case, small_facts


async def heard(_):
    pass


async def both():
    with suppress(SolverFailed):
        await Aside(Settings()).done(defect)
    bind_contextvars(run="abc", attempt=2)
    with suppress(SolverFailed):
        await Children(Settings()).solve(small_case(small_facts(), hours=1), None, Limits(), heard)


asyncio.run(both())
"""


def test_a_child_tells_its_defects_as_lines_of_json() -> None:
    """Short work that divides by zero, and a solve without facts: two lines, the second with its run."""
    command = [sys.executable, "-c", CODE]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True, timeout=ENDED_S)
    lines = [json.loads(line) for line in told.stderr.splitlines()]
    assert [(line["level"], line["logger"]) for line in lines] == [
        ("error", "dispatch.jobs.aside"),
        ("error", "dispatch.jobs.child"),
    ]
    assert (lines[1]["run"], lines[1]["attempt"]) == ("abc", 2)
    assert "ZeroDivisionError" in lines[0]["exception"]
    assert all("Traceback" in line["exception"] for line in lines)
