"""From an array of violations to what the report says of a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dispatch.horizon import beijing
from dispatch.schedule.outcome import Breach, RuleCheck

LISTED_COUNT = 50  # breaches named one by one; the rest are counted


@dataclass(frozen=True)
class Rule:
    """A rule by its name in docs/model.md, with the unit of its violations and what is forgiven."""

    name: str
    unit: str
    tolerance: float


@dataclass(frozen=True)
class Finding:
    """What the audit found of one rule."""

    check: RuleCheck
    breaches: tuple[Breach, ...]


def found(rule: Rule, amount: np.ndarray, components: Sequence[str], times: pd.DatetimeIndex | None = None) -> Finding:
    """
    Turn violations into a check and its breaches, the worst first.

    `amount` is how far each entry lies beyond its limit, in the rule's unit (0 or less: within); its shape is
    (times, components), or (components,) where the rule spans the horizon. At most `LISTED_COUNT` breaches
    are listed; one more then says how many were left out, with the largest of them.
    """
    broken = np.argwhere(~(amount <= rule.tolerance))
    worst_first = broken[np.argsort(-amount[tuple(broken.T)], kind="stable")]
    listed = [
        Breach(
            rule=rule.name,
            component=components[place[-1]],
            time="" if times is None else stamp(times[place[0]]),
            amount=float(amount[tuple(place)]),
        )
        for place in worst_first[:LISTED_COUNT]
    ]
    if len(rest := worst_first[LISTED_COUNT:]):
        listed.append(Breach(rule.name, f"and {len(rest)} more", "", float(amount[tuple(rest[0])])))
    check = RuleCheck(
        rule=rule.name,
        checked_count=amount.size,
        largest_violation=float(max(0.0, amount.max(initial=0.0))),
        tolerance=rule.tolerance,
        unit=rule.unit,
    )
    return Finding(check, tuple(listed))


def stamp(time: pd.Timestamp) -> str:
    """A naive UTC+8 time in ISO 8601, as in `2030-01-15T08:00+08:00`."""
    return beijing(time.to_pydatetime()).isoformat(timespec="minutes")
