"""`dispatch report`: table, summary and page of what was solved."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from dispatch.cli.command import DONE, WrongUsage, made_folder
from dispatch.cli.folder import solved_in
from dispatch.cli.terminal import show_json
from dispatch.report.corridors import corridor_csv
from dispatch.report.findings import findings_of, lines_of
from dispatch.report.page import page_of
from dispatch.report.printed import NoBrowser, browser, print_page
from dispatch.report.response import response_text
from dispatch.report.scenario import Scenario
from dispatch.report.summary import summary_of
from dispatch.report.table import ESTIMATES, table_of

PAGE, SUMMARY, CORRIDORS, PDF = "report.html", "summary.json", "corridors.csv", "report.pdf"


def report(asked: argparse.Namespace) -> int:
    """Write the page and the summary beside what was solved; show the table."""
    if asked.pdf:
        _refuse_no_browser()
    scenarios = solved_in(*asked.folders)
    folder = made_folder(asked.out) or asked.folders[0]
    write_report(folder, scenarios)
    if asked.pdf:
        print_page(folder / PAGE, folder / PDF)
    show_report(scenarios, as_json=asked.json, by_contract=True)
    return DONE


def _refuse_no_browser() -> None:
    try:
        browser()
    except NoBrowser as error:
        message = f"--pdf: {error}"
        raise WrongUsage(message) from error


def write_report(folder: Path, scenarios: Sequence[Scenario]) -> None:
    """`report.html`, `summary.json` and `corridors.csv` in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(page_of(scenarios), encoding="utf-8")
    content = json.dumps(summary_of(scenarios), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / SUMMARY).write_text(content + "\n", encoding="utf-8")
    (folder / CORRIDORS).write_text(corridor_csv(scenarios), encoding="utf-8")


def show_report(scenarios: Sequence[Scenario], *, as_json: bool, by_contract: bool = False) -> None:
    """The summary for machines, or the table and what must be known with it for people."""
    if as_json:
        show_json(summary_of(scenarios))
        return
    print(table_of(scenarios))
    if by_contract and (told := response_text(scenarios)):
        print(f"{told}\n")
    for finding in findings_of(scenarios):
        print(*lines_of(finding, f"{finding.grid}, {finding.scenario}: "), sep="\n")
    print(ESTIMATES)
