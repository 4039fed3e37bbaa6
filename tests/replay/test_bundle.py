from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from dispatch.errors import CaseError
from dispatch.replay.bundle import MANIFEST, bundles_in
from dispatch.replay.reading import record_in, records_in
from tests.replay.records import copied

FILES = ("case.json", "limits.json", "outcome.json", "schedule.json")


def refusal(folder: Path) -> list[tuple[str, str]]:
    """Code and file name of every flaw that a bundle is refused for."""
    with pytest.raises(CaseError) as refused:
        record_in(folder, "spoilt")
    return [(flaw.code, Path(flaw.field).name) for flaw in refused.value.flaws]


def unpacked(folder: Path) -> Path:
    """The same bundle with every file plain."""
    for path in folder.glob("*.gz"):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    return folder


def changed_manifest(folder: Path, **fields: Any) -> None:
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    (folder / MANIFEST).write_text(json.dumps(content | fields), encoding="utf-8")


def test_a_bundle_is_read_plain_and_gzipped(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    packed = record_in(folder, "one")
    plain = record_in(unpacked(folder), "one")
    assert (plain.case, plain.limits, plain.outcome.proof) == (packed.case, packed.limits, packed.outcome.proof)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0.0, 0.5, 0.999])
def test_one_bit_flipped_anywhere_is_refused_by_the_name_of_the_file(tmp_path: Path, name: str, part: float) -> None:
    path = unpacked(copied(tmp_path)) / name
    content = bytearray(path.read_bytes())
    content[int(part * len(content))] ^= 1
    path.write_bytes(content)
    assert refusal(path.parent) == [("HASH_MISMATCH", name)]


@pytest.mark.parametrize("name", FILES)
def test_a_bit_flipped_in_a_gzipped_file_is_refused(tmp_path: Path, name: str) -> None:
    path = copied(tmp_path) / f"{name}.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (flaw,) = refusal(path.parent)
    assert flaw in {("NOT_GZIP", f"{name}.gz"), ("HASH_MISMATCH", f"{name}.gz")}


def test_every_file_that_was_cut_or_is_missing_is_named_at_once(tmp_path: Path) -> None:
    folder = unpacked(copied(tmp_path))
    (folder / "case.json").write_bytes((folder / "case.json").read_bytes()[:-10])
    (folder / "outcome.json").write_bytes(b"")
    (folder / "schedule.json").unlink()
    assert refusal(folder) == [
        ("HASH_MISMATCH", "case.json"),
        ("HASH_MISMATCH", "outcome.json"),
        ("INCOMPLETE", "schedule.json"),
    ]


def test_a_gzipped_file_cut_short_is_named(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = folder / "schedule.json.gz"
    path.write_bytes(path.read_bytes()[:-10])
    assert refusal(folder) == [("NOT_GZIP", "schedule.json.gz")]


def test_without_its_manifest_a_bundle_was_not_finished(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / MANIFEST).unlink()
    assert refusal(folder) == [("INCOMPLETE", MANIFEST)]


def test_a_manifest_cut_short_is_named(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / MANIFEST).write_text((folder / MANIFEST).read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert refusal(folder) == [("NOT_JSON", MANIFEST)]


def test_a_bundle_of_a_later_format_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    changed_manifest(folder, format_version="2")
    assert refusal(folder) == [("UNKNOWN_VERSION", MANIFEST)]


@pytest.mark.parametrize("name", ["../outside.json", "/etc/hostname"])
def test_a_manifest_that_names_a_file_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    folder = copied(tmp_path)
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    entry = content["files"]["case.json"]
    changed_manifest(folder, files=content["files"] | {name: entry})
    assert refusal(folder) == [("WRONG_TYPE", MANIFEST)]


def test_a_file_left_out_of_the_manifest_or_there_twice_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "prices.json").write_text("{}", encoding="utf-8")
    (folder / "case.json").write_bytes(b"{}")
    (folder / "report.html").write_text("no file of a bundle", encoding="utf-8")
    assert refusal(folder) == [("DUPLICATE_FILE", "case.json"), ("NOT_LISTED", "prices.json")]


def test_files_of_two_runs_do_not_make_a_bundle(tmp_path: Path) -> None:
    """Each file is as its manifest says, but the case is another one than the certificate was given for."""
    folder, other = copied(tmp_path), copied(tmp_path, "jibei-2025-winter")
    manifests = [json.loads((place / MANIFEST).read_text(encoding="utf-8")) for place in (folder, other)]
    (folder / "case.json.gz").write_bytes((other / "case.json.gz").read_bytes())
    files = manifests[0]["files"] | {"case.json": manifests[1]["files"]["case.json"]}
    changed_manifest(folder, files=files)
    assert refusal(folder) == [("HASH_MISMATCH", "case.json.gz")]


def test_a_certificate_of_another_run_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    hashes = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["certificate"]
    changed_manifest(folder, certificate=hashes | {"facts_sha256": "0" * 64})
    assert refusal(folder) == [("HASH_MISMATCH", "outcome.json.gz")]


def test_a_folder_holds_bundles_by_name_and_every_spoilt_one_is_named(tmp_path: Path) -> None:
    for name in ("jibei-winter-n-1", "jibei-2025-winter"):
        (copied(tmp_path, name) / "limits.json.gz").unlink()
    assert [path.name for path in bundles_in(tmp_path)] == ["jibei-2025-winter", "jibei-winter-n-1"]
    with pytest.raises(CaseError) as refused:
        records_in([tmp_path])
    assert [Path(flaw.field).parent.name for flaw in refused.value.flaws] == ["jibei-2025-winter", "jibei-winter-n-1"]


def test_a_folder_without_any_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="holds no bundle"):
        records_in([tmp_path])
