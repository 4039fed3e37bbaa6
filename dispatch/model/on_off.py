"""
What is on or off in runs: a unit, or the call of a response contract.

The logic and the rows of least lengths are the same mathematics for both; `Switch` says whose they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dispatch.model.draft import Draft


@dataclass(frozen=True)
class Switch:
    """Names of the three variables, the rows' component, and who has them."""

    rows: str  # rows are called "{rows}-..."
    on: str
    started: str
    stopped: str
    names: pd.Index


@dataclass(frozen=True)
class Freedom:
    """Bounds of the variables, (T, n), and who is on before the first step, (n,), 0 or 1."""

    lower: np.ndarray
    upper: np.ndarray
    start_upper: np.ndarray | float
    before: np.ndarray


def decide_on(draft: Draft, switch: Switch, freedom: Freedom) -> None:
    """
    On or off; a start or a stop is the change between two steps.

        u[t] - u[t-1] = v[t] - w[t]            every step t

    Knueven, Ostrowski, Watson (2020), eq. (2). The solver is told that v and w are whole: HiGHS 1.15.1 finds it out
    for itself in its presolve, and then calls one feasible case in a hundred or so infeasible
    (github.com/ERGO-Code/HiGHS, issue 3296 is of that kind).
    """
    names = switch.names
    on = draft.decide(switch.on, names, freedom.upper, freedom.lower, integer=True)
    started = draft.decide(switch.started, names, freedom.start_upper)
    stopped = draft.decide(switch.stopped, names, 1.0)
    for change in (switch.started, switch.stopped):
        draft.model.imply_whole(change)
    before = np.zeros(freedom.lower.shape)
    before[0] = freedom.before
    draft.hold(f"{switch.rows}-logic", on - on.shift(1) - started + stopped, "=", before, names)


def stay_on(draft: Draft, switch: Switch, lengths: np.ndarray) -> None:
    """
    What starts stays on for so many steps, at least 1.

        sum( v[k], t-UT < k <= t )  <=  u[t]            every step t

    Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (4).
    """
    for length, members in _by_length(switch.names, lengths).items():
        recent = draft.variable(switch.started, members).window(length)
        draft.hold(f"{switch.rows}-up_time_{length}", recent - draft.variable(switch.on, members), "<=", 0.0, members)


def stay_off(draft: Draft, switch: Switch, lengths: np.ndarray) -> None:
    """
    What stops stays off for so many steps, at least 1.

        sum( w[k], t-DT < k <= t )  <=  1 - u[t]            every step t

    Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (5).
    """
    for length, members in _by_length(switch.names, lengths).items():
        recent = draft.variable(switch.stopped, members).window(length)
        draft.hold(f"{switch.rows}-down_time_{length}", recent + draft.variable(switch.on, members), "<=", 1.0, members)


def _by_length(names: pd.Index, lengths: np.ndarray) -> dict[int, pd.Index]:
    """Names by the length of a time in steps."""
    return {int(n): names[lengths == n] for n in np.unique(lengths)}
