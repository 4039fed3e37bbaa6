from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dispatch.errors import ArtefactLost, StoreLost
from dispatch.runs.artefacts import YOUNG_S, Artefacts


@pytest.fixture(params=["folder", "memory"])
def artefacts(request: pytest.FixtureRequest, tmp_path: Path) -> Artefacts:
    return Artefacts(f"{tmp_path}/kept" if request.param == "folder" else f"memory://{uuid.uuid4().hex}")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_bytes_are_kept_under_the_hash_of_what_they_are(artefacts: Artefacts) -> None:
    for content in (b"", b"a case", os.urandom(3_000_000)):
        name = artefacts.put(content)
        assert name == hashlib.sha256(content).hexdigest()
        assert artefacts.get(name) == content


def test_what_is_not_there_is_lost(artefacts: Artefacts) -> None:
    with pytest.raises(ArtefactLost, match="is not there"):
        artefacts.get("0" * 64)
    artefacts.drop("0" * 64)


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    artefacts = Artefacts(f"{tmp_path}")
    first = artefacts.put(b"a case")
    path = _files(tmp_path)[0]
    inode = path.stat().st_ino
    assert artefacts.put(b"a case") == first
    assert [(found, found.stat().st_ino) for found in _files(tmp_path)] == [(path, inode)]


@pytest.mark.parametrize("damaged", [b"a c", b"b case", b""])
def test_damaged_bytes_are_lost_until_they_are_put_again(tmp_path: Path, damaged: bytes) -> None:
    artefacts = Artefacts(f"{tmp_path}")
    name = artefacts.put(b"a case")
    _files(tmp_path)[0].write_bytes(damaged)
    with pytest.raises(ArtefactLost, match="is damaged"):
        artefacts.get(name)
    artefacts.put(b"a case")
    assert artefacts.get(name) == b"a case"


def test_writers_of_the_same_bytes_do_not_disturb_each_other(artefacts: Artefacts) -> None:
    content = os.urandom(1_000_000)
    with ThreadPoolExecutor(8) as writers:
        names = set(writers.map(lambda _: artefacts.put(content), range(40)))
    assert len(names) == 1
    assert artefacts.get(names.pop()) == content


def test_what_a_killed_writer_left_is_ignored(tmp_path: Path) -> None:
    """A file that never got its name stands beside its place."""
    artefacts = Artefacts(f"{tmp_path}")
    name = hashlib.sha256(b"a case").hexdigest()
    (tmp_path / name[:2]).mkdir()
    (tmp_path / name[:2] / ".tmpleft").write_bytes(b"a ca")
    with pytest.raises(ArtefactLost):
        artefacts.get(name)
    assert artefacts.get(artefacts.put(b"a case")) == b"a case"


def test_a_folder_that_cannot_be_made_is_lost(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreLost, match="cannot be made"):
        Artefacts(f"{tmp_path}/file/kept")


def test_only_what_has_been_there_for_an_hour_is_dropped(tmp_path: Path) -> None:
    """
    Else a run accepted now could lose its case: it is put (and is there already), the last run that needed it is
    forgotten, the file is dropped, the run is accepted.
    """
    artefacts = Artefacts(f"{tmp_path}")
    name = artefacts.put(b"a case")
    path = _files(tmp_path)[0]
    now_s = path.stat().st_mtime
    artefacts.drop(name)
    assert artefacts.get(name) == b"a case"
    os.utime(path, (now_s - YOUNG_S - 5, now_s - YOUNG_S - 5))
    artefacts.put(b"a case")
    artefacts.drop(name)
    assert artefacts.get(name) == b"a case"
    os.utime(path, (now_s - YOUNG_S - 5, now_s - YOUNG_S - 5))
    artefacts.drop(name)
    assert _files(tmp_path) == []
    artefacts.drop(name)


FULL = """
import resource, sys
from pathlib import Path
from dispatch.errors import StoreFull
from dispatch.runs.artefacts import Artefacts

artefacts = Artefacts(sys.argv[1])
kept = artefacts.put(b"small")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    artefacts.put(b"x" * 200_000)
except StoreFull as error:
    print(error)
assert artefacts.get(kept) == b"small"
print(sum(path.is_file() for path in Path(sys.argv[1]).rglob("*")))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(len(artefacts.get(artefacts.put(b"x" * 200_000))))
"""


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the write of 200 kB stops at 100 kB."""
    command = [sys.executable, "-c", FULL, f"{tmp_path}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert told.stdout.splitlines() == ["there is no room left for the artefacts of a run", "1", "200000"]
