"""`dispatch replay`: what was recorded, solved again."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from dispatch.cli.command import DONE, NO_ANSWER, OUR_FAULT, WrongUsage
from dispatch.cli.connected import connected
from dispatch.cli.terminal import LiveLine, show_json, words_of
from dispatch.client import Client
from dispatch.errors import CaseError, Flaw
from dispatch.replay.reading import named_in, records_in
from dispatch.replay.replay import Record, replayed, set_beside
from dispatch.replay.sent import packed
from dispatch.replay.table import as_json, table_of
from dispatch.schedule.difference import Comparison
from dispatch.schedule.outcome import Status


def replay(asked: argparse.Namespace) -> int:
    """Every bundle is read before any is solved; one that is not what was written refuses them all, file by file."""
    if asked.server and asked.against:
        message = "--against solves nothing: it needs no --server"
        raise WrongUsage(message)
    if asked.server:
        with connected(asked.server, asked) as client:
            found = _all_asked(client, asked.folders)
    elif asked.against:
        found = [one.comparison for one in set_beside(records_in(asked.folders), records_in([asked.against]))]
    else:
        found = _all_replayed(records_in(asked.folders))
    if asked.json:
        show_json(as_json(found))
    else:
        print(table_of(found))
    return code_of(found)


def code_of(found: Sequence[Comparison]) -> int:
    """0 all the same, 1 where something differs that matters, 3 where an answer of today is our own failure."""
    if any(one.again is not None and one.again.status is Status.FAILED and not one.same for one in found):
        return OUR_FAULT
    return DONE if all(one.same for one in found) else NO_ANSWER


def _all_replayed(records: Iterable[Record]) -> list[Comparison]:
    live, found = LiveLine(), []
    for record in records:
        found.append(replayed(record, live.of(record.name)).comparison)
        live.done(record.name, _ending_of(found[-1]))
    return found


def _all_asked(client: Client, folders: Sequence[Path]) -> list[Comparison]:
    """The same by a service; here it is only looked whether the files are those of the manifest."""
    live, found = LiveLine(), []
    for name, files in _packed_in(folders).items():
        for told in client.replay(files, name):
            if isinstance(told, Comparison):
                found.append(told)
                live.done(name, _ending_of(told))
            else:
                live.show(name, words_of(told))
    return found


def _packed_in(folders: Sequence[Path]) -> dict[str, dict[str, bytes]]:
    """Every bundle in these folders by name, or `CaseError` with every flaw of every one."""
    bundles: dict[str, dict[str, bytes]] = {}
    flaws: list[Flaw] = []
    for name, path in named_in(folders, flaws):
        try:
            bundles[name] = packed(path)
        except CaseError as error:
            flaws += error.flaws
    if flaws:
        raise CaseError(tuple(flaws))
    return bundles


def _ending_of(one: Comparison) -> str:
    """How the answer of today ended, in a few words."""
    if one.again is None:
        return "refused today"
    proven = "" if one.again.gap_share is None else f", gap {100 * one.again.gap_share:.3f} %"
    return f"{one.again.status.value}{proven}, {one.again.seconds or 0.0:.1f} s"
