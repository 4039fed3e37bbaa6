"""Every flaw of a case that this house can see, whether or not it knows the grid."""

from __future__ import annotations

from dispatch.case.case import Case
from dispatch.case.checks import flaws_of, flaws_without_facts
from dispatch.errors import Flaw, UnknownGrid
from dispatch.grid.catalogue import editions, facts_of, grids


def flaws_in(case: Case) -> tuple[Flaw, ...]:
    """Every flaw that can be seen, without the tables where the grid or its edition is not known."""
    try:
        facts = facts_of(case.grid, case.edition)
    except UnknownGrid:
        return flaws_without_facts(case, grids(), editions())
    return flaws_of(case, facts)
