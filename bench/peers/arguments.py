"""What every script of a run is asked: a file, a gap, a limit."""

from __future__ import annotations

import argparse
from pathlib import Path


def parser_of(description: str) -> argparse.ArgumentParser:
    """A parser that knows FILE, --gap and --limit."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--gap", type=float, default=0.001, metavar="SHARE", help="stop at this proven gap")
    parser.add_argument("--limit", type=float, default=300.0, metavar="S", help="seconds of the solver")
    return parser
