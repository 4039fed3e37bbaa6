"""Hashes that tell whether two cases or two schedules are the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from dispatch.case.case import Case
from dispatch.schedule.schedule import TABLES, Schedule


def case_sha256(case: Case) -> str:
    """Of the case as canonical JSON: keys sorted, numbers as Python prints them, times in ISO 8601."""
    text = json.dumps(asdict(case), sort_keys=True, default=_plain, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def schedule_sha256(schedule: Schedule) -> str:
    """Of every table: its name, its columns, and its numbers as 64-bit floats."""
    digest = hashlib.sha256(str(schedule.step_h).encode())
    for name in TABLES:
        table = getattr(schedule, name)
        digest.update("\0".join([name, *map(str, table.columns)]).encode())
        digest.update(np.ascontiguousarray(table.to_numpy(dtype=float)).tobytes())
    return digest.hexdigest()


def _plain(value: Any) -> str:
    return str(value.isoformat())
