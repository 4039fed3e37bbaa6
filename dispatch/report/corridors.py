"""
How full the corridors (横、纵) are, and the other groups of branches: UHV, ties, DC; and sections (断面).

A corridor is a chain of lines, so what limits it is its fullest line. Membership is a choice of ours: see SOURCES.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from dispatch.case.network import Line, Link
from dispatch.report.scenario import Scenario
from dispatch.report.series import Hourly, hourly_of
from dispatch.report.words import Word, grid_word
from dispatch.units import POWER_MW

DC = "DC"
OTHERS = {
    "UHV": Word("特高压", "UHV"),
    "tie": Word("联络线", "ties"),
    "west collection": Word("西部汇集", "west collection"),
    DC: Word("直流", "DC"),
}
DIRECTIONS = {"H": Word("横", "horizontal"), "V": Word("纵", "vertical")}
FULL_SHARE = 0.999


@dataclass(frozen=True)
class Corridor:
    """A group of branches over the horizon."""

    grid: str  # the member grid, or the joined one where it joins members
    corridor: str  # as in lines.csv (H1, V1, UHV, tie); DC; or the name of a section
    is_section: bool
    line_count: int
    rating_mw: float  # all branches together; of a section its tighter limit
    mean_loading_share: float  # all flows over all ratings; of a section what crosses it over its limit
    most_loading_share: float  # of the fullest branch in any step
    most_branch: str
    most_at: str  # start of that step, UTC+8
    full_h: float  # hours in which some branch is full

    @property
    def word(self) -> Word:
        """Its name, as in 横 1 or 特高压."""
        return word_of(self.corridor)


def word_of(corridor: str) -> Word:
    """The name of a corridor; a section is called what it is called."""
    if corridor in OTHERS:
        return OTHERS[corridor]
    if corridor[:1] in DIRECTIONS and corridor[1:].isdigit():
        kind = DIRECTIONS[corridor[0]]
        return Word(f"{kind.chinese}{corridor[1:]}", f"{corridor}, {kind.english}")
    return Word(corridor, "")


def loading_share(hourly: Hourly) -> np.ndarray:
    """|flow| / rating of every line, then every link, shape (T, branches); 0 of a branch without a rating."""
    facts = hourly.facts
    branches: list[Line | Link] = [*facts.lines, *facts.links]
    rating = np.array([branch.rating_mw for branch in branches], dtype=float)
    names = [branch.name for branch in branches]
    flow = hourly.schedule.flow_mw[names].abs().to_numpy(dtype=float)
    return np.asarray(np.divide(flow, rating, out=np.zeros_like(flow), where=rating > 0))


def members_of(hourly: Hourly) -> dict[tuple[str, str], list[int]]:
    """The branches of every corridor, by grid and corridor, as positions among lines and links; V1/V2 is in both."""
    facts = hourly.facts
    home = {bus.name: bus.grid for bus in facts.buses}
    found: dict[tuple[str, str], list[int]] = {}
    branches: list[Line | Link] = [*facts.lines, *facts.links]
    for k, branch in enumerate(branches):
        inside = {home[branch.from_bus], home[branch.to_bus]} & set(facts.members)
        grid = inside.pop() if len(inside) == 1 else facts.grid
        tagged = getattr(branch, "corridor", DC)
        for corridor in filter(None, tagged.split("/")):
            found.setdefault((grid, corridor), []).append(k)
    grids = [*facts.members, facts.grid]
    return dict(sorted(found.items(), key=lambda item: (grids.index(item[0][0]), item[0][1] in OTHERS, item[0][1])))


def corridors_of(hourly: Hourly) -> list[Corridor]:
    """Every corridor of a schedule, then its sections."""
    facts, share = hourly.facts, loading_share(hourly)
    branches: list[Line | Link] = [*facts.lines, *facts.links]
    found = []
    for (grid, corridor), own in members_of(hourly).items():
        rating = np.array([branches[k].rating_mw for k in own])
        mean = float((share[:, own] * rating).sum() / max(rating.sum() * len(share), POWER_MW))
        names = [branches[k].name for k in own]
        found.append(_measured(hourly, (grid, corridor), share[:, own], names, (float(rating.sum()), mean)))
    return found + [_section(hourly, k) for k in range(len(facts.sections))]


def section_share(hourly: Hourly, number: int) -> np.ndarray:
    """What crosses a section over its limit in that direction, shape (T,)."""
    section, flow = hourly.facts.sections[number], hourly.schedule.flow_mw
    across = (flow[list(section.along)].sum(axis=1) - flow[list(section.against)].sum(axis=1)).to_numpy(dtype=float)
    limit = np.where(across >= 0, section.forward_limit_mw, section.backward_limit_mw)
    return np.asarray(np.divide(np.abs(across), limit, out=np.zeros_like(across), where=limit > 0))


def _section(hourly: Hourly, number: int) -> Corridor:
    section, share = hourly.facts.sections[number], section_share(hourly, number)
    limit_mw = min(section.forward_limit_mw, section.backward_limit_mw)
    key = (hourly.facts.grid, section.name)
    return _measured(hourly, key, share[:, None], [section.name], (limit_mw, float(share.mean())), is_section=True)


def _measured(
    hourly: Hourly,
    key: tuple[str, str],
    share: np.ndarray,
    names: Sequence[str],
    rating_and_mean: tuple[float, float],
    *,
    is_section: bool = False,
) -> Corridor:
    step, most = divmod(int(np.argmax(share)), share.shape[1])
    full = (share.max(axis=1) >= FULL_SHARE).sum() * hourly.inputs.step_h
    rating_mw, mean = rating_and_mean
    at = f"{hourly.inputs.times[step]:%Y-%m-%d %H:%M}"
    return Corridor(
        *key, is_section, len(names), rating_mw, mean, float(share[step, most]), names[most], at, float(full)
    )


def corridor_rows(scenario: Scenario) -> list[dict[str, Any]]:
    """The corridors of a scenario for machines; none without a schedule."""
    hourly = hourly_of(scenario)
    return [] if hourly is None else [asdict(corridor) for corridor in corridors_of(hourly)]


def corridor_csv(scenarios: Sequence[Scenario]) -> str:
    """The corridors of every scenario as CSV: a row a corridor, columns as in `Corridor`."""
    names = ("scenario", *(field.name for field in fields(Corridor)))
    text = io.StringIO()
    table = csv.DictWriter(text, names, lineterminator="\n")
    table.writeheader()
    for scenario in scenarios:
        table.writerows({"scenario": scenario.label, **row} for row in corridor_rows(scenario))
    return text.getvalue()


def title_of(corridor: Corridor) -> str:
    """Grid and name, as in 冀北电网 横1 H1."""
    section = "断面 section " if corridor.is_section else ""
    return f"{grid_word(corridor.grid).chinese.split('（')[0]} {section}{corridor.word}"
