"""What is asked for in the tests of the ledger."""

from __future__ import annotations

import hashlib
from typing import Any

from dispatch.runs.run import Ending, State, Submission
from dispatch.schedule.outcome import Status

LONG_S = 60.0  # a lease that does not end within a test
OVER_S = -1.0  # one that is over when it begins: its worker is lost


def asked(case: str = "a case", **more: Any) -> Submission:
    """A case by its name."""
    sha256 = hashlib.sha256(case.encode()).hexdigest()
    given = {
        "tenant": "hebei",
        "asked_sha256": sha256,
        "case_sha256": sha256,
        "payload_sha256": sha256,
        "grid": "jibei",
    }
    return Submission(**{**given, **more})


def succeeded(objective_cny: float = 1.0e6, **more: Any) -> Ending:
    """An optimum."""
    return Ending(State.SUCCEEDED, outcome_status=Status.OPTIMAL, objective_cny=objective_cny, **more)
