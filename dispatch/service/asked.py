"""What a request asks for, once every flaw of it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.errors import CaseError, Flaw
from dispatch.grid.catalogue import facts_of
from dispatch.grid.known import flaws_in
from dispatch.wire import rpc
from dispatch.wire.translate import case_from, limits_from


async def accepted(request: Any, flaws: Sequence[Flaw] = ()) -> tuple[Case, GridFacts, Limits]:
    """The case and the limits of a request, or `CaseError` with every flaw of them and these."""
    found = tuple(flaws)
    try:
        limits = limits_from(request.limits)
    except CaseError as error:
        found, limits = error.flaws + found, Limits()
    try:
        case, facts = await asyncio.to_thread(accepted_case, request.case)
    except CaseError as error:
        raise CaseError(error.flaws + found) from error
    if found:
        raise CaseError(found)
    return case, facts, limits


def accepted_case(message: rpc.Case) -> tuple[Case, GridFacts]:
    """The case and the facts of its grid, or `CaseError` with every flaw."""
    case = case_from(message, flaws_in)
    return case, facts_of(case.grid, case.edition)
