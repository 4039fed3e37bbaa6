"""The page of measurements: what was measured again is new on it, and the rest stays as it was."""

from __future__ import annotations

from bench.page import page_of

RUN = {
    "peer": "ours_kept",
    "commit": "1a2b3c4",
    "changed": False,
    "cores": 2,
    "cpu": "a processor",
    "date": "2026-11-23T20:00:00",
    "load_before": 0.4,
    "status": "OPTIMAL",
    "seconds_total": 40.0,
    "peak_mb": 400,
    "notes": {"first_seconds": 5.0, "scenarios": [{"gap": 0.0004}, {"gap": 0.0007}]},
}


def test_a_table_that_was_not_run_again_stays_and_the_other_says_when_and_of_which_commit() -> None:
    """20 scenarios in 40 s, the first in 5: 8 times the first. The day has no lines now, the week never had any."""
    before = "# Performance\n\n## Day\n\nMeasured long ago.\n\n| as it | was |\n\n## Sweep\n\nMeasured then.\n"
    page = page_of({"day": [], "week": [], "sweep": [RUN]}, before, ())
    assert "## Day\n\nMeasured long ago.\n\n| as it | was |\n" in page
    assert "## Week\n\nNot measured yet.\n" in page
    assert "Measured then" not in page
    assert "commit 1a2b3c4. Load average before a run: 0.4 to 0.4." in page
    assert "| ours_kept | 2 | 40.0 | 5.0 | 8.0 | 0.07 % | 400 |" in page
    assert page_of({"day": [], "week": [], "sweep": []}, page, ()) == page
