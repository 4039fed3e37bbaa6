"""One command: its arguments read, its verb run, whatever goes wrong told in plain words."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from dispatch.cli.parser import parser
from dispatch.cli.terminal import show_json
from dispatch.errors import CaseError, DispatchError, ServiceError, SolverFailed

DEFECTS = ("INTERNAL", "UNKNOWN", "DATA_LOSS")  # codes of gRPC
DONE, NO_ANSWER, USAGE, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 130


class WrongUsage(Exception):
    """What was asked cannot be meant: told in one line, exit code 2, before anything is done."""


Verb = Callable[[argparse.Namespace], int]


def obeyed(arguments: Sequence[str]) -> int:
    """The exit code of a command."""
    try:
        asked = parser().parse_args(arguments)
    except SystemExit as stop:  # argparse has told why
        return stop.code if isinstance(stop.code, int) else USAGE
    module, _, name = asked.verb.partition(":")
    try:
        verb: Verb = getattr(import_module(f"dispatch.cli.{module}"), name)
        return verb(asked)
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except WrongUsage as error:
        say(str(error))
        return USAGE
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told and becomes an exit code)
        return _told(error, as_json=asked.json)


def _told(error: Exception, *, as_json: bool) -> int:
    """Say what went wrong; the exit code says whose turn it is to act."""
    if isinstance(error, CaseError):
        if as_json:
            show_json({"accepted": False, "flaws": flaws_as_json(error)})
        for flaw in error.flaws:
            say(str(flaw))
        return NO_ANSWER
    code = OUR_FAULT if _is_ours(error) else NO_ANSWER
    if as_json:
        show_json({"error": type(error).__name__, "message": str(error)})
    if not isinstance(error, DispatchError | ServiceError | OSError):
        traceback.print_exception(error)
    fault = "our fault: " if code == OUR_FAULT else ""
    say(f"{fault}{type(error).__name__}: {error}")
    return code


def _is_ours(error: Exception) -> bool:
    """A defect, and not what a caller can do something about."""
    if isinstance(error, ServiceError):
        return error.code in DEFECTS
    return isinstance(error, SolverFailed) or not isinstance(error, DispatchError | OSError)


def flaws_as_json(error: CaseError) -> list[dict[str, str]]:
    """Every flaw, for machines."""
    return [{"code": flaw.code, "field": flaw.field, "message": flaw.message} for flaw in error.flaws]


def say(line: str) -> None:
    """Tell a person, beside the output."""
    print(f"dispatch: {line}", file=sys.stderr)


def made_folder(path: Path | None, option: str = "--out") -> Path | None:
    """The folder to write to, made before any work is done for it; `WrongUsage` where it cannot be one."""
    if path is None:
        return None
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{option} {path} cannot be a folder: {error.strerror}"
        raise WrongUsage(message) from error
    if not os.access(path, os.W_OK | os.X_OK):
        message = f"{option} {path} cannot be written to"
        raise WrongUsage(message)
    return path
