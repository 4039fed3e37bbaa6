"""
The pages of the documents, and what stands in their fences.

A fence says in its first word what it holds, and a test does what the rest says:

    ```sh                        commands: run, in order, page by page, in a folder that looks like a clone
    ```sh serves                 a server, in the background on a free port of loopback; later commands are sent there
    ```sh not-run: REASON        commands that a test cannot run, and why
    ```console                   commands after "$ ", and what they print, "..." for anything
    ```python                    a script: run
    ```text, ```json, ...        not for running

`python -m tests.docs.pages` lists the commands that are not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conventions.tree import ROOT, kept_files

NOT_RUN, SERVES = "not-run:", "serves"
SHELL, RUN = {"sh", "console"}, {"sh", "console", "python"}
FENCE = re.compile(r"^( *)(```+)(.*)$")


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page."""

    page: str
    line_index: int
    language: str
    told: str
    text: str

    @property
    def where(self) -> str:
        """As an editor opens it."""
        return f"{self.page}:{self.line_index}"

    @property
    def reason(self) -> str | None:
        """Why it is not run; None where it is."""
        return self.told.removeprefix(NOT_RUN).strip() if self.told.startswith(NOT_RUN) else None

    @property
    def is_run(self) -> bool:
        """A test runs it."""
        return self.language in RUN and self.reason is None

    @property
    def steps(self) -> list[tuple[str, str | None]]:
        """Its commands, each with what it prints; None: whatever."""
        if self.language == "sh":
            return [(command, None) for command in commands_in(self.text.splitlines())]
        found: list[tuple[list[str], list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append(([line.removeprefix("$ ")], []))
            elif found and line.startswith("> ") and not found[-1][1]:
                found[-1][0].append(line.removeprefix("> "))
            elif found:
                found[-1][1].append(line)
        return [("\n".join(command), "\n".join(printed) + "\n" if printed else None) for command, printed in found]


def commands_in(lines: list[str]) -> list[str]:
    """Lines that belong together are one command: after a backslash, and up to the end of a heredoc."""
    commands: list[str] = []
    until: str | None = None
    goes_on = False
    for line in lines:
        if goes_on or until:
            commands[-1] += f"\n{line}"
        elif line.strip() and not line.lstrip().startswith("#"):
            commands.append(line)
        if until:
            until = None if line.strip() == until else until
        elif heredoc := re.search(r"<<-?\s*['\"]?(\w+)", line):
            until = heredoc[1]
        goes_on = line.endswith("\\")
    return commands


def fences_in(path: Path) -> Iterator[Fence]:
    """Every fenced block of a page, in order."""
    page = path.relative_to(ROOT).as_posix()
    opened: tuple[int, str, int, str, str] | None = None  # indent, mark, line, language and what is told
    held: list[str] = []
    for k, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark = FENCE.match(line)
        if opened is None:
            if mark:
                language, _, told = mark[3].strip().partition(" ")
                opened, held = (len(mark[1]), mark[2], k, language, told.strip()), []
        elif mark and mark[2] == opened[1] and not mark[3].strip():
            yield Fence(page, opened[2], opened[3], opened[4], "\n".join(held))
            opened = None
        else:
            held.append(line[min(opened[0], len(line) - len(line.lstrip())) :])


def documents() -> list[Path]:
    """README.md and every page below docs."""
    return [ROOT / "README.md", *(path for path in markdown() if path.is_relative_to(ROOT / "docs"))]


def markdown() -> list[Path]:
    """Every page that is kept."""
    return sorted(path for path in kept_files() if path.suffix == ".md")


def fences() -> list[Fence]:
    """Every fence of every document."""
    return [fence for path in documents() for fence in fences_in(path)]


def prose(path: Path) -> str:
    """A page without its fences."""
    lines, inside = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        mark = FENCE.match(line)
        if mark and (not inside or (mark[2] == inside and not mark[3].strip())):
            inside = "" if inside else mark[2]
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    left = [fence for fence in fences() if fence.reason is not None]
    for fence in left:
        print(f"{fence.where}: {fence.reason}")  # noqa: T201
    run = sum(len(fence.steps) or 1 for fence in fences() if fence.is_run)
    print(f"{len(left)} fences are not run; {run} commands are")  # noqa: T201
