"""The names under which `dispatch/model` adds rows, read from its source; what a run alone can tell is `*`."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from dispatch.model import names
from tests.conventions.tree import ROOT

ADDING = {"hold": 0, "add_rows": 0, "hold_at": 1}  # which argument is the name
BESIDE = {"draft.py", "rows.py", "linopy_view.py"}  # how rows are added, not which
ANY = "*"


class Source:
    """One module, and what the names of its rows may be."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        self.functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]

    def names(self) -> Iterator[tuple[int, str]]:
        """Line and name of every family."""
        for function in self.functions:
            for call in _calls(function):
                place = ADDING.get(call.func.attr) if isinstance(call.func, ast.Attribute) else None
                if place is not None:
                    yield from ((call.lineno, text) for text in sorted(self._texts(call.args[place], function)))

    def _texts(self, told: ast.expr, function: ast.FunctionDef) -> set[str]:
        """What an expression in a function may come to."""
        if isinstance(told, ast.Constant):
            return {str(told.value)}
        if isinstance(told, ast.FormattedValue):
            return self._texts(told.value, function)
        if isinstance(told, ast.JoinedStr):
            return {"".join(parts) for parts in itertools.product(*(self._texts(v, function) for v in told.values))}
        if isinstance(told, ast.Attribute) and isinstance(told.value, ast.Name) and told.value.id == "names":
            return {str(getattr(names, told.attr))}
        return self._named(told.id, function) if isinstance(told, ast.Name) else {ANY}

    def _named(self, name: str, function: ast.FunctionDef) -> set[str]:
        """A name that a loop over literals goes through, or that callers in this module give."""
        for loop in (node for node in ast.walk(function) if isinstance(node, ast.For)):
            targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
            places = [k for k, target in enumerate(targets) if isinstance(target, ast.Name) and target.id == name]
            if places and isinstance(loop.iter, ast.Tuple):
                told = [item.elts[places[0]] if isinstance(item, ast.Tuple) else item for item in loop.iter.elts]
                return set().union(*(self._texts(item, function) for item in told))
        given = [argument.arg for argument in function.args.args]
        if name not in given:
            told_above = getattr(self.module, name, ANY)
            return {told_above if isinstance(told_above, str) else ANY}
        found: set[str] = set()
        for caller in self.functions:
            for call in _calls(caller):
                if isinstance(call.func, ast.Name) and call.func.id == function.name:
                    found |= self._texts(call.args[given.index(name)], caller)
        return found or {ANY}


def told_families(folder: Path) -> dict[str, str]:
    """Where each name stands in the source, by the name."""
    modules = [path for path in sorted(folder.rglob("*.py")) if path.name not in BESIDE]
    return {text: f"{path.relative_to(folder)}:{line}" for path in modules for line, text in Source(path).names()}


def fits(told: str, family: str) -> bool:
    """A family of a model has this name."""
    return re.fullmatch(".*".join(map(re.escape, told.split(ANY))), family) is not None


def unnumbered(family: str) -> str:
    """A family without the number of a length, a kink or a unit that tells it from others of its kind."""
    return re.sub(r"_\d+(?=_|$)", "", family)


def _calls(function: ast.FunctionDef) -> list[ast.Call]:
    return [node for node in ast.walk(function) if isinstance(node, ast.Call)]
