"""A server behind a locked door: `dispatch serve` as an operator starts it, and certificates made by openssl."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from dispatch.service.background import LISTENING
from dispatch.service.tokens import Caller, Role, add_token
from tests.service.watch import EAGER


@dataclass(frozen=True)
class Served:
    """A server that has said where it listens."""

    target: str
    process: subprocess.Popen[str]
    log: Path


@contextmanager
def served(folder: Path, *options: str, listen: str = "127.0.0.1:0", **environment: str) -> Iterator[Served]:
    """`dispatch serve` until the context is left; its stderr is kept."""
    command = [sys.executable, "-m", "dispatch", "serve", "--listen", listen, *options]
    log = folder / "log"
    with log.open("w") as told:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=told, text=True, env={**os.environ, **EAGER, **environment}
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(LISTENING), log.read_text()
            yield Served(line.removeprefix(LISTENING).strip(), process, log)
        finally:
            process.terminate()
            process.wait(60)
            process.communicate()


@dataclass(frozen=True)
class Secrets:
    """A tokens file, and a token of each role in it."""

    file: Path
    reader: str
    submitter: str
    expired: str


def secrets_in(folder: Path) -> Secrets:
    """Tokens of the tenant south; one has expired."""
    file = folder / "tokens.csv"
    reader, submitter = (add_token(file, Caller("south", role, role.name), 1) for role in (Role.READER, Role.SUBMITTER))
    return Secrets(file, reader, submitter, add_token(file, Caller("south", Role.OPERATOR, "old"), -1))


@dataclass(frozen=True)
class Certificates:
    """PEM files of an authority, and of a server and a client that it signed."""

    ca: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path


def certificates_in(folder: Path) -> Certificates:
    """Elliptic keys, good for a day, for localhost and 127.0.0.1; skips without openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates of this test")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1")
    _openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority")
    for name in ("server", "client"):
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        leaf = ("-addext", "basicConstraints=critical,CA:FALSE")
        _openssl(
            folder,
            "req",
            "-x509",
            *key,
            *signed,
            *leaf,
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.pem",
            "-subj",
            f"/CN={name}",
        )
    paths = [folder / name for name in ("ca.pem", "server.pem", "server.key", "client.pem", "client.key")]
    return Certificates(*paths)


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
