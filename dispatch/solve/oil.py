"""Oil support in a point: whole numbers near relaxed ones that keep its least and most time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.case.oil import OilStart

WANTED_SHARE = 0.5  # the fraction from which oil support is meant


@dataclass(frozen=True)
class OilSupports:
    """Columns of "has oil support" and what limits the changes of each; counts are of steps."""

    support_index: np.ndarray  # (T, supports), column
    unit_index: np.ndarray  # (supports,)
    before: NDArray[np.bool_]  # (supports,)
    free: NDArray[np.bool_]  # (supports,), no least time or time apart is left from before the horizon
    served_count: np.ndarray  # (supports,), for so many steps with it, or without it
    least_count: np.ndarray
    most_count: np.ndarray
    apart_count: np.ndarray

    def cut(self, begin: int, support_index: np.ndarray, x: np.ndarray) -> OilSupports:
        """The same from step `begin` on, in other columns, after what `x` did before."""
        before, served, free = self.before, self.served_count, self.free
        for row in np.round(x[self.support_index[:begin]]).astype(bool):
            free = free & (row == before)
            served = np.where(row == before, served + 1, 1)
            before = row
        return replace(self, support_index=support_index, before=before, served_count=served, free=free)

    def repaired(self, on: NDArray[np.bool_], x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> NDArray[np.bool_]:
        """
        Which have oil support, (T, supports), bool: where `x` says so, as far as the times allow.

        on            (T, units), bool
        lower, upper  bounds of all columns
        """
        wanted = x[self.support_index] >= WANTED_SHARE
        able = on[:, self.unit_index] & (upper[self.support_index] >= WANTED_SHARE)
        forced = able & (lower[self.support_index] >= WANTED_SHARE)
        table = np.zeros(wanted.shape, dtype=bool)
        for k in range(wanted.shape[1]):
            table[:, k] = self._kept(k, wanted[:, k], able[:, k], forced[:, k])
        return table

    def _kept(self, k: int, wanted: np.ndarray, able: np.ndarray, forced: np.ndarray) -> np.ndarray:
        """One unit, step by step: it goes on for its least time, ends at its most, and begins where there is room."""
        least, most, apart = (int(c[k]) for c in (self.least_count, self.most_count, self.apart_count))
        now, since, free = bool(self.before[k]), int(self.served_count[k]), bool(self.free[k])
        kept = np.zeros(len(wanted), dtype=bool)
        for t in range(len(wanted)):
            if now:
                stays = able[t] and since < most and (wanted[t] or forced[t] or (since < least and not free))
            else:
                room = bool(able[t : t + least].all())
                stays = able[t] and (forced[t] or (wanted[t] and room and (free or since >= apart)))
            free, since = (free, since + 1) if stays == now else (False, 1)
            now = kept[t] = bool(stays)
        return kept


def oil_supports_of(starts: list[OilStart], support_index: np.ndarray) -> OilSupports:
    """The supports of a model, whose columns stand in the order of the starts."""

    def counts(name: str) -> np.ndarray:
        return np.array([getattr(start, name) for start in starts], dtype=int)

    return OilSupports(
        support_index=support_index,
        unit_index=counts("unit_index"),
        before=np.array([start.before for start in starts], dtype=bool),
        free=np.array([not start.told for start in starts], dtype=bool),
        served_count=counts("served_count"),
        least_count=counts("least_count"),
        most_count=counts("most_count"),
        apart_count=counts("apart_count"),
    )
