"""
Write the bundles of `bundles/` anew: `python -m tests.replay.write [NAME ...]`, some minutes.

Each is a few hours of a real grid from the state that hours before leave, written as `dispatch solve --out` does but
without the network, and gzipped. Write them anew only where answers are meant to change, and say why in the commit.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.case.interchange import VARIANTS
from dispatch.case.objective import ABSORPTION_FIRST, CO2
from dispatch.case.security import Security
from dispatch.case.thermal import Outage
from dispatch.cli.folder import write_solved
from dispatch.eve import case_after, case_of
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import BEIJING, Horizon
from dispatch.replay.bundle import MANIFEST
from dispatch.report.scenario import Scenario, label_of
from dispatch.run import run

BUNDLES = Path(__file__).parent / "bundles"
BEFORE = Limits(gap_share=0.01, time_s=300.0)
GAP_SHARE = 0.002
LIMITS = Limits(GAP_SHARE, 60.0)
Change = Callable[[Case, GridFacts], Case]


@dataclass(frozen=True)
class Recipe:
    """A few hours of a grid, and what is special about them."""

    grid: str
    begins: datetime  # UTC+8; the hours of the day before it are solved to have its state
    hours_count: int
    change: Change = lambda case, _: case
    limits: Limits = LIMITS
    edition: int = 2030


def at(month: int, day: int, hour: int, year: int = 2030) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BEIJING)


def with_response(case: Case, _: GridFacts) -> Case:
    return replace(case, response_share=0.05)


def with_n_minus_1(case: Case, _: GridFacts) -> Case:
    return replace(case, security=Security(n_minus_1=True))


def absorption_first(case: Case, _: GridFacts) -> Case:
    return replace(case, objective=ABSORPTION_FIRST)


def carbon_first(case: Case, _: GridFacts) -> Case:
    return replace(case, objective=CO2, prices=replace(case.prices, carbon_cny_per_t=80.0))


def plan_left_free(case: Case, _: GridFacts) -> Case:
    """The low plan, which may be left by a tenth; carbon is paid for."""
    interchange = replace(case.interchange, variant=VARIANTS[0], band_share=0.1)
    return replace(case, interchange=interchange, prices=replace(case.prices, carbon_cny_per_t=80.0))


def outages(case: Case, facts: GridFacts) -> Case:
    """The largest unit is out and the second gives at most half of its output."""
    first, second = sorted(facts.units, key=lambda unit: -unit.output_max_mw)[:2]
    end = case.horizon.start + timedelta(hours=case.horizon.hours_h)
    out = Outage(first.name, case.horizon.start, end)
    half = Outage(second.name, case.horizon.start, end, 0.6 * second.output_max_mw)
    states = tuple(
        replace(state, on=False, output_mw=0.0, hours_h=48.0)
        if state.unit == first.name
        else replace(state, output_mw=min(state.output_mw, 0.6 * second.output_max_mw))
        if state.unit == second.name
        else state
        for state in case.units
    )
    return replace(case, outages=(out, half), units=states)


def too_much_load(case: Case, facts: GridFacts) -> Case:
    """Twice the load: more than all units can give."""
    return replace(case, scales=replace(case.scales, load_share=2.0))


RECIPES = {
    "south-winter-night": Recipe("hebei_south", at(1, 15, 2), 4),
    "south-spring-noon": Recipe("hebei_south", at(3, 12, 10), 5),
    "south-summer-evening-response": Recipe("hebei_south", at(7, 15, 17), 5, with_response),
    "south-autumn-2025": Recipe("hebei_south", at(10, 15, 9, year=2025), 6, edition=2025),
    "south-winter-outages": Recipe("hebei_south", at(1, 15, 2), 3, outages),
    "south-spring-prices": Recipe("hebei_south", at(3, 12, 10), 2, limits=Limits(GAP_SHARE, 60.0, prices=True)),
    "jibei-spring-noon": Recipe("jibei", at(3, 12, 10), 5),
    "jibei-spring-absorption-first": Recipe("jibei", at(3, 12, 10), 3, absorption_first),
    "jibei-winter-carbon-first": Recipe("jibei", at(1, 15, 2), 3, carbon_first),
    "jibei-summer-plan-band": Recipe("jibei", at(7, 15, 17), 4, plan_left_free),
    "jibei-winter-n-1": Recipe("jibei", at(1, 15, 2), 2, with_n_minus_1),
    "jibei-2025-winter": Recipe("jibei", at(12, 10, 2, year=2025), 4, edition=2025),
    "jibei-too-much-load": Recipe("jibei", at(7, 15, 17), 2, too_much_load),
    "jibei-no-time": Recipe("jibei", at(3, 12, 10), 5, limits=Limits(GAP_SHARE, 0.01)),
    "both-spring-noon": Recipe("hebei", at(3, 12, 10), 3),
    "both-summer-evening-response": Recipe("hebei", at(7, 15, 17), 2, with_response),
}


@cache
def from_state(grid: str, edition: int, begins: datetime) -> tuple[Case, GridFacts]:
    """One hour of a grid, from the state that the hours of its day before it leave."""
    facts = facts_of(grid, edition)
    morning = case_of(facts, begins.date(), hours=begins.hour)
    outcome = run(morning, facts, BEFORE)
    return case_after(morning, facts, outcome, Horizon(begins, 1)), facts


def asked(recipe: Recipe, name: str) -> tuple[Case, GridFacts]:
    """The case of a recipe on its grid."""
    base, facts = from_state(recipe.grid, recipe.edition, recipe.begins)
    levels = tuple(replace(store, end_level_mwh=store.start_level_mwh) for store in base.stores)
    case = replace(base, name=name, horizon=Horizon(recipe.begins, recipe.hours_count), stores=levels)
    return recipe.change(case, facts), facts


def write(name: str, folder: Path) -> str:
    """Solve a recipe and keep its bundle; how it ended, in words."""
    recipe = RECIPES[name]
    case, facts = asked(recipe, name)
    outcome = run(case, facts, recipe.limits)
    shutil.rmtree(folder / name, ignore_errors=True)
    scenario = Scenario(label_of(case), case, facts, outcome)
    write_solved(folder / name, scenario, limits=recipe.limits, network=False)
    packed(folder / name)
    return f"{name}: {outcome.status.value} {dict(outcome.seconds)['total']:.1f} s {outcome.reason}"


def packed(folder: Path) -> None:
    """Gzip every file of a bundle but its manifest."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
            path.unlink()


def written(names: list[str]) -> Iterator[str]:
    """Write these, or all."""
    with tempfile.TemporaryDirectory() as place:
        for name in names or RECIPES:
            yield write(name, Path(place))
            shutil.rmtree(BUNDLES / name, ignore_errors=True)
            shutil.copytree(Path(place) / name, BUNDLES / name)


if __name__ == "__main__":
    for line in written(sys.argv[1:]):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
