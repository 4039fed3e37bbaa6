"""
`dispatch` and `python` for the shell of a test, without seconds of imports before every command.

One process imports everything once; a command is a fork of it, with the caller's folder, environment and open files.
What runs is the verb itself, in a process of its own. The evening before a day, which every `case new` solves, is
solved once.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import runpy
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from dispatch import eve
from dispatch.case.case import Case
from dispatch.run import run
from dispatch.schedule.outcome import Outcome
from tests.conventions.tree import ROOT

READY = "ready"
PRELOADED = (
    *("pypsa", "highspy", "scipy.optimize", "netCDF4", "dispatch.run", "dispatch.grid.solved", "dispatch.model.build"),
    *("dispatch.report.page", "dispatch.report.curve_page", "dispatch.report.table", "dispatch.report.findings"),
    *(f"dispatch.cli.{verb}" for verb in ("case", "demo", "grids", "replay", "report", "runs", "solve", "study")),
    *("dispatch.cli.study_run", "dispatch.cli.tokens", "dispatch.solve.solve", "dispatch.solve.prices"),
)
# Hands everything to the warm process and ends as its fork ends.
SHIM = """#!{python} -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as way:
    way.connect({address!r})
    socket.send_fds(way, [b"+"], [0, 1, 2])
    way.sendall(json.dumps([{name!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]).encode())
    way.shutdown(socket.SHUT_WR)
    code = way.recv(8)
sys.exit(int(code) if code else "it died")
"""


@contextmanager
def warm(folder: Path) -> Iterator[Path]:
    """The folder with `dispatch` and `python`, for PATH."""
    address, shims = folder / "warm", folder / "bin"
    shims.mkdir()
    for name in ("dispatch", "python"):
        shim = shims / name
        shim.write_text(SHIM.format(python=sys.executable, address=str(address), name=name))
        shim.chmod(0o755)
    command = [sys.executable, "-m", "tests.docs.warm", str(address)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == READY
    try:
        yield shims
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def listen(address: str) -> None:
    """Fork for every command, until killed."""
    for module in PRELOADED:
        import_module(module)
    vars(eve)["run"] = _solved_once(run, Path(address).parent)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks are not waited for
        print(READY, flush=True)  # noqa: T201
        while True:
            way, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _serve(way)
            way.close()


def _solved_once(solving: Callable[..., Outcome], folder: Path) -> Callable[..., Outcome]:
    """The same for every page: what was solved is kept in a file, by case."""

    def kept(case: Case, *told: Any) -> Outcome:
        file = folder / hashlib.sha256(repr(case).encode()).hexdigest()
        if file.exists():
            return cast("Outcome", pickle.loads(file.read_bytes()))  # noqa: S301 (written below)
        outcome = solving(case, *told)
        (made := folder / f"{file.name}.{os.getpid()}").write_bytes(pickle.dumps(outcome))
        made.replace(file)
        return outcome

    return kept


def _serve(way: socket.socket) -> None:
    """Be the command; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, *_ = socket.recv_fds(way, 1, 3)
    for number, file in enumerate(files):
        os.dup2(file, number)
    name, arguments, here, environment = json.loads(b"".join(iter(lambda: way.recv(65536), b"")))
    os.chdir(here)
    os.environ.clear()
    os.environ.update(environment)
    code = _obeyed(name, arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    way.sendall(str(code).encode())
    os._exit(0)


def _obeyed(name: str, arguments: list[str]) -> int:
    """The exit code of `dispatch ...`, or of `python FILE ...`, `-m MODULE ...` and `-c CODE`."""
    from dispatch.__main__ import main

    try:
        if name == "dispatch":
            return main(arguments)
        sys.argv = arguments
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        elif arguments[0] == "-c":
            exec(compile(arguments[1], "-c", "exec"), {"__name__": "__main__"})  # noqa: S102 (as the interpreter would)
        else:
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    except BaseException:  # noqa: BLE001 (as the interpreter would)
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    listen(sys.argv[1])
