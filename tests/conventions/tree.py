"""The files that the conventions look at."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "dispatch"
GENERATED = PACKAGE / "v1"


def modules() -> list[Path]:
    """Every module that a person wrote."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if not path.is_relative_to(GENERATED)]


def parsed() -> Iterator[tuple[str, ast.Module]]:
    """Every such module's name from the root, and its syntax tree."""
    for path in modules():
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def kept_files() -> list[Path]:
    """Every file that is in git or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]
