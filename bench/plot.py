"""Gap over time, ours and the peers, both axes logarithmic: one panel for each case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from bench.reading import Line, gaps_over_time, grouped, is_answer, middle

COLOURS = {
    "ours": "#c0392b",
    "ours_bands": "#e67e22",
    "pypsa": "#7f8c8d",
    "pypsa_rows": "#2c3e50",
    "egret": "#2980b9",
    "pglib_reference": "#16a085",
}
NAMES = {
    "ours": "ours",
    "ours_bands": "ours, pumped hydro as PyPSA has it",
    "pypsa_rows": "PyPSA with reserve and running modes",
    "pypsa": "PyPSA without them",
    "egret": "Egret tight",
    "pglib_reference": "pglib reference model",
}
LEAST_GAP_PERCENT, GREATEST_GAP_PERCENT = 1e-3, 100.0  # gaps beyond are drawn on the edge
FIRST_SECOND = 1.0
MARKED_GAPS_PERCENT = (0.1, 0.01)  # what runs are asked for
PER_ROW = 3
PANEL_INCHES = (4.2, 3.3)


def draw(lines: Sequence[Line], path: Path) -> bool:
    """Write the figure (the ending chooses the format); False when no run has a gap to draw."""
    cases = grouped([line for line in lines if is_answer(line) and gaps_over_time(line)], "case")
    if not cases:
        return False
    across = min(PER_ROW, len(cases))
    down = -(-len(cases) // across)
    with mpl.rc_context({"font.size": 9, "svg.fonttype": "path", "svg.hashsalt": "bench"}):
        figure = Figure(figsize=(PANEL_INCHES[0] * across, PANEL_INCHES[1] * down + 0.5))
        panels = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
        for panel, ((case,), members) in zip(panels, cases.items(), strict=False):
            _draw_case(panel, str(case), members)
        latest = max(at for own in cases.values() for line in own for at, _ in gaps_over_time(line))
        panels[0].set_xlim(FIRST_SECOND, 1.3 * latest)  # of all: they share it
        for panel in panels[len(cases) :]:
            panel.set_visible(False)
        drawn = [peer for peer in NAMES if any(line["peer"] == peer for own in cases.values() for line in own)]
        handles = [mpl.lines.Line2D([], [], color=COLOURS[peer], label=NAMES[peer]) for peer in drawn]
        figure.legend(handles=handles, loc="upper center", ncols=min(len(handles), 2 * across), frameon=False)
        figure.tight_layout(rect=(0, 0, 1, 1 - 0.5 / figure.get_figheight()))
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    return True


def _draw_case(panel: Any, case: str, lines: Sequence[Line]) -> None:
    """One panel: for each peer the run at the smallest gap asked for."""
    for (peer,), runs in grouped(lines, "peer").items():
        if peer not in COLOURS:
            continue
        sharpest = min(line["gap_asked"] for line in runs)
        trail = gaps_over_time(middle([line for line in runs if line["gap_asked"] == sharpest]))
        seconds = [at for at, _ in trail]
        percent = [min(max(100 * gap, LEAST_GAP_PERCENT), GREATEST_GAP_PERCENT) for _, gap in trail]
        panel.step(seconds, percent, where="post", color=COLOURS[peer], linewidth=1.6)
        panel.plot(seconds[-1:], percent[-1:], "o", color=COLOURS[peer], markersize=4)
    for mark in MARKED_GAPS_PERCENT:
        panel.axhline(mark, color="#bbbbbb", linewidth=0.8, linestyle=":", zorder=0)
    panel.set(xscale="log", yscale="log", title=case, xlabel="seconds, building included", ylabel="proven gap, %")
    panel.set_ylim(LEAST_GAP_PERCENT / 1.3, GREATEST_GAP_PERCENT * 1.3)
    panel.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    panel.tick_params(labelbottom=True)
    panel.yaxis.label.set_visible(panel.get_subplotspec().is_first_col())
    panel.grid(which="major", color="#eeeeee", linewidth=0.6, zorder=0)
