"""A page, done as a reader does it: every command in order, in one shell, in a folder that looks like a clone."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import socket
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
from tests.service.watch import EAGER

CLONED = ("networks", "docs", "protos", "tests", "bench", "dispatch", "README.md")
ADDRESS = re.compile(r"[\w.]+:\d+")
PAGE_S = 900.0  # a loaded machine is slow
LONG = re.compile(r"(?<![\w.,-])\d(?:,?\d|\\\.\d){3,}(?![\w.-]|\\-)")  # numbers of four digits or more, escaped
SAME_SHARE = 0.01
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass
class Servers:
    """PATH of the warm commands, and the servers without options that pages share, by the address that they name."""

    path: str
    folder: Path
    targets: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def target(self, named: str) -> str:
        """Where the server that should listen there really does."""
        if named not in self.targets:
            command = [sys.executable, "-m", "dispatch", "serve", "--listen", "127.0.0.1:0"]
            log = self.folder / f"{len(self.started)}.log"
            known = environment(self.path, self.folder) | EAGER
            with log.open("w") as told:
                process = subprocess.Popen(command, env=known, stdout=subprocess.PIPE, stderr=told, text=True)
            self.started.append(process)
            line = process.stdout.readline() if process.stdout else ""
            assert line.startswith(LISTENING), log.read_text()
            self.targets[named] = line.removeprefix(LISTENING).strip()
        return self.targets[named]

    def stop(self) -> None:
        """End them, each by its own id."""
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.communicate(timeout=60)


@contextmanager
def servers_on(path: str, folder: Path) -> Iterator[Servers]:
    """Servers for as long as the context."""
    servers = Servers(path, folder)
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
    known = environment(servers.path, folder) | EAGER
    ports: dict[str, str] = {}
    script = ["set -eo pipefail", "trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT"]
    wanted: list[tuple[str, str, str | None]] = []
    (told := folder / ".told").mkdir()
    for fence in page:
        for command, printed in _steps(fence, folder, ports):
            number = len(wanted)
            wanted.append((fence.where, command, printed))
            if fence.told == SERVES:
                script.append(_serving(command, servers, ports, told / str(number)))
            else:
                script.append(f"{{\n{_moved(command, ports)}\n}} > {told}/{number} 2>&1")
            script.append(f"touch {told}/{number}.done")
    if ports:
        known["DISPATCH_SERVER"] = _moved(DEFAULT_LISTEN, ports)
    subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=folder, env=known, stdin=subprocess.DEVNULL, timeout=PAGE_S, check=False
    )
    return _faults(wanted, told)


def _serving(command: str, servers: Servers, ports: dict[str, str], told: Path) -> str:
    """A server with options is the page's own, in the background; any other is shared. Both listen here alone."""
    words = shlex.split(command, comments=True)
    addresses = [word for word in words if ADDRESS.fullmatch(word)]
    if len(words) == len(addresses) + 2 + ("--listen" in words):
        named = addresses[0] if addresses else DEFAULT_LISTEN
        ports[f":{named.rpartition(':')[2]}"] = f":{servers.target(named).rpartition(':')[2]}"
        return ":"
    for address in addresses:
        with socket.create_server(("127.0.0.1", 0)) as free:
            ports[f":{address.rpartition(':')[2]}"] = f":{free.getsockname()[1]}"
    here = " ".join(
        f"127.0.0.1:{word.rpartition(':')[2]}" if word in addresses else shlex.quote(word) for word in words
    )
    serve = f"{sys.executable} -m {_moved(here, ports)}"
    return f"{serve} > {told} 2>&1 &\nuntil grep -q '{LISTENING}' {told}; do kill -0 $!; sleep 0.1; done"


def _moved(text: str, ports: dict[str, str]) -> str:
    """With the ports where servers really listen."""
    for named, real in ports.items():
        text = re.sub(rf"{named}\b", real, text)
    return text


def _steps(fence: Fence, folder: Path, ports: dict[str, str]) -> list[tuple[str, str | None]]:
    """Commands, and what they print; a script is a command too."""
    if fence.language != "python":
        return fence.steps
    script = folder / f"line_{fence.line_index}.py"
    script.write_text(_moved(fence.text, ports), encoding="utf-8")
    return [(f"python {script.name}", None)]


def _faults(wanted: list[tuple[str, str, str | None]], told: Path) -> list[str]:
    for number, (where, command, printed) in enumerate(wanted):
        got = (told / str(number)).read_text(encoding="utf-8") if (told / str(number)).exists() else ""
        if not (told / f"{number}.done").exists():
            return [f"{where}: failed: {command}\n{got}"]
        if printed is not None and not is_like(printed, got):
            return [f"{where}: {command}\nprinted:\n{got}instead of:\n{printed}"]
    return []


def is_like(printed: str, got: str) -> bool:
    """
    Whether a command prints what a page shows: the same words, where "..." stands for any.

    Other processors end a search at another of the answers within its gap: numbers of four digits or more may differ
    by 1 %.
    """
    if doctest.OutputChecker().check_output(printed, got, LIKE):
        return True
    escaped = re.escape(printed.strip()).replace(re.escape("..."), ".*?")
    pattern = re.sub(r"(?:\\\s)+", r"\\s+", LONG.sub("([0-9.,]+)", escaped))
    found = re.fullmatch(pattern, got.strip(), re.DOTALL)
    shown = [_number(text.replace("\\", "")) for text in LONG.findall(escaped)]
    return found is not None and all(
        abs(_number(text) - value) <= SAME_SHARE * abs(value) for text, value in zip(found.groups(), shown, strict=True)
    )


def _number(text: str) -> float:
    return float(text.strip(".,").replace(",", ""))
