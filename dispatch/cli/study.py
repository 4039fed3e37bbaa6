"""`dispatch study dr-curve`: what demand response is worth, share by share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from dispatch.case.case import Case, Limits
from dispatch.case.checks import checked
from dispatch.case.facts import GridFacts
from dispatch.case.objective import COST
from dispatch.cli.case import edition_of, midnight, refuse
from dispatch.cli.command import DONE, WrongUsage, made_folder, say
from dispatch.cli.folder import asked_in
from dispatch.cli.solve import code_of, ending_of
from dispatch.cli.terminal import LiveLine, show_json
from dispatch.errors import CaseError, DispatchError, Flaw
from dispatch.eve import case_of
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import Horizon
from dispatch.report.curve_table import csv_text, curve_table_of, summary_of
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Progress
from dispatch.study.curve import Curve, shares_of, without_schedule
from dispatch.study.response import swept
from dispatch.study.scenarios import DEMO_DAY, DEMO_GRIDS

DAY_H = 24
PAGE, TABLE, SUMMARY = "curve.html", "curve.csv", "curve.json"


def dr_curve(asked: argparse.Namespace) -> int:
    """Sweep the response of every grid asked about; show, and keep where asked, also what was done when stopped."""
    folder = made_folder(asked.out)
    sweep = Sweep(Limits(asked.gap, asked.time_limit), shares_of(asked.steps, asked.most))
    try:
        for base, facts in _bases(asked, sweep.live):
            sweep.over(base, facts)
    except (KeyboardInterrupt, DispatchError):
        _write(folder, sweep.curves)
        raise
    if asked.json:
        show_json(summary_of(sweep.curves))
    else:
        print(curve_table_of(sweep.curves))
    _write(folder, sweep.curves)
    return max((code_of(outcome) for curve in sweep.curves for _, outcome in curve.answers), default=DONE)


class Sweep:
    """The same shares asked of one grid after another."""

    def __init__(self, limits: Limits, shares: Sequence[float]) -> None:
        self.limits, self.shares = limits, shares
        self.live = LiveLine()
        self.curves: list[Curve] = []

    def over(self, base: Case, facts: GridFacts) -> None:
        """One grid; a sweep that is interrupted leaves the shares it has solved."""
        answers: list[tuple[Case, Outcome]] = []

        def named() -> str:
            number = len(answers)
            return f"{base.grid} {number + 1}/{len(self.shares)}, response {100 * self.shares[number]:g} %"

        def tell(progress: Progress) -> None:
            self.live.of(named())(progress)

        try:
            for case, outcome in swept(base, facts, self.shares, self.limits, tell):
                self.live.done(named(), ending_of(outcome))
                answers.append((case, without_schedule(outcome)))
        finally:
            if answers:
                self.curves.append(Curve(facts, self.limits.gap_share, tuple(answers)))


def _bases(asked: argparse.Namespace, live: LiveLine) -> Iterator[tuple[Case, GridFacts]]:
    """The case in the file, or the day of each grid; whatever is wrong with any of them is told before all work."""
    if asked.case:
        if any(given is not None for given in (asked.grids, asked.date, asked.hours, asked.edition)):
            message = "--case already says which grid, date, hours and edition"
            raise WrongUsage(message)
        case, facts = asked_in(asked.case)
        if case.objective != COST:
            message = (
                f"a curve compares costs, and {case.objective} spends what it takes; give a case that seeks {COST}"
            )
            raise CaseError((Flaw("OBJECTIVE_NOT_COMPARED", "objective", message),))
        yield case, facts
        return
    day, hours = asked.date or DEMO_DAY, DAY_H if asked.hours is None else asked.hours
    edition = asked.edition or edition_of(day)
    chosen = tuple(dict.fromkeys(asked.grids or DEMO_GRIDS))
    for grid in chosen:
        refuse(Case(grid, edition, Horizon(midnight(day), hours), (), ()))
    say(f"{day}, {hours} h, edition {edition}, synthetic weather")
    for grid in chosen:
        facts, name = facts_of(grid, edition), f"{grid}, the day before"
        case = case_of(facts, day, hours=hours, tell=live.of(name))
        live.done(name, "solved")
        yield checked(case, facts), facts


def _write(folder: Path | None, curves: Sequence[Curve]) -> None:
    """The curve as a table, for machines and as a page."""
    if folder is None or not curves:
        return
    from dispatch.report.curve_page import curve_page_of

    (folder / TABLE).write_text(csv_text(curves), encoding="utf-8")
    content = json.dumps(summary_of(curves), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / SUMMARY).write_text(content + "\n", encoding="utf-8")
    (folder / PAGE).write_text(curve_page_of(curves), encoding="utf-8")
    say(f"written: {folder / PAGE}, {TABLE} and {SUMMARY}")
