"""Hashes that tell whether two cases or two schedules are the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np

from dispatch.case.case import Case
from dispatch.horizon import utc
from dispatch.schedule.schedule import BY_PRODUCT, TABLES, Schedule


def case_sha256(case: Case) -> str:
    """Of the case as canonical JSON: keys sorted, numbers as 64-bit floats, times in ISO 8601 and UTC."""
    whole = asdict(case)
    if not case.reserve.products:  # came later: a case that asks for none is what it was
        del whole["reserve"]["products"]
    text = json.dumps(_plain(whole), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def schedule_sha256(schedule: Schedule) -> str:
    """Of every table: its name, its columns, and its numbers as 64-bit floats."""
    digest = hashlib.sha256(str(schedule.step_h).encode())
    for name in TABLES:
        table = getattr(schedule, name)
        if name in BY_PRODUCT and not len(table.columns):  # as a case that asks for none
            continue
        digest.update("\0".join([name, *map(str, table.columns)]).encode())
        digest.update(np.ascontiguousarray(table.to_numpy(dtype=float)).tobytes())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """The same value whether it was made by hand or read from a file: 48 is 48.0, midnight in Beijing 16:00 UTC."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return utc(value).isoformat()
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
