"""
Rules whose rows seldom bind: an LP is solved without them, until a point breaks one.

Of 45,600 rows of the demo day with everything on 12,000 have a price, and each iteration pays for all of them. With
these families left out its first relaxation takes 2.5 to 3.5 s, those that were broken included, in place of 4.9 s.
What is named here costs or saves time alone: no point leaves an LP before it is looked at in all rows (`session`).
"""

from __future__ import annotations

import numpy as np

from dispatch.model.rows import Model

ALWAYS = -1  # in place of a group: a row that is there from the start
SMALL_COUNT = 600  # rows of a family that comes in whole
SELDOM = (  # beginnings of names of families
    "Generator-regulation",
    "Generator-non_spinning",
    "Generator-oil",
    "DemandResponse-owed_later",
    "DemandResponse-owed_window",
    "DemandResponse-saved_later",
    "DemandResponse-saved_window",
    "DemandResponse-call",
    "DemandResponse-most",
    "PumpUnit-generate_mode",
    "PumpUnit-generate_start",
    "PumpUnit-generate_to_pump",
    "PumpUnit-pump_mode",
    "PumpUnit-pump_start",
    "PumpUnit-pump_to_generate",
    "StorageUnit-charge_mode",
    "StorageUnit-discharge_mode",
    "StorageUnit-reserve_down_energy",
    "StorageUnit-reserve_up",
)


def seldom_index_of(model: Model) -> np.ndarray:
    """A number for rows that may wait for a point that breaks one of them: a family, or a step of it, (rows,)."""
    index, count = np.full(model.row_count, ALWAYS), 0
    for name, family in model.rows.items():
        if name.startswith(SELDOM):
            groups = len(family.numbers) if family.numbers.size > SMALL_COUNT else 1
            index[family.numbers.reshape(groups, -1)] = count + np.arange(groups)[:, None]
            count += groups
    return index
