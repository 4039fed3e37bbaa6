"""Whether limits on starts name what the grid has, once each, and a number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dispatch.case.case import Case
from dispatch.case.check_numbers import LARGEST_NUMBER, number_flaws, unknown_flaws
from dispatch.case.facts import GridFacts
from dispatch.case.thermal import StartLimit, UnitState
from dispatch.errors import Flaw
from dispatch.horizon import local

COUNTS = ("per_day_count", "per_week_count", "horizon_count")


def start_limit_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """Every limit names a class, a plant or a unit of the grid, once, and says how many starts."""
    seen: set[tuple[str, str, str, str]] = set()
    for k, limit in enumerate(case.start_limits):
        path = f"start_limits[{k}]"
        yield from _count_flaws(path, limit)
        if sum(map(bool, (limit.technology_class, limit.plant, limit.unit))) != 1:
            message = "names none of class, plant and unit, or several; give one of them"
            yield Flaw("CLASS_PLANT_OR_UNIT", f"{path}.technology_class", message)
            continue
        yield from _name_flaws(path, limit, facts)
        place = (limit.technology_class, limit.plant, limit.unit, limit.grid)
        if place in seen:
            name = limit.unit or limit.plant or limit.technology_class
            yield Flaw("DUPLICATE", path, f"{name!r} stands more than once; give it once")
        seen.add(place)


def week_start_flaws(path: str, state: UnitState, start: datetime) -> Iterator[Flaw]:
    """Starts before the horizon are a number, and none where the week begins with the horizon."""
    count, where = state.starts_this_week_count, f"{path}.starts_this_week_count"
    yield from number_flaws(where, count, "starts", LARGEST_NUMBER)
    first = local(start)
    if count > 0 and (first.weekday(), first.hour, first.minute, first.second) == (0, 0, 0, 0):
        message = f"{count} starts in a week that begins with the horizon; give 0"
        yield Flaw("WEEK_JUST_BEGUN", where, message)


def _count_flaws(path: str, limit: StartLimit) -> Iterator[Flaw]:
    counts = {name: getattr(limit, name) for name in COUNTS}
    if all(count is None for count in counts.values()):
        yield Flaw("START_LIMIT_EMPTY", path, "says no number; give per_day_count, per_week_count or horizon_count")
    for name, count in counts.items():
        if count is not None:
            yield from number_flaws(f"{path}.{name}", count, "starts", LARGEST_NUMBER)


def _name_flaws(path: str, limit: StartLimit, facts: GridFacts) -> Iterator[Flaw]:
    """What is named is there, and in the grid that is named with it."""
    if limit.grid:
        yield from unknown_flaws("UNKNOWN_MEMBER_GRID", f"{path}.grid", limit.grid, facts.members)
    for attribute, named in (("unit", "name"), ("plant", "plant"), ("technology_class", "technology_class")):
        name = getattr(limit, attribute)
        if not name:
            continue
        known = sorted({getattr(unit, named) for unit in facts.units})
        yield from unknown_flaws(f"UNKNOWN_{attribute.split('_')[-1].upper()}", f"{path}.{attribute}", name, known)
        homes = {unit.grid for unit in facts.units if getattr(unit, named) == name}
        if homes and limit.grid in facts.members and limit.grid not in homes:
            message = f"{name} lies in {', '.join(sorted(homes))}; leave the grid out"
            yield Flaw("UNIT_ELSEWHERE", f"{path}.grid", message)
