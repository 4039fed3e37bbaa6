"""
A bundle (快照): a folder with a solved case and a manifest that says what every file of it must hold.

manifest.json    written last: format version; SHA-256 and size of every file; the hashes of the certificate

Any file may lie there gzipped, as NAME.gz; hash and size are of what it holds unpacked. Files that are none of a
bundle's (a report, notes) may lie beside them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from dispatch.errors import CaseError, Flaw
from dispatch.formats.json_file import bytes_of, object_in
from dispatch.schedule.outcome import Certificate

FORMAT_VERSION = "1"
MANIFEST = "manifest.json"
CASE, LIMITS, OUTCOME = "case.json", "limits.json", "outcome.json"
SCHEDULE, NETWORK, PRICES = "schedule.json", "schedule.nc", "prices.json"
# the foreign file that an answer came from; or a folder
INSTANCES = ("instance.json", "instance.nc", "instance.xlsx", "instance.m")
INSTANCE_FOLDER = "instance"
PRICE_FOLDER = "prices"
NEEDED = (CASE, LIMITS, OUTCOME)
KNOWN = (*NEEDED, SCHEDULE, NETWORK, PRICES, *INSTANCES)
HASHES = ("case_sha256", "facts_sha256", "schedule_sha256")
PACKED = ".gz"


@dataclass(frozen=True)
class Bundle:
    """The files of a bundle, each as its manifest says."""

    folder: Path
    files: Mapping[str, bytes]  # by name, unpacked
    hashes: Mapping[str, str]  # of the certificate

    def place(self, name: str) -> Path:
        """Where a file lies, plain or gzipped."""
        return _places(self.folder, name)[0]


def seal(folder: Path, certificate: Certificate | None) -> None:
    """Write the manifest of what lies in a folder, the last file of a bundle."""
    names = sorted(name for name in (*KNOWN, *_tables(folder)) if _places(folder, name))
    contents = {name: bytes_of(_places(folder, name)[0]) for name in names}
    manifest = {
        "format_version": FORMAT_VERSION,
        "files": {name: {"sha256": _sha256(held), "bytes_count": len(held)} for name, held in contents.items()},
        "certificate": {name: getattr(certificate, name, "") for name in HASHES},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def opened(folder: Path) -> Bundle:
    """The bundle in a folder, or `CaseError` with every file of it that is not as it was written."""
    manifest, flaws = _manifest(folder)
    listed: dict[str, dict[str, Any]] = manifest["files"]
    contents: dict[str, bytes] = {}
    for name, told in listed.items():
        contents[name], found = _held(folder, name, told)
        flaws += found
    for name in KNOWN:
        if name in listed:
            continue
        if _places(folder, name):
            flaws.append(_flaw(folder, name, "NOT_LISTED", f"is not in {MANIFEST}: it was put there afterwards"))
        elif name in NEEDED:
            flaws.append(_flaw(folder, name, "INCOMPLETE", f"is neither there nor in {MANIFEST}"))
    if flaws:
        raise CaseError(tuple(flaws))
    return Bundle(folder, contents, manifest["certificate"])


def bundles_in(folder: Path) -> list[Path]:
    """The folder where it is a bundle, or has the files of one; else those inside it that are or have, by name."""
    if _begun(folder):
        return [folder]
    found = sorted(path for path in folder.glob("*/") if _begun(path))
    if not found:
        message = f"holds no bundle ({MANIFEST}), and no folder that does"
        raise CaseError((Flaw("UNREADABLE", str(folder), message),))
    return found


def _begun(folder: Path) -> bool:
    return any(_places(folder, name) for name in (MANIFEST, *NEEDED))


def _manifest(folder: Path) -> tuple[dict[str, Any], list[Flaw]]:
    """The manifest with what is wrong with it; entries that cannot be read are told and left out."""
    places = _places(folder, MANIFEST)
    if not places:
        raise CaseError((_flaw(folder, MANIFEST, "INCOMPLETE", "is absent: what was written here was not finished"),))
    read = object_in(bytes_of(places[0]), places[0])
    flaws = [_twice(folder, MANIFEST)] if len(places) > 1 else []
    if read.get("format_version") != FORMAT_VERSION:
        told = f'{read.get("format_version")!r} cannot be read here, only "{FORMAT_VERSION}"'
        raise CaseError((*flaws, _flaw(folder, MANIFEST, "UNKNOWN_VERSION", f"format_version {told}")))
    files, hashes = read.get("files"), read.get("certificate")
    if not isinstance(files, dict) or not isinstance(hashes, dict):
        told = "must say files and certificate, an object each"
        raise CaseError((*flaws, _flaw(folder, MANIFEST, "WRONG_TYPE", told)))
    wrong = [name for name in HASHES if not isinstance(hashes.get(name), str)]
    flaws += [_flaw(folder, MANIFEST, "REQUIRED", f"certificate.{name} must be a text") for name in wrong]
    listed = {name: told for name, told in files.items() if _is_entry(name, told)}
    flaws += [
        _flaw(folder, MANIFEST, "WRONG_TYPE", f"files.{name} must be a file in the folder, its sha256 and bytes_count")
        for name in files
        if name not in listed
    ]
    return {"files": listed, "certificate": hashes}, flaws


def _is_entry(name: str, told: Any) -> bool:
    path = PurePosixPath(name)
    inside = bool(path.parts) and not path.is_absolute() and ".." not in path.parts
    return inside and isinstance(told, dict) and set(told) == {"sha256", "bytes_count"}


def _held(folder: Path, name: str, told: Mapping[str, Any]) -> tuple[bytes, list[Flaw]]:
    """What a file holds, and how that differs from what the manifest tells of it."""
    places = _places(folder, name)
    if not places:
        return b"", [_flaw(folder, name, "INCOMPLETE", f"is absent, and {MANIFEST} lists it")]
    if len(places) > 1:
        return b"", [_twice(folder, name)]
    try:
        content = bytes_of(places[0])
    except CaseError as error:
        return b"", list(error.flaws)
    if len(content) != told["bytes_count"]:
        message = f"holds {len(content)} bytes where {MANIFEST} says {told['bytes_count']}: it was cut or changed"
        return content, [Flaw("HASH_MISMATCH", str(places[0]), message)]
    if _sha256(content) != told["sha256"]:
        message = f"is not what was written: its SHA-256 is {_sha256(content)[:12]}.., not that of {MANIFEST}"
        return content, [Flaw("HASH_MISMATCH", str(places[0]), message)]
    return content, []


def _places(folder: Path, name: str) -> list[Path]:
    return [path for path in (folder / name, folder / f"{name}{PACKED}") if path.is_file()]


def _tables(folder: Path) -> Iterable[str]:
    """Tables of prices, and those of a foreign folder."""
    found = [*folder.glob(f"{PRICE_FOLDER}/*.csv*"), *folder.glob(f"{INSTANCE_FOLDER}/*")]
    return {f"{path.parent.name}/{path.name.removesuffix(PACKED)}" for path in found}


def _twice(folder: Path, name: str) -> Flaw:
    return _flaw(folder, name, "DUPLICATE_FILE", f"lies there plain and as {name}{PACKED}; keep one")


def _flaw(folder: Path, name: str, code: str, message: str) -> Flaw:
    return Flaw(code, str(folder / name), message)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
