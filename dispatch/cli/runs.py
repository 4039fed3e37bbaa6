"""`dispatch submit`, `list`, `get`, `watch`, `cancel` and `delete`: runs that a service keeps."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

from dispatch.case.case import Case, Limits
from dispatch.cli.command import DONE, NO_ANSWER, OUR_FAULT, WrongUsage, say
from dispatch.cli.connected import connected
from dispatch.cli.folder import asked_in, write_solved
from dispatch.cli.solve import code_of
from dispatch.cli.terminal import LiveLine, words_of
from dispatch.client import Client, RunEvent, RunView, State, Urgency, Waiting
from dispatch.errors import CaseError, Flaw
from dispatch.formats.registry import format_of
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import local
from dispatch.report.scenario import Scenario, label_of
from dispatch.schedule.outcome import Outcome
from dispatch.wire import files

WATCH_PATIENCE_S = 600.0
ASKED = ("case", "limits", "outcome")


def submit(asked: argparse.Namespace) -> int:
    """Hand cases over; each is kept once its run is shown."""
    if asked.request_id and len(asked.files) > 1:
        message = "--request-id names one run; give one FILE with it"
        raise WrongUsage(message)
    cases = [_case_in(path) for path in asked.files]
    limits = Limits(asked.gap, asked.time_limit, strict=asked.strict, memory_gb=asked.memory_gb, prices=asked.prices)
    urgency, labels = Urgency[asked.urgency.upper().replace("-", "_")], dict(asked.labels)
    with connected(asked.server, asked) as client:
        runs = []
        for case in cases:
            run = client.submit(case, limits, request_id=asked.request_id, urgency=urgency, labels=labels)
            runs.append(run)
            if not asked.wait:
                _show(run, as_json=asked.json)
    return _waited(asked, runs) if asked.wait else DONE


def _case_in(path: Path) -> Case:
    if (kind := format_of(path)) is not None:
        told = f"is of {kind.name}, with a grid of its own; a service knows its own grids: use `dispatch solve`"
        raise CaseError((Flaw("NOT_OVER_GRPC", str(path), told),))
    return asked_in(path)[0]


def _waited(asked: argparse.Namespace, runs: Sequence[RunView]) -> int:
    """The worst exit code of these runs, each shown as it ends."""
    codes = []
    with connected(asked.server, asked, WATCH_PATIENCE_S) as client:
        for run in runs:
            ended = _watched(client, run.run_id, run.case_name or run.run_id)
            _show(ended, as_json=asked.json)
            codes.append(code_of_run(ended))
    return max(codes, default=DONE)


def watch(asked: argparse.Namespace) -> int:
    """Follow a run to its end; ^C leaves it alone."""
    with connected(asked.server, asked, WATCH_PATIENCE_S) as client:
        run = _watched(client, asked.run)
    _show(run, as_json=asked.json)
    return code_of_run(run)


def _watched(client: Client, run_id: str, name: str | None = None) -> RunView:
    live, shown = LiveLine(), name or run_id
    try:
        for told in client.watch(run_id):
            if isinstance(told, RunView):
                live.done(shown, _words(told))
                return told
            live.show(shown, _under_way(told))
    except KeyboardInterrupt:
        say(f"run {run_id} goes on; follow it again with: dispatch watch {run_id}")
        raise
    raise AssertionError  # a watch ends with its run, or raises


def _under_way(told: RunEvent | Waiting) -> str:
    if isinstance(told, Waiting):
        return f"queued, {told.queued_before_count} before it"
    if told.progress is not None:
        return words_of(told.progress)
    return told.note or (told.state.value.lower() if told.state else "")


def list_runs(asked: argparse.Namespace) -> int:
    """Runs, the newest first."""
    wanted: dict[str, Any] = {"labels": dict(asked.labels), "grid": asked.grid or "", "study_id": asked.study or ""}
    wanted["states"] = [State[state.upper()] for state in asked.states]
    if asked.since:
        wanted["created_from"] = asked.since
    with connected(asked.server, asked) as client:
        found = list(islice(client.runs(**wanted), asked.most + 1))
    if not asked.json:
        print(f"{'run':32}  {'state':9}  {'accepted':16}  {'grid':12}  outcome")
    for run in found[: asked.most]:
        _show(run, as_json=asked.json)
    if len(found) > asked.most:
        say(f"the newest {asked.most} are shown; --most N shows more")
    return DONE


def get(asked: argparse.Namespace) -> int:
    """A run as it stands; its outcome and its schedule as files, where asked for."""
    with connected(asked.server, asked) as client:
        run = client.get(asked.run, full=asked.out is not None)
        if asked.out:
            _write(asked.out, run, client.outcome(asked.run))
    if asked.json:
        told = json_of(run)
        told["outcome"] = json.loads(files.outcome_text(run.outcome)) if run.outcome else None
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print_run(run)
    return code_of_run(run)


def _write(folder: Path, run: RunView, outcome: Outcome) -> None:
    """What `solve --out` would have written: the folder of a bundle."""
    if run.case is None:
        message = "the service does not tell what was asked: it is of an older version"
        raise CaseError((Flaw("NOT_TOLD", "case", message),))
    facts = facts_of(run.case.grid, run.case.edition)
    write_solved(folder, Scenario(label_of(run.case), run.case, facts, outcome), limits=run.limits)
    if outcome.certificate is not None and outcome.certificate.facts_sha256 != facts.content_sha256:
        say(f"the networks here are others than those of the service: an audit or a replay of {folder} may differ")


def cancel(asked: argparse.Namespace) -> int:
    """End a run that has not ended."""
    with connected(asked.server, asked) as client:
        _show(client.cancel(asked.run, keep_incumbent=asked.keep), as_json=asked.json)
    return DONE


def delete(asked: argparse.Namespace) -> int:
    """Forget a run that has ended."""
    with connected(asked.server, asked) as client:
        client.delete(asked.run)
    print(json.dumps({"deleted": asked.run}) if asked.json else f"{asked.run}: forgotten")
    return DONE


def code_of_run(run: RunView) -> int:
    """The exit code of a run; one that has not ended has no fault yet."""
    if run.state is State.FAILED:
        return OUR_FAULT
    if run.state is State.CANCELLED and run.outcome_status is None:
        return NO_ANSWER
    return DONE if run.outcome is None else code_of(run.outcome)


def json_of(run: RunView) -> dict[str, Any]:
    """A run for machines, without what was asked and answered."""
    told = {field.name: getattr(run, field.name) for field in fields(run) if field.name not in ASKED}
    return {name: _plain(value) for name, value in told.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _show(run: RunView, *, as_json: bool) -> None:
    """One line a run."""
    if as_json:
        print(json.dumps(json_of(run), ensure_ascii=False), flush=True)
    else:
        accepted = f"{local(run.created_at):%Y-%m-%d %H:%M}"
        print(f"{run.run_id:32}  {run.state.value:9}  {accepted}  {run.grid:12}  {_words(run)}", flush=True)


def _words(run: RunView) -> str:
    """How a run stands, in a few words."""
    if run.outcome_status is None:
        told = f"{run.reason}: {run.message}" if run.reason else run.state.value
        return told if run.queued_before_count is None else f"{run.queued_before_count} before it"
    gap = "" if run.gap_share is None else f", gap {100 * run.gap_share:.3f} %"
    cost = "" if run.objective_cny is None else f", {run.objective_cny / 1e6:,.2f} M CNY"
    return f"{run.outcome_status.value}{gap}{cost}"


def _print_run(run: RunView) -> None:
    for name, value in json_of(run).items():
        if value not in (None, "", {}):
            print(f"{name:20} {value}")
    metrics = run.outcome.metrics if run.outcome else None
    if metrics is not None:
        print(f"{'absorbed_mwh':20} {metrics.total.absorbed_mwh:,.1f}")
        print(f"{'curtailed_mwh':20} {metrics.total.curtailed_mwh:,.1f}")
        print(f"{'cost_cny':20} {metrics.total.cost.total_cny:,.0f}")
