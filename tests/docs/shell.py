"""A page, done as a reader does it: every command in order, in one shell, in a folder that looks like a clone."""

from __future__ import annotations

import doctest
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dispatch.cli.parser import DEFAULT_LISTEN
from dispatch.service.background import LISTENING
from tests.conventions.tree import ROOT
from tests.docs.pages import SERVES, Fence

CLONED = ("networks", "docs", "protos", "tests", "bench", "dispatch", "README.md")
PAGE_S = 900.0  # a loaded machine is slow
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass
class Servers:
    """Servers that pages start: a plain one is shared, one with options is of its page."""

    path: str
    plain: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def target(self, command: str, folder: Path) -> tuple[str, str]:
        """The address that the page names, and the one where the server really listens."""
        words = shlex.split(command, comments=True)
        named = words[words.index("--listen") + 1] if "--listen" in words else DEFAULT_LISTEN
        is_plain = set(words) == {"dispatch", "serve", "--listen", named}
        if not (is_plain and named in self.plain):
            host = named.rpartition(":")[0]
            listen = words.index("--listen") + 1 if "--listen" in words else len(words) + 1
            words = [*words, "--listen", ""] if "--listen" not in words else words
            words[listen] = f"{host}:0"
            real = self._started(words[1:], folder)
            if not is_plain:
                return named, real
            self.plain[named] = real
        return named, self.plain[named]

    def _started(self, arguments: list[str], folder: Path) -> str:
        command = [sys.executable, "-m", "dispatch", *arguments]
        log = (folder / f"server-{len(self.started)}.log").open("w")
        process = subprocess.Popen(
            command, cwd=folder, env=environment(self.path, folder), stdout=subprocess.PIPE, stderr=log, text=True
        )
        log.close()
        self.started.append(process)
        line = process.stdout.readline() if process.stdout else ""
        assert line.startswith(LISTENING), Path(log.name).read_text()
        return line.removeprefix(LISTENING).strip()

    def stop(self) -> None:
        """End them, each by its own id."""
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.communicate(timeout=60)


@contextmanager
def servers_on(path: str) -> Iterator[Servers]:
    """Servers for as long as the context."""
    servers = Servers(path)
    try:
        yield servers
    finally:
        servers.stop()


def environment(path: str, home: Path) -> dict[str, str]:
    """What a reader's shell knows; nothing of ours is written outside the folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DISPATCH_", "PYTEST_"))}
    return {**kept, "PATH": path, "HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PYTHONPATH": str(ROOT)}


def cloned(folder: Path) -> Path:
    """The folder, with what a clone holds, linked."""
    for name in CLONED:
        (folder / name).symlink_to(ROOT / name)
    return folder


def faults_of(page: list[Fence], folder: Path, servers: Servers) -> list[str]:
    """What went wrong, where; nothing after the first command that failed is done."""
    known = environment(servers.path, folder)
    addresses: dict[str, str] = {}
    script, wanted = ["set -eo pipefail"], []
    (told := folder / ".told").mkdir()
    for fence in page:
        if fence.told == SERVES:
            named, real = servers.target(fence.text, folder)
            addresses[named] = known["DISPATCH_SERVER"] = real
            continue
        for command, printed in _steps(fence, folder):
            for named, real in addresses.items():
                command = command.replace(named, real)
            wanted.append((fence.where, command, printed))
            number = len(wanted) - 1
            script.append(f"{{\n{command}\n}} > {told}/{number} 2>&1\ntouch {told}/{number}.done")
    subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=folder, env=known, stdin=subprocess.DEVNULL, timeout=PAGE_S, check=False
    )
    return _faults(wanted, told)


def _steps(fence: Fence, folder: Path) -> list[tuple[str, str | None]]:
    """Commands, and what they print; a script is a command too."""
    if fence.language != "python":
        return fence.steps
    script = folder / f"line_{fence.line_index}.py"
    script.write_text(fence.text, encoding="utf-8")
    return [(f"python {script.name}", None)]


def _faults(wanted: list[tuple[str, str, str | None]], told: Path) -> list[str]:
    for number, (where, command, printed) in enumerate(wanted):
        got = (told / str(number)).read_text(encoding="utf-8") if (told / str(number)).exists() else ""
        if not (told / f"{number}.done").exists():
            return [f"{where}: failed: {command}\n{got}"]
        if printed is not None and not doctest.OutputChecker().check_output(printed, got, LIKE):
            return [f"{where}: {command}\nprinted:\n{got}instead of:\n{printed}"]
    return []
