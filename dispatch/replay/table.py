"""What a replay found: a row a bundle, and below it what differs; or the same for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dispatch.schedule.difference import Answer, Comparison

HEADINGS = ("bundle", "status", "objective, M CNY", "gap, %", "curtailed, MWh", "seconds", "")
COLUMNS = (
    ("objective_cny", 1e6, ".4f"),
    ("gap_share", 0.01, ".3f"),
    ("curtailed_mwh", 1.0, ",.1f"),
    ("seconds", 1.0, ".1f"),
)
MISSING, ARROW = "-", " > "
MOST_SHOWN = 12  # differences of a bundle that are told one by one; --json has all


def table_of(found: Sequence[Comparison]) -> str:
    """A row a bundle, recorded > today where the two differ; then every difference, `!` where it matters."""
    rows = [HEADINGS, *(_row(one) for one in found)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(HEADINGS))]
    lines = []
    for row, one in zip(rows, (None, *found), strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        lines += [] if one is None else _told(one)
    differ = sum(not one.same for one in found)
    verdict = "all the same" if not differ else f"{differ} of {len(found)} differ"
    return "\n".join([*lines, "", f"{len(found)} replayed, {verdict}"])


def _row(one: Comparison) -> tuple[str, ...]:
    was, comes = _cells(one.recorded), None if one.again is None else _cells(one.again)
    *cells, seconds = zip(was, comes or was, strict=True)
    lasted = f"{seconds[0]}{ARROW}{seconds[1] if comes else MISSING}"
    differing = [then if then == now else f"{then}{ARROW}{now}" for then, now in cells]
    return (one.name, *differing, lasted, "same" if one.same else "DIFFERS")


def _cells(answer: Answer) -> list[str]:
    """Status and numbers of one answer, in the order of the headings."""
    values = [(getattr(answer, name), each, digits) for name, each, digits in COLUMNS]
    told = [MISSING if value is None else format(value / each, digits) for value, each, digits in values]
    return [answer.status.value, *told]


def _told(one: Comparison) -> list[str]:
    shown = sorted(one.differences, key=lambda difference: not difference.matters)
    lines = [f"  {'!' if d.matters else '.'} {d.field}: {d.message}" for d in shown[:MOST_SHOWN]]
    more = len(shown) - MOST_SHOWN
    return [*lines, f"  ... and {more} more (--json has all)"] if more > 0 else lines


def as_json(found: Sequence[Comparison]) -> dict[str, Any]:
    """The same for machines, with every difference and both sets of versions."""
    return {
        "same": all(one.same for one in found),
        "bundles": [
            {
                "name": one.name,
                "same": one.same,
                "recorded": _plain(one.recorded),
                "again": None if one.again is None else _plain(one.again),
                "differences": [asdict(difference) for difference in one.differences],
            }
            for one in found
        ],
    }


def _plain(answer: Answer) -> dict[str, Any]:
    return {**asdict(answer), "status": answer.status.value}
