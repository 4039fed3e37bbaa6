"""The probe of a container."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import pytest

from dispatch.__main__ import main
from tests.service.door import certificates_in, served


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def test_a_service_that_answers_is_healthy_and_one_that_is_gone_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over mutual TLS, without a token: the client shows the certificate that the service asks for."""
    made = certificates_in(tmp_path)
    tls = ("--tls-cert", str(made.server), "--tls-key", str(made.server_key), "--client-ca", str(made.ca))
    shown = ["--ca", str(made.ca), "--cert", str(made.client), "--key", str(made.client_key)]
    with served(tmp_path, *tls, "--database", f"sqlite:///{tmp_path}/runs.db") as service:
        probe = ["health", "--server", service.target, "--timeout", "5", "--json"]
        assert main([*probe, *shown]) == 0
        assert json.loads(capsys.readouterr().out)["status"] == "SERVING"
        assert main([*probe, "--ca", str(made.ca)]) == 1
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(60)
        capsys.readouterr()
        assert main([*probe, *shown]) == 1
        assert json.loads(capsys.readouterr().out)["status"] == "UNAVAILABLE"


def test_where_nothing_listens_it_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    server = f"127.0.0.1:{free_port()}"
    assert main(["health", "--server", server]) == 1
    assert capsys.readouterr().err == f"dispatch: {server}: UNAVAILABLE\n"
    assert main(["health", "--server", server, "--cert", "no.pem"]) == 2
