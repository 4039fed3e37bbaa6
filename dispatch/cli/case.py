"""`dispatch case new`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dispatch.case.case import Case, Interchange, Prices
from dispatch.case.check_horizon import end_of
from dispatch.case.checks import checked, flaws_without_facts
from dispatch.case.facts import GridFacts
from dispatch.case.objective import COST
from dispatch.case.security import Security
from dispatch.cli import dayahead
from dispatch.cli.command import DONE, WrongUsage, say
from dispatch.cli.folder import read_solved
from dispatch.cli.terminal import LiveLine
from dispatch.errors import CaseError, Flaw
from dispatch.eve import case_after, case_of
from dispatch.formats.weather import read_weather, with_weather
from dispatch.grid.catalogue import editions, facts_of, grids
from dispatch.grid.tables import STORED_EDITION
from dispatch.grid.weather_years import facts_of_weather_year, under_weather_year
from dispatch.horizon import Horizon, beijing, local
from dispatch.wire.files import case_text
from dispatch.wire.files import write_case as write_json

LEFT_BEHIND = ("load_forecasts", "available_forecasts", "interchange_forecasts")
PARTS_LEFT_BEHIND = (("reserve", "series"), ("heat", "forecasts"))
NEWEST_EDITION, OLDEST_EDITION = 2030, 2025


def new_case(asked: argparse.Namespace) -> int:
    """A case to stdout or a file, with the state that a solve of the day before leaves, or that an answer has left."""
    place = dayahead.place_of(asked.out, asked.format) if asked.format != "json" else asked.out
    case = _after_answer(asked) if asked.after else _after_eve(asked)
    if asked.format != "json" and place is not None:
        dayahead.write_case(place, case, facts_of(case.grid, case.edition), asked.points)
        say(f"{place}: stored load, weather and plans are written out; put your own in their place")
    elif place is not None:
        write_json(case, place)
    else:
        print(case_text(case), end="")
    return DONE


def _after_eve(asked: argparse.Namespace) -> Case:
    """A case of a day from the state of the evening before, which is solved first."""
    if asked.grid is None or asked.date is None:
        message = "give --grid and --date, or --after with the answer to go on from"
        raise WrongUsage(message)
    edition = asked.edition or edition_of(asked.date)
    horizon = _horizon(asked, midnight(asked.date), asked.step or 1.0)
    said: dict[str, Any] = {
        "response_share": asked.response or 0.0,
        "objective": asked.objective or COST,
        "prices": Prices(carbon_cny_per_t=asked.carbon_price or 0.0),
    }
    refuse(Case(asked.grid, edition, horizon, (), (), **said))
    facts = facts_of(asked.grid, edition)
    year: int | None = asked.weather_year
    weather = f"load of the stored synthetic year {STORED_EDITION} and weather year {year}" if year else ""
    weather = weather or f"weather and load of the stored synthetic year {STORED_EDITION}"
    say(f"edition {edition}; {weather}, by month and day")
    live = LiveLine()
    case = case_of(
        facts if year is None else facts_of_weather_year(facts, year),
        asked.date,
        hours=asked.hours,
        step_h=horizon.step_h,
        variant=asked.interchange or Interchange().variant,
        tell=live.of("the day before"),
    )
    live.done("the day before", "solved")
    case = replace(case, security=Security(n_minus_1=asked.n_minus_1), self_use=asked.self_use, **said)
    return checked(_under_weather(case, facts, asked), facts)


def _after_answer(asked: argparse.Namespace) -> Case:
    """The case that goes on where a kept answer ends; what the command line does not say stays as it was."""
    kept = read_solved(asked.after)
    before, facts = kept.case, kept.facts
    flaws = [
        Flaw("NOT_THE_SAME", name, f"{given} is not that of the answer; give {of_answer}, or leave it out")
        for name, given, of_answer in (("grid", asked.grid, before.grid), ("edition", asked.edition, before.edition))
        if given not in (None, of_answer)
    ]
    if flaws:
        raise CaseError(tuple(flaws))
    end = end_of(before.horizon)
    start = midnight(asked.date) if asked.date else end
    case = case_after(before, facts, kept.outcome, _horizon(asked, start, asked.step or before.horizon.step_h))
    said = {"response_share": asked.response, "objective": asked.objective}
    case = replace(case, **{name: value for name, value in said.items() if value is not None})
    if asked.interchange:
        case = replace(case, interchange=replace(case.interchange, variant=asked.interchange))
    if asked.carbon_price is not None:
        case = replace(case, prices=replace(case.prices, carbon_cny_per_t=asked.carbon_price))
    if asked.n_minus_1:
        case = replace(case, security=replace(case.security, n_minus_1=True))
    if asked.self_use:
        case = replace(case, self_use=True)
    say(f"goes on at {local(end):%Y-%m-%d %H:%M}: units, stores and response contracts as {asked.after} leaves them")
    left = [name for name in LEFT_BEHIND if getattr(before, name)]
    left += [f"{name}.{part}" for name, part in PARTS_LEFT_BEHIND if getattr(getattr(before, name), part)]
    if left:
        say(f"left behind, as they are of the earlier hours: {', '.join(left)}; give them anew")
    return checked(_under_weather(case, facts, asked), facts)


def _under_weather(case: Case, facts: GridFacts, asked: argparse.Namespace) -> Case:
    """The case with the capacity factors of a file, or of another weather year, where one is given."""
    if asked.weather_year is not None:
        return under_weather_year(case, facts, asked.weather_year)
    path: Path | None = asked.weather
    if path is None:
        return case
    case, notes = with_weather(case, facts, read_weather(path))
    for note in notes:
        say(f"{path.name}: {note}")
    return case


def _horizon(asked: argparse.Namespace, start: datetime, step: float) -> Horizon:
    return Horizon(start, asked.hours * round(1 / step), step)


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
