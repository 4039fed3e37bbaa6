"""Where runs are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dispatch.errors import StoreLost
from dispatch.settings import Settings

SQLITE = "sqlite:///"
MOST_PRIVATE = 0o700


def places(settings: Settings, environment: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """
    The URL of the database and that of the artefacts.

    Where none is set, a folder of the user's (XDG_STATE_HOME, or ~/.local/state); artefacts lie beside a database that
    is a file. Raises StoreLost where a folder cannot be made, and ValueError where artefacts must be told and are not.
    """
    database, artefacts = settings.database, settings.artefacts
    if not database:
        home = Path(environment.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser())
        database = f"{SQLITE}{home / 'hebei-dispatch' / 'runs.db'}"
    if not database.startswith(SQLITE):
        if not artefacts:
            message = (
                "a database on another machine needs --artefacts: a folder or an object store that all machines see"
            )
            raise ValueError(message)
        return database, artefacts
    folder = Path(database.removeprefix(SQLITE)).absolute().parent
    try:
        folder.mkdir(mode=MOST_PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder} cannot hold the runs: {error.strerror}"
        raise StoreLost(message) from error
    return database, artefacts or str(folder / "artefacts")
