"""A Pyomo model handed to HiGHS through Pyomo's own `appsi` interface, and solved under the common options."""

from __future__ import annotations

from typing import Any

from pyomo.contrib.appsi.solvers.highs import Highs

from bench.highs import solve
from bench.measure import Answer, Measured


def hand_over_and_solve(model: Any, measured: Measured, limit_s: float, answer: Answer) -> None:
    """Pass the model (seconds noted as `seconds_pass`, and part of the building), then run HiGHS on it."""
    before = answer.elapsed()
    interface = Highs()
    interface.set_instance(model)
    measured.notes["seconds_pass"] = round(answer.elapsed() - before, 3)
    measured.seconds_build = answer.elapsed()
    solve(interface._solver_model, measured, limit_s, measured.seconds_build)
    measured.seconds_total = answer.elapsed()
