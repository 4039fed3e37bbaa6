"""The rows of the model as text: whoever changes a rule sees, and shows, what became of its algebra."""

from __future__ import annotations

import difflib
from datetime import datetime

import pytest

from dispatch.case.inputs import inputs_of
from dispatch.case.security import Security
from dispatch.grid.catalogue import facts_of
from dispatch.model.build import FORMULATION, OBJECTIVE, built
from tests.conventions.tree import PACKAGE
from tests.golden.algebra import NUMBERED, SYMBOLS
from tests.golden.families import ANY, fits, told_families, unnumbered
from tests.golden.worlds import BY_NAME, worlds
from tests.golden.write import COMMAND, ROWS, Part, shown, texts
from tests.small import SUMMER_DAY, WINTER_DAY, small_case

RULES = [rule.__name__ for rule in (*FORMULATION, *OBJECTIVE)]


@pytest.fixture(scope="module")
def parts() -> list[Part]:
    return shown()


@pytest.fixture(scope="module")
def now(parts: list[Part]) -> dict[str, str]:
    return texts(parts)


@pytest.mark.parametrize("rule", RULES)
def test_the_rows_are_those_that_are_written(rule: str, now: dict[str, str]) -> None:
    kept = ROWS / f"{rule}.txt"
    before = kept.read_text(encoding="utf-8") if kept.exists() else ""
    changes = difflib.unified_diff(
        before.splitlines(), now.get(rule, "").splitlines(), f"rows/{kept.name}", "the model", lineterm="", n=1
    )
    if told := "\n".join(changes):
        pytest.fail(f"\n{told}\n\nIf this is meant: {COMMAND}", pytrace=False)


@pytest.mark.parametrize("rule", RULES)
def test_every_function_is_shown_by_a_world_in_which_it_adds_something(rule: str, parts: list[Part]) -> None:
    """A function that is new needs a world in `worlds.py` that shows it; one that a world only names shows nothing."""
    mine = [part for part in parts if part.rule == rule]
    assert mine, f"no world of tests/golden/worlds.py shows {rule}"
    assert [part.world.name for part in mine if not part.lines] == []


def test_no_text_and_no_world_shows_a_function_that_is_gone() -> None:
    assert sorted(path.stem for path in ROWS.glob("*.txt")) == sorted(RULES)
    assert {rule for world in worlds() for rule in world.shows} - set(RULES) == set()


def test_every_family_that_the_source_names_is_shown(parts: list[Part]) -> None:
    families = {family for part in parts for family in part.families}
    told = told_families(PACKAGE / "model")
    assert {"Generator-climb", "Generator-output_max_stop", "Reserve-up", "Bus-nodal_balance"} <= set(told)
    assert {where: name for name, where in told.items() if not name.strip(ANY)} == {}
    missing = {name: where for name, where in told.items() if not any(fits(name, family) for family in families)}
    assert missing == {}, f"rows that no golden world shows; add one to tests/golden/worlds.py, then {COMMAND}"


@pytest.mark.parametrize("start", [WINTER_DAY, SUMMER_DAY], ids=["winter", "summer"])
def test_every_family_of_the_stored_grids_is_shown(start: datetime, parts: list[Part]) -> None:
    """Both grids over six hours, N-1."""
    families = {unnumbered(family) for part in parts for family in part.families}
    facts = facts_of("hebei", 2030)
    case = small_case(facts, start=start, hours=6, response_share=0.05, security=Security(n_minus_1=True))
    rows = built(case, facts, inputs_of(case, facts)).rows
    assert len(rows) > 50
    assert {name for name in rows if unnumbered(name) not in families} == set()


def test_every_symbol_is_of_one_variable() -> None:
    assert len({*SYMBOLS.values(), *NUMBERED.values()}) == len(SYMBOLS) + len(NUMBERED)


def test_every_world_has_few_steps_and_a_story() -> None:
    assert [world.name for world in worlds()] == list(BY_NAME)
    assert {world.name: world.case.horizon.step_count for world in worlds() if world.case.horizon.step_count > 4} == {}
    assert [world.name for world in worlds() if not world.story] == []
