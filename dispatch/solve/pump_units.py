"""Which unit of a bank generates and which pumps, from how many do: even starts, and time for every changeover."""

from __future__ import annotations

import numpy as np


def told_apart(
    generating_count: np.ndarray, pumping_count: np.ndarray, unit_count: int, changeover_count: int, day: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """
    Which units generate and which pump, both (T, units), bool, from the counts of a bank, (T,).

    day  (T,), equal numbers are the same calendar day

    A unit starts in the other mode only if it stood still one step before, where there is a changeover to serve. With
    the fewest starts of the day first, to start and to stop, no unit starts more often than the mean, rounded up
    (`model.pumped_hydro` says why). Among equals, the fewest starts over the horizon, then the lowest number.
    """
    generating = np.zeros((len(day), unit_count), dtype=bool)
    pumping = generating.copy()
    on, mode = np.zeros(unit_count, dtype=bool), 0
    today, ever = np.zeros(unit_count), np.zeros(unit_count)
    for t, (generate, pump) in enumerate(zip(generating_count.astype(int), pumping_count.astype(int), strict=True)):
        if t and day[t] != day[t - 1]:
            today[:] = 0
        now = 1 if generate else -1 if pump else 0
        turned = bool(now and mode and now != mode)
        able = ~on if changeover_count or not turned else np.ones(unit_count, dtype=bool)
        if now != mode:
            on = np.zeros(unit_count, dtype=bool)
        change = max(generate, pump) - int(on.sum())
        pool = np.flatnonzero(able & ~on) if change > 0 else np.flatnonzero(on)
        order = np.lexsort((pool, ever[pool], today[pool]))
        chosen = pool[order[: abs(change)]]
        on = on.copy()
        on[chosen] = change > 0
        if change > 0:
            today[chosen] += 1
            ever[chosen] += 1
        mode = now
        (generating if now > 0 else pumping)[t] = on
    return generating, pumping
