"""The page as PDF, printed by the Chromium that is there: it alone draws the page as people see it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHT = "chromium*/chrome-*/chrome"  # in the folder where Playwright keeps its browsers
DRAWN_MS = 20_000  # of the page's own time: whatever it draws is drawn by then
LONGEST_S = 300.0
PDF = b"%PDF-"


class NoBrowser(RuntimeError):
    """There is no Chromium, or it did not print."""


def browser() -> str:
    """Where Chromium is; NoBrowser says where it was looked for."""
    found = next(_browsers(), None)
    if found is None:
        message = f"no Chromium is there to print with: none of {', '.join(NAMES)} on PATH, none of Playwright's"
        raise NoBrowser(message)
    return found


def _browsers() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path("~/.cache/ms-playwright").expanduser())
    yield from sorted(map(str, kept.glob(PLAYWRIGHT)), reverse=True)


def print_page(page: Path, pdf: Path) -> None:
    """Print a page that asks nothing of any network. Raises NoBrowser."""
    pdf.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="dispatch-print-") as profile:
        command = [
            *(browser(), "--headless", "--disable-gpu", f"--user-data-dir={profile}", "--no-pdf-header-footer"),
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # its sandbox refuses root
            *(f"--virtual-time-budget={DRAWN_MS}", f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri()),
        ]
        try:
            said = subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=False)  # noqa: S603 (found above)
        except subprocess.TimeoutExpired as error:
            message = f"{command[0]} printed nothing in {LONGEST_S:.0f} s"
            raise NoBrowser(message) from error
    if not pdf.is_file() or not pdf.read_bytes().startswith(PDF):
        last = said.stderr.decode(errors="replace").strip().splitlines()[-1:]
        message = f"{command[0]} printed nothing: {''.join(last) or f'exit code {said.returncode}'}"
        raise NoBrowser(message)
