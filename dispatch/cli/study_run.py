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
from dispatch.grid.catalogue import facts_of
from dispatch.grid.known import flaws_in
from dispatch.grid.weather_years import under_weather_year
from dispatch.report.study_table import csv_text, failed, status_of, study_table_of, summary_of, told_of, value_text
from dispatch.service.background import running
from dispatch.study.axes import Axis, axes_flaws, axis_of, form_flaws
from dispatch.wire import rpc
from dispatch.wire.files import read_case
from dispatch.wire.studies import ScenarioView, StudyView, axes_from, axes_to, scenario_from, study_from
from dispatch.wire.translate import case_to, limits_to

TABLE, SUMMARY = "scenarios.csv", "study.json"
REFUSED = "CASE_REFUSED"
PAGE_COUNT = 1000


def run_study(asked: argparse.Namespace) -> int:
    """Ask; show, and keep where asked, each scenario as it ends; stopped, it goes on when it is asked again."""
    if not asked.axes and not asked.weather_years:
        message = "give --axis or --weather-years"
        raise WrongUsage(message)
    case, axes = _asked_case(asked.file, _axes(asked.axes), asked.weather_years)
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


def _asked_case(path: Path, axes: list[Axis], years: Sequence[int]) -> tuple[Case, list[Axis]]:
    """The base case and all axes, or CaseError with every flaw of them, before a service is started for them."""
    try:
        case = read_case(path, flaws_in)
    except CaseError as error:
        raise CaseError(error.flaws + form_flaws(axes)) from error
    if years:
        axes = [_weather_axis(case, years), *axes]
    if flaws := axes_flaws(case, axes, flaws_in):
        raise CaseError(flaws)
    return case, axes


def _weather_axis(case: Case, years: Sequence[int]) -> Axis:
    """What every plant has available in each year, in place of the forecasts of the base case."""
    facts, values = facts_of(case.grid, case.edition), []
    for year in years:
        forecasts = under_weather_year(case, facts, year).available_forecasts
        values.append([{"plant": one.plant, "available_mw": list(one.available_mw)} for one in forecasts])
    (axis,) = axes_from(axes_to([("available_forecasts", values)]), [])
    for year, value in zip(years, axis[1], strict=True):
        say(f"weather year {year}: available_forecasts {value_text(value)}")
    return axis


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
