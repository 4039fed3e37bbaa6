"""
What the demo compares: response of 0, 2.5 and 5 % of the annual peak, each grid alone and both joined.

Every scenario of a grid starts from the same state. One more line leaves the interchange plan of the joined
grids free within 10 %, so that a reader sees how much of the answer is this assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from dispatch.case.case import Case

# By rule, not by its result: of the 121 days of the heating season (15 November to 15 March) in the synthetic weather
# of 2030, ranked by the wind and sun available in both grids, the 12th: the 90th percentile.
DEMO_DAY = date(2030, 3, 12)
DEMO_EDITION = 2030
DEMO_GRIDS = ("hebei_south", "jibei", "hebei")
RESPONSE_SHARES = (0.0, 0.025, 0.05)
JOINED = "hebei"
BAND_SHARE = 0.10


def scenarios_of(base: Case) -> Iterator[Case]:
    """The cases that a grid is asked about, all from the state of the base case."""
    for share in RESPONSE_SHARES:
        yield replace(base, response_share=share)
    if base.grid == JOINED:
        yield replace(base, interchange=replace(base.interchange, band_share=BAND_SHARE))
