"""A bundle that is sent is looked at as one that lies in a folder; its names lead nowhere else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dispatch.errors import CaseError
from dispatch.formats import json_file
from dispatch.replay import sent
from dispatch.replay.sent import compared_with, packed, recorded_in
from dispatch.wire.runs import outcome_bytes, schedule_bytes
from tests.replay.records import SMALL, record
from tests.replay.write import BUNDLES


@pytest.fixture
def files() -> dict[str, bytes]:
    return packed(BUNDLES / SMALL)


def refusal(files: dict[str, bytes]) -> list[tuple[str, str]]:
    with pytest.raises(CaseError) as refused:
        recorded_in(files)
    return [(flaw.code, flaw.field) for flaw in refused.value.flaws]


def test_what_is_sent_asks_what_was_asked(files: dict[str, bytes]) -> None:
    assert recorded_in(files) == sent.Recorded(record().case, record().limits, accepted=True)
    plain = {name.removesuffix(".gz"): gzip.decompress(content) for name, content in files.items()}
    assert recorded_in(plain) == recorded_in(files)


def test_an_answer_beside_itself_differs_in_nothing(files: dict[str, bytes]) -> None:
    outcome = record().outcome
    found = compared_with(files, "itself", (outcome_bytes(outcome), schedule_bytes(outcome)))
    assert (found.name, found.same, found.again) == ("itself", True, found.recorded)
    assert not [told for told in found.differences if not told.field.startswith("recorded.certificate")]


@pytest.mark.parametrize("name", ["../case.json", "/etc/case.json", "prices/../case.json", "a/b/c.json", "", ".hidden"])
def test_a_name_that_leads_elsewhere_is_refused(files: dict[str, bytes], name: str) -> None:
    assert refusal({**files, name: b"{}"}) == [("BAD_NAME", name or "files")]


def test_files_are_named_as_they_were_sent(files: dict[str, bytes]) -> None:
    """Every file that is cut, changed, absent or there twice at once; no path of the server's among them."""
    case = gzip.decompress(files["case.json.gz"])
    spoilt = {**files, "case.json.gz": gzip.compress(case + b" "), "limits.json": b"{}"}
    del spoilt["schedule.json.gz"]
    assert sorted(refusal(spoilt)) == [
        ("DUPLICATE_FILE", "limits.json"),
        ("HASH_MISMATCH", "case.json.gz"),
        ("INCOMPLETE", "schedule.json"),
    ]


def test_an_unknown_schema_nothing_and_a_foreign_grid_are_refused_by_name(files: dict[str, bytes]) -> None:
    manifest = gzip.decompress(files["manifest.json.gz"])
    newer = gzip.compress(manifest.replace(b'"format_version": "1"', b'"format_version": "2"'))
    assert refusal({**files, "manifest.json.gz": newer}) == [("UNKNOWN_VERSION", "manifest.json")]
    assert refusal({}) == [("REQUIRED", "files")]
    assert refusal({**files, "instance.json.gz": b""}) == [("NOT_OVER_GRPC", "instance.json.gz")]


def test_a_bundle_that_unpacks_to_more_than_is_allowed_is_refused(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent, "MOST_BYTES_COUNT", 1000)
    assert json_file.MOST_BYTES_COUNT > 1000
    assert [code for code, _ in refusal(files)] == ["TOO_LARGE"]


def test_a_folder_that_is_no_bundle_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(CaseError):
        packed(tmp_path)
