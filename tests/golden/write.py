"""
The texts of `rows/`: what each function of the formulation and of the objective adds to the golden worlds.

    python -m tests.golden.write            writes them anew, after a rule has changed
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dispatch.case.as_asked import as_asked
from dispatch.case.checks import checked
from dispatch.case.inputs import inputs_of
from dispatch.model.build import FORMULATION, OBJECTIVE
from dispatch.model.draft import Draft
from dispatch.model.rows import Model
from dispatch.model.thermal import start_types
from tests.golden.algebra import Algebra
from tests.golden.worlds import Golden, worlds

ROWS = Path(__file__).parent / "rows"
COMMAND = "python -m tests.golden.write"


@dataclass(frozen=True)
class Part:
    """What one function adds to one world: a line for each bound, row or sum."""

    rule: str
    world: Golden
    variables: tuple[str, ...]
    families: tuple[str, ...]
    lines: tuple[str, ...]


def parts_of(world: Golden) -> Iterator[Part]:
    """The parts of a world's model, function by function, whether it shows them or not."""
    case, facts = checked(world.case, world.facts), as_asked(world.case, world.facts)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.limits:
            patch.setattr(start_types, name, value)
        draft = Draft(Model(), case, facts, inputs_of(case, facts))
        added: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
        for rule in FORMULATION:
            variables, rows = set(draft.model.variables), set(draft.model.rows)
            rule(draft)
            new = [name for name in draft.model.variables if name not in variables]
            added.append((rule.__name__, tuple(new), tuple(name for name in draft.model.rows if name not in rows)))
        costs = [(price.__name__, price(draft)) for price in OBJECTIVE]
    algebra = Algebra(draft.model, draft.times)
    for name, variables_added, families in added:
        lines = [line for variable in variables_added for line in algebra.bounds(variable)]
        lines += [line for family in families for line in algebra.rows(family)]
        yield Part(name, world, variables_added, families, tuple(lines))
    for name, terms in costs:
        yield Part(name, world, (), (), () if terms is None else tuple(algebra.cost(terms)))


def shown() -> list[Part]:
    """Every part that a world shows, in the order of the formulation."""
    parts = [part for world in worlds() for part in parts_of(world) if part.rule in world.shows]
    order = [rule.__name__ for rule in (*FORMULATION, *OBJECTIVE)]
    return sorted(parts, key=lambda part: order.index(part.rule))


def texts(parts: Iterable[Part]) -> dict[str, str]:
    """The text of each file, by the name of its function."""
    found: dict[str, list[str]] = {}
    for part in parts:
        found.setdefault(part.rule, []).append(f"# {part.world.name}. {part.world.story}\n\n" + "\n".join(part.lines))
    return {rule: "\n\n".join(sections) + "\n" for rule, sections in found.items()}


def main() -> None:
    """Write every text anew; one whose function is gone goes too."""
    wanted = texts(shown())
    ROWS.mkdir(exist_ok=True)
    for path in ROWS.glob("*.txt"):
        if path.stem not in wanted:
            path.unlink()
    for rule, text in wanted.items():
        (ROWS / f"{rule}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
