"""From the code of the model to its page and back: formula, place and audit rule of every function."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from dispatch.model.aims import first_of
from dispatch.model.build import FORMULATION, OBJECTIVE
from tests.conventions.tree import PACKAGE, ROOT, parsed

PAGE = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
LAST = "## Where each rule stands"
RULES, STANDS = PAGE.split(f"\n{LAST}\n")
FUNCTIONS: tuple[Callable[..., Any], ...] = (*FORMULATION, *OBJECTIVE)
FORMULA = re.compile(r"<=|>=|\s=\s|sum\(")
CODE = re.compile(r"`([^`]+)`")


def cells(text: str) -> list[list[str]]:
    """The rows of all tables, without their heads."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    heads = {k - 1 for k, row in enumerate(rows) if set(row[0]) == {"-"}}
    return [row for k, row in enumerate(rows) if k not in heads and set(row[0]) != {"-"}]


def audit_rules() -> set[str]:
    """Every name that a rule of the audit is given in its source."""
    return {
        str(call.args[0].value)
        for module, tree in parsed()
        if module.startswith("dispatch/audit/")
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Rule" and isinstance(call.args[0], ast.Constant)
    }


@pytest.mark.parametrize("function", [*FUNCTIONS, first_of], ids=lambda function: function.__name__)
def test_every_function_of_the_model_has_its_formula_and_its_row(function: Callable[..., Any]) -> None:
    """Formulas of `first_of` stand in the functions that it adds up."""
    told = inspect.getdoc(function) or ""
    assert FORMULA.search(told) or function is first_of, f"no formula in the docstring of {function.__name__}"
    module = inspect.getsourcefile(function)
    rows = [row for row in cells(STANDS) if row[0] == f"`{function.__name__}`"]
    assert len(rows) == 1, f"{function.__name__} stands in {len(rows)} rows of {LAST!r} in docs/model.md; give it one"
    assert module == str(PACKAGE / rows[0][1].strip("`"))
    assert CODE.findall(rows[0][2]), f"no audit rule beside {function.__name__}"


def test_every_row_is_of_a_function_in_the_order_of_the_model() -> None:
    assert [row[0].strip("`") for row in cells(STANDS)] == [f.__name__ for f in (*FUNCTIONS, first_of)]


def test_every_rule_of_the_audit_is_told_once_and_stands_beside_a_function() -> None:
    """Or is named below the table, as one that follows from the schedule."""
    rules = audit_rules()
    assert len(rules) > 50
    shape = {"schedule-shape"}  # told in a sentence: it has no formula
    told = Counter(name for row in cells(RULES) for name in CODE.findall(row[0]) if "-" in name)
    assert {name: count for name, count in told.items() if count > 1} == {}
    assert (set(told) | shape) - rules == set()
    assert rules - set(told) == shape
    below = {name for line in STANDS.splitlines() if not line.startswith("|") for name in CODE.findall(line)}
    beside = {name for row in cells(STANDS) for name in CODE.findall(row[2])}
    assert beside - rules == set()
    assert rules - beside - below == set()
    assert beside & below == set()


def test_every_module_that_the_page_names_exists() -> None:
    """`solve/read.py`, `solve.contingency` and `tests/golden/rows`; the page speaks of modules from `dispatch/` on."""
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir()} - {"case"}  # `case.x` may be a field
    named = CODE.findall(PAGE)
    files = {name for name in named if re.fullmatch(r"[\w/]+\.py", name)}
    folders = {name for name in named if re.fullmatch(r"tests(/\w+)+", name)}
    dotted = {name for name in named if re.fullmatch(r"\w+(\.\w+)+", name) and name.split(".")[0] in rooms}
    assert (len(files) > 10, len(dotted) > 5) == (True, True)
    absent = [name for name in files | folders if not any((place / name).exists() for place in (ROOT, PACKAGE))]
    modules = [name for name in dotted if name not in files and not _is_module(name)]
    assert sorted(absent + modules) == []


def _is_module(name: str) -> bool:
    """A module, or something in one."""
    whole, above = (PACKAGE.joinpath(*parts).with_suffix(".py") for parts in (name.split("."), name.split(".")[:-1]))
    return whole.exists() or (above.exists() and f" {name.split('.')[-1]}" in above.read_text(encoding="utf-8"))
