"""What an operator may set, from the environment: DISPATCH_SOLVE_COUNT and its like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

PREFIX = "DISPATCH_"
IN_FILE = "_FILE"  # DISPATCH_DATABASE_FILE names the file that holds DISPATCH_DATABASE: where it has a password


@dataclass(frozen=True)
class Settings:
    """Few, and each with a default that serves."""

    solve_count: int = 2  # solves at once; one more waits in the queue
    receive_mb: int = 64  # largest request
    call_count: int = 2000  # calls at once, streams included; one more is refused with a time to come back
    tenant_call_count: int = 1500  # of them, of one tenant, where the service asks for tokens
    retry_seconds: int = 5  # when a refused caller may come back
    drain_seconds: int = 30  # how long running solves may go on after SIGTERM
    memory_gb: int = 8  # most that one solve may hold, libraries included; a call may ask for less; 0: no limit
    lease_seconds: int = 10  # after a worker was last heard of, another takes its runs
    database: str = ""  # URL of the ledger, sqlite:///FILE or postgresql+psycopg://...; "": a file of the user's
    artefacts: str = ""  # folder or URL of what is kept of runs; "": beside a database that is a file
    record: str = ""  # folder where every run that ends with an outcome leaves a bundle to replay; "": none
    executor: str = "local"  # local: processes here; dask: on the workers of a Dask cluster
    scheduler: str = ""  # of that cluster: tcp://HOST:PORT or tls://HOST:PORT
    scheduler_ca: str = ""  # PEM files for tls://: the authority that signed every certificate of the cluster,
    scheduler_cert: str = ""  # our own certificate,
    scheduler_key: str = ""  # and its key
    niceness_count: int = 19  # of a solve, 0 to 19: the lowest priority lets calls be answered at once

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings named in the environment; `ValueError` names one that is no whole number, or cannot be read."""
        names = {field.name: PREFIX + field.name.upper() for field in fields(cls)}
        given = {name: key for name, key in names.items() if key in environment}
        words = {field.name for field in fields(cls) if field.type == "str"}
        told: dict[str, Any] = {
            name: environment[key] if name in words else _count(environment, key) for name, key in given.items()
        }
        in_files = {name: names[name] for name in words if names[name] + IN_FILE in environment}
        return cls(**told | {name: _kept_in_file(environment, key) for name, key in in_files.items()})

    def environment(self) -> dict[str, str]:
        """The settings as the environment of another process."""
        return {PREFIX + field.name.upper(): str(getattr(self, field.name)) for field in fields(self)}


def _count(environment: Mapping[str, str], key: str) -> int:
    text = environment[key]
    if not (text.isascii() and text.isdigit()):
        message = f"{key}={text!r} must be a whole number, 0 or more"
        raise ValueError(message)
    return int(text)


def _kept_in_file(environment: Mapping[str, str], key: str) -> str:
    """The text of the file that the environment names, without its last line's end."""
    path = environment[key + IN_FILE]
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{key}{IN_FILE}={path!r} cannot be read: {error}"
        raise ValueError(message) from error
    if environment.get(key, text) != text:
        message = f"{key} and {key}{IN_FILE} are both given, and differ"
        raise ValueError(message)
    return text
