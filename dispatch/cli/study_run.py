"""`dispatch study run`: a base case and its axes, asked of a service as many runs."""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dispatch.case.case import Case, Limits
from dispatch.cli.command import DONE, NO_ANSWER, OUR_FAULT, WrongUsage, made_folder, say
from dispatch.cli.connected import connected
from dispatch.cli.terminal import LiveLine, show_json
from dispatch.client import Client
from dispatch.client.connection import PATIENCE_S
from dispatch.errors import CaseError
from dispatch.grid.known import flaws_in
from dispatch.report.study_table import csv_text, failed, status_of, study_table_of, summary_of, told_of, value_text
from dispatch.service.background import running
from dispatch.study.axes import Axis, axes_flaws, axis_of, form_flaws
from dispatch.wire import rpc
from dispatch.wire.files import read_case
from dispatch.wire.studies import ScenarioView, StudyView, axes_to, scenario_from, study_from
from dispatch.wire.translate import case_to, limits_to

TABLE, SUMMARY = "scenarios.csv", "study.json"
REFUSED = "CASE_REFUSED"
PAGE_COUNT = 1000


def run_study(asked: argparse.Namespace) -> int:
    """Ask; show, and keep where asked, each scenario as it ends; stopped, it goes on when it is asked again."""
    axes = _axes(asked.axes)
    case = _case(asked.file, axes)
    folder = made_folder(asked.out)
    request_id = asked.request_id or str(uuid.uuid4())
    request = rpc.SubmitStudyRequest(
        case=case_to(case),
        limits=limits_to(Limits(asked.gap, asked.time_limit)),
        axes=axes_to(axes),
        request_id=request_id,
        title=asked.title,
    )
    with _service(asked.server) as target, connected(target, asked, PATIENCE_S) as client:
        following = Following(client, request, folder)
        try:
            following.to_the_end()
        except KeyboardInterrupt:
            say(f"the study goes on when asked again with --request-id {request_id}")
            raise
        finally:
            following.write()
    if asked.json:
        show_json(summary_of(following.study, following.scenarios))
    else:
        print(study_table_of(following.study, following.scenarios))
    return _code(following.scenarios)


class Following:
    """A study that was asked for, and what is known of it."""

    def __init__(self, client: Client, request: rpc.SubmitStudyRequest, folder: Path | None) -> None:
        self._client, self._folder, self._live = client, folder, LiveLine()
        self.study: StudyView = study_from(client.call("SubmitStudy", request))
        self._ended: dict[int, ScenarioView] = {}

    @property
    def scenarios(self) -> list[ScenarioView]:
        """Those that have ended, in order."""
        return [self._ended[k] for k in sorted(self._ended)]

    def to_the_end(self) -> None:
        """Hear of each scenario as it ends."""
        request = rpc.WatchStudyRequest(study_id=self.study.study_id)
        for told in self._client.stream("WatchStudy", request):
            if told.WhichOneof("message") == "study":
                self.study = study_from(told.study)
                self._live.show("study", told_of(self.study))
            else:
                scenario = scenario_from(told.scenario)
                self._ended[scenario.scenario_index] = scenario
                self._live.done(_name(self.study, scenario), status_of(scenario))
        self._live.done("study", self.study.state.value)

    def write(self) -> None:
        """Keep what is known, also of a study that was stopped."""
        if self._folder is None:
            return
        (self._folder / TABLE).write_text(csv_text(self.study, self.scenarios), encoding="utf-8")
        content = json.dumps(summary_of(self.study, self.scenarios), ensure_ascii=False, indent=2)
        (self._folder / SUMMARY).write_text(content + "\n", encoding="utf-8")
        say(f"written: {self._folder / TABLE} and {SUMMARY}, {len(self._ended)} scenarios")


def _axes(texts: Sequence[str]) -> list[Axis]:
    try:
        return [axis_of(text) for text in texts]
    except ValueError as error:
        message = f"--axis {error}"
        raise WrongUsage(message) from error


def _case(path: Path, axes: Sequence[Axis]) -> Case:
    """The base case, or CaseError with every flaw of it and of the axes, before a service is started for them."""
    try:
        case = read_case(path, flaws_in)
    except CaseError as error:
        raise CaseError(error.flaws + form_flaws(axes)) from error
    if flaws := axes_flaws(case, axes, flaws_in):
        raise CaseError(flaws)
    return case


@contextmanager
def _service(server: str | None) -> Iterator[str]:
    if server:
        yield server
        return
    with running() as target:
        yield target


def _name(study: StudyView, scenario: ScenarioView) -> str:
    fields = (field for field, _ in study.axes)
    return ", ".join(f"{field} {value_text(value)}" for field, value in zip(fields, scenario.values, strict=True))


def _code(scenarios: Sequence[ScenarioView]) -> int:
    """A scenario that no schedule meets is a result; one without an answer is not."""
    without: Any = {scenario.reason for scenario in failed(scenarios)}
    if without - {REFUSED}:
        return OUR_FAULT
    return NO_ANSWER if without else DONE
