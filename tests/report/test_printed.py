"""The page on paper."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dispatch.__main__ import main
from dispatch.report.page import page_of
from dispatch.report.printed import NoBrowser, browser, print_page
from tests.report.solved import solved


def test_a_page_is_printed_by_chromium(tmp_path: Path) -> None:
    try:
        browser()
    except NoBrowser as error:
        pytest.skip(str(error))
    (tmp_path / "report.html").write_text(page_of([solved(0.05)]), encoding="utf-8")
    print_page(tmp_path / "report.html", tmp_path / "report.pdf")
    content = (tmp_path / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page/") + content.count(b"/Type /Page ") > 1


def test_where_there_is_no_browser_it_is_told_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert main(["report", str(tmp_path), "--pdf"]) == 2
    assert "no Chromium" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_prints_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\necho out of order >&2\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(NoBrowser, match="out of order"):
        print_page(tmp_path / "page.html", tmp_path / "page.pdf")
