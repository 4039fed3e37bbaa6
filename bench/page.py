"""`python -m bench.page --out out/bench`: lines of tables as sections of `docs/performance.md`, with their plots."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from bench.plot import draw
from bench.reading import Line, grouped, is_answer, is_proven, lines_of, middle, reason_of, root_gap, slope, spread

PLOTTED = ("day", "week", "pglib")
INTRODUCTION = """# Performance

Written by `python -m bench.page` from the runs that `python -m bench TABLE` kept; no figure is typed by hand. A table
that was not run again stays as it was, with its date and commit.
[bench/README.md](../bench/README.md) says what is measured and how to repeat it.

Every run is a process of its own. Seconds begin after imports and after the stored grid is read, and end with the
answer; "build" is what passes before the solver could start. The gap is (incumbent - proven bound) / incumbent. "> 300"
means: not proven when the run ended after so many seconds. The root gap is the distance between the answer and the
bound at the end of the root node (ours: the relaxation). Factors are times of a peer divided by ours, within one run of
a table; "> 3" is a lower limit, because the peer did not finish. HiGHS has two threads everywhere.
"""
NOTES = {
    "day": "Both grids joined. `pypsa` leaves out reserve and the minimum running mode of heating plants, which decide "
    "most of the answer: it is another, easier problem. `pypsa_rows` adds both, and differs in cost kinks and storage "
    "modes; both have pumped hydro as continuous bands. So has `ours_bands`, with which factors are taken; `ours` has "
    "every pump-turbine by itself, and pumps of fixed power: a harder problem.",
    "week": "Both grids joined, 168 hours.",
    "sweep": "Response of 0 to 10 % of the annual peak, both grids, 24 hours, one process.",
    "pglib": "Instances of pglib-uc. Egret prices load mismatch and missing reserve, which the others forbid.",
    "solvers": "The same MPS file for each. SCIP searches with one thread and does not tell nonzeros; CBC prints six "
    "digits of its bound.",
    "growth": "Ours. Units and buses: each split into K equal parts (buses as rings). A slope is that of log(value) on "
    "log(size), 1 is proportional; that of solving takes proven runs only.",
    "profile": "Ours, both grids, 24 hours. Functions are from a run under the profiler, which slows Python down; "
    "waiting for a lock is HiGHS at work in its own thread.",
}


def main() -> None:
    """Write the page and the plot."""
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR", help="where the lines are")
    parser.add_argument("--docs", type=Path, default=Path("docs"), metavar="DIR", help="where the page goes")
    asked = parser.parse_args()
    asked.docs.mkdir(parents=True, exist_ok=True)
    page, tables = asked.docs / "performance.md", {name: lines_of(asked.out, name) for name in SECTIONS}
    for name in PLOTTED:
        draw(tables[name], asked.docs / plot_of(name))
    drawn = {name for name in PLOTTED if (asked.docs / plot_of(name)).exists()}
    page.write_text(page_of(tables, page.read_text(encoding="utf-8") if page.exists() else "", drawn), encoding="utf-8")


def plot_of(name: str) -> str:
    """The file of the plot of a table."""
    return f"performance-gap-{name}.svg"


def page_of(tables: dict[str, list[Line]], before: str, drawn: Collection[str]) -> str:
    """The whole page: a section for each table that has lines, and the others as the page before has them."""
    parts = [INTRODUCTION]
    for name, lines in tables.items():
        title = f"## {name.capitalize()}\n\n"
        if lines:
            plot = f"![gap over time]({plot_of(name)})\n\n" if name in drawn else ""
            parts.append(f"{title}{NOTES[name]}\n\n{_machine(lines)}\n{plot}{SECTIONS[name](lines)}")
        else:
            parts.append(title + (_section(before, title) or "Not measured yet.\n"))
    return "\n".join(parts)


def _section(page: str, title: str) -> str:
    """What a page has under a title."""
    own = page.partition(f"\n{title}")[2].partition("\n## ")[0]
    return f"{own.rstrip()}\n" if own else ""


def runs_table(lines: Sequence[Line]) -> str:
    """Case by case and gap by gap: every peer beside ours."""
    rows = []
    for (case, gap_asked), runs in grouped([line for line in lines if is_answer(line)], "case", "gap_asked").items():
        by_peer = {str(peer): own for (peer,), own in grouped(runs, "peer").items()}
        same = by_peer.get("ours_bands") or by_peer.get("ours")  # the one that poses pumped hydro as peers do
        ours = middle(same) if same else None
        for peer, own in by_peer.items():
            line = middle(own)
            size = [f"{line[key]:,}" if line[key] else "" for key in ("rows", "columns", "integers", "nonzeros")]
            start = [str(case), percent(gap_asked), peer, seconds(line) + spread(own), factor(line, ours)]
            found = [percent(line["gap"]), percent(root_gap(line)), number(line["objective"])]
            rows.append([*start, *found, f"{line['seconds_build']:.1f}", *size, f"{line['peak_mb']:.0f}"])
    heads = "case,asked,who,seconds,of ours,gap,root gap,objective,build s,rows,columns,integers,nonzeros,peak MiB"
    return table(heads.split(","), rows) + _failures(lines)


def sweep_table(lines: Sequence[Line]) -> str:
    """Seconds of the whole sweep and of its first scenario, and whether kept and cold agree."""
    rows = []
    answers = [line for line in lines if is_answer(line)]
    for line in answers:
        each = line["notes"]["scenarios"]
        first = line["notes"]["first_seconds"]
        worst = max((row["gap"] for row in each if row["gap"] is not None), default=None)
        totals = [f"{line['seconds_total']:.1f}", f"{first:.1f}", f"{line['seconds_total'] / first:.1f}"]
        rows.append([line["peer"], str(len(each)), *totals, percent(worst), f"{line['peak_mb']:.0f}"])
    heads = ["how", "scenarios", "seconds", "first", "of the first", "worst gap", "peak MiB"]
    return table(heads, rows) + _agreement(answers) + _failures(lines)


def growth_table(lines: Sequence[Line]) -> str:
    """For each axis its sizes, and the slopes under them."""
    parts = []
    keys = ("rows", "columns", "nonzeros", "seconds_build", "seconds_solve", "seconds_total", "peak_mb")
    answers = [line for line in lines if is_answer(line)]
    for (axis, peer), own in grouped(answers, "axis", "peer").items():
        rows = [[str(line["size"]), *(number(line[key]) for key in keys), percent(line["gap"])] for line in own]
        slopes = [_slope_of(own, key) for key in keys]
        rows.append(["slope", *("" if value is None else f"{value:.2f}" for value in slopes), ""])
        heads = [str(axis), "rows", "columns", "nonzeros", "build s", "solve s", "total s", "peak MiB", "gap"]
        parts.append(f"### {str(axis).capitalize()} ({peer})\n\n{table(heads, rows)}")
    return "\n".join(parts) + _failures(lines)


def profile_table(lines: Sequence[Line]) -> str:
    """Seconds by station, the steps of the search, and the dearest functions."""
    parts = []
    for line in (line for line in lines if is_answer(line)):
        notes = line["notes"]
        if "profile" in notes:
            heads = ["function", "calls", "own s", "with callees s"]
            keys = ("function", "calls", "seconds", "seconds_with_callees")
            parts.append(table(heads, [[str(row[key]) for key in keys] for row in notes["profile"]]))
        else:
            total = notes["stations"].get("total") or 1.0
            rows = [[name, f"{s:.2f}", f"{100 * s / total:.0f} %"] for name, s in notes["stations"].items()]
            steps = "; ".join(notes["steps"])
            parts.append(table(["station", "seconds", "share"], rows) + f"\nThe search: {steps}.\n")
    return "\n".join(parts) + _failures(lines)


SECTIONS: dict[str, Callable[[Sequence[Line]], str]] = {
    "day": runs_table,
    "week": runs_table,
    "sweep": sweep_table,
    "pglib": runs_table,
    "solvers": runs_table,
    "growth": growth_table,
    "profile": profile_table,
}


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first column to the left, the others to the right."""
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def seconds(line: Line) -> str:
    """Seconds to the gap asked for, or the limit that was not enough."""
    return f"{line['seconds_total']:.1f}" if is_proven(line) else f"> {line['seconds_total']:.0f}"


def factor(line: Line, ours: Line | None) -> str:
    """How many times our seconds a peer took; nothing where ours is not proven."""
    if ours is None or str(line["peer"]).startswith("ours") or not is_proven(ours):
        return ""
    times = line["seconds_total"] / ours["seconds_total"]
    return f"{times:.1f} x" if is_proven(line) else f"> {times:.1f} x"


def percent(share: float | None) -> str:
    """A share in percent, three digits."""
    return "" if share is None else f"{100 * share:.3g} %"


def number(value: float | None) -> str:
    """A number with separators; small ones with two decimals."""
    if value is None:
        return ""
    return f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 1000 else f"{value:.2f}"  # noqa: PLR2004 (layout)


def _slope_of(lines: Sequence[Line], key: str) -> float | None:
    """The slope of one column; of times of solving only where the gap was proven, or the limit would be the answer."""
    held = [line for line in lines if is_proven(line) or key not in ("seconds_solve", "seconds_total")]
    return slope([line["size"] for line in held], [line[key] for line in held])


def _agreement(answers: Sequence[Line]) -> str:
    """The largest difference between the objectives of kept and cold scenarios."""
    by_peer = {line["peer"]: line["notes"]["scenarios"] for line in answers}
    if not {"ours_kept", "ours_cold"} <= by_peer.keys():
        return ""
    pairs = zip(by_peer["ours_kept"], by_peer["ours_cold"], strict=True)
    apart = [abs(a["objective"] - b["objective"]) / abs(b["objective"]) for a, b in pairs]
    return f"\nLargest difference between a kept and a cold objective: {percent(max(apart))}.\n"


def _failures(lines: Sequence[Line]) -> str:
    """Runs without an answer, each with its reason."""
    told = [f"- {line['case']}, {line['peer']}: {reason_of(line)}" for line in lines if not is_answer(line)]
    return "\nWithout an answer:\n\n" + "\n".join(told) + "\n" if told else ""


def _machine(lines: Sequence[Line]) -> str:
    """On what, when and from which commit."""
    commits = {line["commit"] + (" with changes" if line["changed"] else "") for line in lines}
    machines = sorted({f"{line['cores']} cores, {line['cpu']}" for line in lines})
    days = sorted({line["date"][:10] for line in lines})
    when = " to ".join(dict.fromkeys((days[0], days[-1])))
    loads = [line["load_before"] for line in lines]
    used = sorted({f"{name} {version}" for line in lines for name, version in line.get("versions", {}).items()})
    return (
        f"Measured {when} on {'; '.join(machines)}; commit {', '.join(sorted(commits))}. "
        f"Load average before a run: {min(loads):.1f} to {max(loads):.1f}. {', '.join(used)}.\n"
    )


if __name__ == "__main__":
    main()
