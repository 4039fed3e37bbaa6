"""`python -m bench TABLE [FILE ...] --limit S --out DIR`: run a table, its lines go to TABLE.jsonl; or `service`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bench.child import machine, ran
from bench.reading import is_answer, reason_of
from bench.tables import TABLES, Asked


def main() -> None:
    """Run one table, or measure the service."""
    if sys.argv[1:2] == ["service"]:
        from bench.service.__main__ import main as measured

        raise SystemExit(measured(sys.argv[2:]))
    asked = _parsed()
    out: Path = asked.out
    out.mkdir(parents=True, exist_ok=True)
    table = TABLES[asked.table]
    print(f"{asked.table}: {(table.__doc__ or '').strip()}", flush=True)
    context = {
        **machine(),
        "table": asked.table,
        "of": " ".join(path.name for path in asked.files),
        "limit_s": asked.limit,
    }
    for turn in range(1, asked.repeats + 1):
        for job in table(Asked(asked.limit, out, tuple(asked.files))):
            if asked.peers and job.peer not in asked.peers:
                continue
            line = ran(job, asked.limit, {**context, "turn": turn})
            with (out / f"{asked.table}.jsonl").open("a") as lines:
                lines.write(json.dumps(line) + "\n")
            print(in_words(line), flush=True)


def in_words(line: dict[str, Any]) -> str:
    """One run in one line of text."""
    if not is_answer(line):
        return f"  {line['case']:34} {line['peer']:16} failed: {reason_of(line)}"
    gap = line.get("gap")
    proven = "no gap" if gap is None else f"gap {100 * gap:.4f} %"
    axis = f" {line['axis']} x {line['size']}" if "axis" in line else ""
    seconds = f"{line['seconds_total']:.1f} s (build {line['seconds_build']:.1f} s)"
    return (
        f"  {line['case'] + axis:34} {line['peer']:16} asked {100 * line['gap_asked']:g} %: {proven}, "
        f"{seconds}, {line['peak_mb']:.0f} MB, {line['status']}"
    )


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("table", choices=list(TABLES))
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="pglib: folders or instances; solvers: MPS")
    parser.add_argument("--limit", type=float, default=300.0, metavar="S", help="seconds of one run (default 300)")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR", help="default out/bench")
    parser.add_argument("--repeats", type=int, default=1, metavar="N", help="go through the table N times, in turn")
    parser.add_argument("--peers", nargs="*", metavar="PEER", help="only these")
    asked = parser.parse_args()
    if asked.table == "pglib" and not asked.files:
        parser.error("pglib needs a folder of instances")
    return asked


if __name__ == "__main__":
    main()
