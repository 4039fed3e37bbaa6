"""`python -m bench service [MEASURE ...] --out out/bench`: a table, and a line of JSON a figure in service.jsonl."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.child import machine
from bench.service.figures import Figure, table
from bench.service.measures import MEASURES


def main(arguments: Sequence[str] | None = None) -> int:
    """1 where a figure was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench service", description=__doc__)
    parser.add_argument("measures", nargs="*", choices=[[], *MEASURES], metavar="MEASURE", help=", ".join(MEASURES))
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR", help="default out/bench")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    loads: list[float] = []
    context = machine()
    for name in asked.measures or MEASURES:
        load, begun = os.getloadavg()[0], time.monotonic()
        found = list(MEASURES[name]())
        figures += found
        loads += [load] * len(found)
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
        with (asked.out / "service.jsonl").open("a") as lines:
            for figure in found:
                lines.write(json.dumps({**asdict(figure), "held": figure.held, "load": load, **context}) + "\n")
    print(table(figures, loads))
    return int(not all(figure.held for figure in figures))


if __name__ == "__main__":
    raise SystemExit(main())
