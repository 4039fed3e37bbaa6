"""What deleted runs leave behind is dropped, at once or by a later sweep."""

from __future__ import annotations

import os
import time
from pathlib import Path

from dispatch.runs.artefacts import YOUNG_S, Artefacts
from dispatch.runs.ledger import Ledger
from dispatch.runs.unneeded import remembered, sweep
from tests.runs.asked import asked


def _deleted(ledger: Ledger, payload: str) -> None:
    run_id = ledger.add(asked(payload_sha256=payload)).run_id
    ledger.cancel(run_id)
    ledger.delete(run_id)


def _aged(folder: Path) -> None:
    """Put two hours ago."""
    then_s = time.time() - 2 * YOUNG_S
    for path in folder.rglob("*"):
        os.utime(path, (then_s, then_s))


def _count(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_a_young_artefact_of_a_deleted_run_is_dropped_by_a_later_sweep(ledger: Ledger, tmp_path: Path) -> None:
    """The server that deleted it may be gone by then: another one, on the same database, finds it."""
    artefacts, folder = Artefacts(f"{tmp_path}/kept"), tmp_path / "kept"
    name = artefacts.put(b"a case")
    _deleted(ledger, name)
    sweep(ledger, artefacts)
    assert (_count(folder), remembered(ledger)) == (1, [name])
    _aged(folder)
    other = Ledger(ledger.engine.url.render_as_string(hide_password=False))
    sweep(other, Artefacts(f"{tmp_path}/kept"))
    other.engine.dispose()
    assert (_count(folder), remembered(ledger)) == (0, [])


def test_what_another_run_needs_by_then_stays(ledger: Ledger, tmp_path: Path) -> None:
    artefacts, folder = Artefacts(f"{tmp_path}/kept"), tmp_path / "kept"
    name = artefacts.put(b"a case")
    _deleted(ledger, name)
    kept = ledger.add(asked(payload_sha256=name)).run_id
    _aged(folder)
    sweep(ledger, artefacts)
    assert (artefacts.get(name), remembered(ledger)) == (b"a case", [])
    ledger.cancel(kept)
    ledger.delete(kept)
    sweep(ledger, artefacts)
    assert (_count(folder), remembered(ledger)) == (0, [])


def test_the_same_is_remembered_once_and_what_is_gone_is_forgotten(ledger: Ledger, tmp_path: Path) -> None:
    artefacts = Artefacts(f"{tmp_path}/kept")
    for _ in range(2):
        _deleted(ledger, "0" * 64)
    assert remembered(ledger) == ["0" * 64]
    sweep(ledger, artefacts)
    assert remembered(ledger) == []
