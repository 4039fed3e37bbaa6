"""`dispatch case new`."""

from __future__ import annotations

import argparse
from dataclasses import replace

from dispatch.case.checks import checked
from dispatch.cli.command import DONE
from dispatch.cli.terminal import LiveLine
from dispatch.eve import case_of
from dispatch.grid.catalogue import facts_of
from dispatch.wire.files import case_text

NEWEST_EDITION, OLDEST_EDITION = 2030, 2025


def new_case(asked: argparse.Namespace) -> int:
    """A case to stdout, with the state that a solve of the day before leaves."""
    edition = asked.edition or (NEWEST_EDITION if asked.date.year >= NEWEST_EDITION else OLDEST_EDITION)
    facts = facts_of(asked.grid, edition)
    live = LiveLine()
    case = case_of(
        facts,
        asked.date,
        hours=asked.hours,
        step_h=asked.step,
        variant=asked.interchange,
        tell=live.of("the day before"),
    )
    live.done("the day before", "solved")
    print(case_text(checked(replace(case, response_share=asked.response), facts)), end="")
    return DONE
