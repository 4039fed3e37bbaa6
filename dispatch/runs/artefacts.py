"""
Files named by the SHA-256 of what they hold: whole or not there, the same bytes once.

A local folder is written with temp, fsync and rename; any other URL that fsspec knows (s3://, gs://, memory://) holds
objects, which appear whole by nature.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import fsspec

from dispatch.errors import ArtefactLost, StoreFull, StoreLost

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
YOUNG_S = 3600.0  # what was put so recently may be about to be named by a run


class Artefacts:
    """A store of bytes by their hash."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)
        self._folder = Path(self._root) if self._local else None
        self.url: str = self._root if self._local else url  # the same for a process in another folder
        try:
            self._files.makedirs(self._root, exist_ok=True)
        except OSError as error:
            message = f"the folder of artefacts {url} cannot be made: {error.strerror or error}"
            raise StoreLost(message) from error

    @property
    def _local(self) -> bool:
        return "file" in (self._files.protocol if isinstance(self._files.protocol, tuple) else [self._files.protocol])

    def put(self, content: bytes) -> str:
        """Keep these bytes, on disk when this returns; their name. Raises StoreFull, StoreLost."""
        name = hashlib.sha256(content).hexdigest()
        try:
            if self._folder is None:
                self._files.pipe_file(self._path(name), content)
            else:
                _kept(Path(self._path(name)), content)
        except OSError as error:
            if error.errno in FULL:
                message = "there is no room left for the artefacts of a run"
                raise StoreFull(message) from error
            message = f"an artefact cannot be kept: {error.strerror or error}"
            raise StoreLost(message) from error
        return name

    def get(self, name: str) -> bytes:
        """The bytes of this name. Raises ArtefactLost where they are not there, or not these, and StoreLost."""
        try:
            content: bytes = self._files.cat_file(self._path(name))
        except FileNotFoundError as error:
            message = f"artefact {name} is not there"
            raise ArtefactLost(message) from error
        except OSError as error:
            message = f"artefact {name} cannot be read: {error.strerror or error}"
            raise StoreLost(message) from error
        if hashlib.sha256(content).hexdigest() != name:
            message = f"artefact {name} is damaged: its bytes are others than its name says"
            raise ArtefactLost(message)
        return content

    def drop(self, name: str) -> None:
        """
        Forget these bytes; it is no fault where they are gone. Raises StoreLost.

        What was put within the last hour stays: another run of the same bytes may be about to be accepted.
        """
        try:
            if not self.is_young(name):
                self._files.rm_file(self._path(name))
        except FileNotFoundError:
            return
        except OSError as error:
            message = f"artefact {name} cannot be dropped: {error.strerror or error}"
            raise StoreLost(message) from error

    def is_young(self, name: str) -> bool:
        """Whether these bytes are there and were put within the last hour. Raises StoreLost."""
        try:
            put = self._files.modified(self._path(name))
        except FileNotFoundError:
            return False
        except OSError as error:
            message = f"artefact {name} cannot be looked at: {error.strerror or error}"
            raise StoreLost(message) from error
        put = put if put.tzinfo else put.replace(tzinfo=UTC)
        return bool((datetime.now(UTC) - put).total_seconds() <= YOUNG_S)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name[:2]}/{name}" if self._folder is not None else f"{self._root}/{name}"


def _kept(path: Path, content: bytes) -> None:
    """Put, and young again where it was there; what is damaged is mended."""
    try:
        if path.read_bytes() == content:
            os.utime(path)
            return
    except FileNotFoundError:
        pass
    _written(path, content)


def _written(path: Path, content: bytes) -> None:
    """Whole on disk under its name, or not there."""
    if not path.parent.exists():
        path.parent.mkdir(exist_ok=True)
        _synced(path.parent.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).rename(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _synced(path.parent)


def _synced(folder: Path) -> None:
    """The names in this folder are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
