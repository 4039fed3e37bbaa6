"""The foreign file of an answer, kept beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

from dispatch.case.facts import GridFacts
from dispatch.formats.json_file import bytes_of
from dispatch.formats.registry import format_of

STEM = "instance"
PACKED = ".gz"
TABLES = (".csv", ".json")  # of a PyPSA folder; nothing else of it is kept


def keep_instance(folder: Path, source: Path | None) -> None:
    """Keep the file that case and grid came from, unpacked; that of an earlier answer is gone."""
    if source is not None and source.resolve() == (kept_instance(folder) or folder).resolve():
        return  # it is there already
    kept = None if source is None or format_of(source) is None else source
    content = bytes_of(kept) if kept is not None and kept.is_file() else b""
    for earlier in _instances(folder):
        shutil.rmtree(earlier) if earlier.is_dir() else earlier.unlink()
    if kept is None:
        return
    if kept.is_dir():
        (folder / STEM).mkdir()
        for table in sorted(kept.iterdir()):
            if table.suffix in TABLES:
                shutil.copyfile(table, folder / STEM / table.name)
    else:
        (folder / f"{STEM}{_suffix(kept, content)}").write_bytes(content)


def kept_instance(folder: Path) -> Path | None:
    """The foreign file that was kept, or None."""
    return next(iter(_instances(folder)), None)


def kept_facts(folder: Path) -> GridFacts | None:
    """The grid of the foreign file that was kept, None where there is none; `CaseError` where it cannot be read."""
    instance = kept_instance(folder)
    kind = None if instance is None else format_of(instance)
    return None if instance is None or kind is None else kind.read(instance).facts


def _instances(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(f"{STEM}*") if path.name.split(".")[0] == STEM)


def _suffix(path: Path, content: bytes) -> str:
    """A name's end that fits what is in the file, which the user's own may not."""
    for suffix, begins in ((".nc", (b"\x89HDF", b"CDF")), (".xlsx", (b"PK",)), (".json", (b"{", b"\n", b" "))):
        if content.startswith(begins):
            return suffix
    return Path(path.name.removesuffix(PACKED)).suffix or ".json"
