"""
Network security: what the grid must stand, and the limits of sections in force.

N-1 is the loss of one circuit of one AC line. After it every line stays within its emergency rating, and the circuits
that remain of the line itself within theirs. What is beyond is a priced slack, one for each line and step: the most
that any outage asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.case.network import Line, Section
from dispatch.horizon import in_yearly_season

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start


@dataclass(frozen=True)
class Security:
    """
    What the grid must stand.

    The price of an overload stands above leaving an interchange plan (2,000) and missing reserve (5,000), so that
    plan and reserve give way first, and below unserved load (100,000), so that nobody is cut off to avoid it. At
    20,000 a MW of overload is worth giving up four MW of reserve, or ten of the plan: a line is relieved wherever a
    MW moved elsewhere takes at least a quarter, or a tenth, of a MW off it.
    """

    n_minus_1: bool = False
    emergency_share: float = 1.0  # rating after an outage, of the normal rating
    overload_cny_per_mwh: float = 20_000.0  # beyond the rating after an outage, or beyond a section's limit
    unwatched: tuple[str, ...] = ()  # lines nobody looks at after an outage: a tie whose plant is tripped with it


def emergency_mw(security: Security, lines: tuple[Line, ...]) -> np.ndarray | None:
    """Rating of each whole line after an outage, MW, (lines,), infinite if unwatched; None where none is stood."""
    if not security.n_minus_1:
        return None
    watched = np.array([line.name not in security.unwatched for line in lines], dtype=bool)
    share = security.emergency_share
    rated = [share * line.rating_mw if line.emergency_mw is None else line.emergency_mw for line in lines]
    return np.where(watched, np.array(rated, dtype=float), np.inf)


def section_limits_mw(sections: tuple[Section, ...], times: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Forward and backward limit of each section in each step, MW, both (T, sections); infinite out of season."""
    forward = np.full((len(times), len(sections)), np.inf)
    backward = forward.copy()
    for k, section in enumerate(sections):
        held = in_yearly_season(times, section.first_day, section.last_day)
        forward[held, k], backward[held, k] = section.forward_limit_mw, section.backward_limit_mw
    return forward, backward
