"""
Power that a bound burns: taken off the points that are priced, and off the bound itself.

The rows of `lossy_limits` hold what an island loses from below, and from above by what its lines lose at their ratings,
many times what they carry. Where a plan left or an outage is worth thousands of CNY/MWh, a point burns what lies
between. A point that is priced is held to its pieces (`held`). And once such a point is known, flows of any better one
lie in narrow ranges (`flow_ranges`), so that chords of the curves over these ranges take the place of those over the
ratings, in the rows that are found from then on (`narrow`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dispatch.solve.flow_ranges import Region
from dispatch.solve.lossy_limits import LossyLimits
from dispatch.solve.problem import Cuts

ROOM_SHARE = 0.15  # of the line that can lose most more than it does: below it no range is looked for
FLOW_MW = 0.1  # beyond a range: the tolerance of what finds it


class BurntPower:
    """What points of a network without flows and losses lose beyond what their flows ask for."""

    def __init__(self, network: LossyLimits) -> None:
        self._network = network

    def held(self, x: np.ndarray) -> Cuts | None:
        """
        Rows that have no point burn where this one does, for points near this one alone; None where it burns nothing.

        An island loses what the pieces of this point say, no more. As it loses no less than all pieces say, every line
        of it is on that piece then.
        """
        network, sides = self._network, self._network.carried(x)[2]
        if not sides.burnt_mw.any():
            return None
        cuts = network.moved(network.rows.of_islands(sides.least, *np.nonzero(sides.burnt_mw)))
        return replace(cuts, lower=cuts.upper, is_own=True)

    def narrow(self, x: np.ndarray, region: Region, fold: Callable[[Cuts], Cuts]) -> None:
        """Ranges of flows in all points of a region, in the steps in which a point burns, for rows from now on."""
        network, sides = self._network, self._network.carried(x)[2]
        calm = replace(sides, burnt_mw=np.zeros_like(sides.burnt_mw))
        for step in np.flatnonzero(sides.burnt_mw.any(axis=1)):
            own = np.flatnonzero(sides.room_mw[step] > ROOM_SHARE * sides.room_mw[step].max())
            lines, sign = np.tile(network.rows.lines.line_index[own], 2), np.repeat([1.0, -1.0], len(own))
            by_flow = np.eye(network.rows.flow_index.shape[1])[lines] * sign[:, None]
            steps, none = np.full(len(lines), step), np.zeros(len(lines))
            cuts = network.moved(network.rows.of_flows(calm, steps, by_flow, none))
            low, high = np.split(region.least(int(step), fold(cuts).rows) - cuts.upper - FLOW_MW, 2)
            network.low_mw[step, own] = np.maximum(network.low_mw[step, own], low)
            network.high_mw[step, own] = np.minimum(network.high_mw[step, own], -high)
