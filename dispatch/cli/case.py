"""`dispatch case new`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date, datetime

from dispatch.case.case import Case, Prices
from dispatch.case.checks import checked, flaws_without_facts
from dispatch.case.security import Security
from dispatch.cli.command import DONE, say
from dispatch.cli.terminal import LiveLine
from dispatch.errors import CaseError
from dispatch.eve import case_of
from dispatch.grid.catalogue import editions, facts_of, grids
from dispatch.grid.tables import STORED_EDITION
from dispatch.horizon import Horizon, beijing
from dispatch.wire.files import case_text

NEWEST_EDITION, OLDEST_EDITION = 2030, 2025


def new_case(asked: argparse.Namespace) -> int:
    """A case to stdout, with the state that a solve of the day before leaves."""
    edition = asked.edition or edition_of(asked.date)
    horizon = Horizon(midnight(asked.date), asked.hours * round(1 / asked.step), asked.step)
    said = {
        "response_share": asked.response,
        "objective": asked.objective,
        "prices": Prices(carbon_cny_per_t=asked.carbon_price),
    }
    refuse(Case(asked.grid, edition, horizon, (), (), **said))
    facts = facts_of(asked.grid, edition)
    say(f"edition {edition}; weather and load of the stored synthetic year {STORED_EDITION}, by month and day")
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
    case = replace(case, security=Security(n_minus_1=asked.n_minus_1), **said)
    print(case_text(checked(case, facts)), end="")
    return DONE


def edition_of(day: date) -> int:
    """The edition that a day is asked about where none is named."""
    return NEWEST_EDITION if day.year >= NEWEST_EDITION else OLDEST_EDITION


def midnight(day: date) -> datetime:
    """The start of a day, UTC+8."""
    return beijing(datetime(day.year, day.month, day.day))  # noqa: DTZ001 (beijing makes it aware)


def refuse(case: Case) -> None:
    """`CaseError` with what is wrong already, before the day before is solved."""
    if flaws := flaws_without_facts(case, grids(), editions()):
        raise CaseError(flaws)
