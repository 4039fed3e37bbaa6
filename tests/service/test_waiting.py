"""How long a run may take that its caller waits for."""

from __future__ import annotations

import pytest

from dispatch.case.case import Limits
from dispatch.service.waiting import LEAST_S, within


@pytest.mark.parametrize(
    ("remaining_s", "time_s"),
    [(None, 300.0), (1000.0, 300.0), (111.0, 100.0), (0.5, LEAST_S), (-3.0, LEAST_S)],
)
def test_the_deadline_of_a_call_leaves_time_to_answer(remaining_s: float | None, time_s: float) -> None:
    """(111 s - 1 s) / 1.1 = 100 s: a time limit is kept within 10 % and a second."""
    assert within(Limits(time_s=300.0), remaining_s).time_s == pytest.approx(time_s)
