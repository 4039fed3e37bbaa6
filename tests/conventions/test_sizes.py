"""Modules, functions and classes stay small enough to be read at once."""

from __future__ import annotations

import ast

from tests.conventions.tree import ROOT, modules, parsed

MODULE_LINES = 400
FUNCTION_LINES = 40  # without the docstring: formulas are welcome there
CLASS_LINES = 150

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _lines_without_docstring(function: Function) -> int:
    documented = ast.get_docstring(function, clean=False) is not None
    return _lines(function) - (_lines(function.body[0]) if documented else 0)


def test_no_module_is_too_long() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert lengths, "no module found"
    assert {str(path): n for path, n in lengths.items() if n > MODULE_LINES} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{module}:{node.lineno} {node.name}": _lines_without_docstring(node)
        for module, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    }
    assert {name: n for name, n in lengths.items() if n > FUNCTION_LINES} == {}


def test_no_class_is_too_long() -> None:
    lengths = {
        f"{module}:{node.lineno} {node.name}": _lines(node)
        for module, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    assert {name: n for name, n in lengths.items() if n > CLASS_LINES} == {}
