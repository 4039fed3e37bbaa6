"""The map and the page that holds it, drawn in real Chromium."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.report.corridors import loading_share
from dispatch.report.map import network_map, peak_step
from dispatch.report.page import page_of
from dispatch.report.scenario import Scenario
from dispatch.report.series import hourly_of
from tests.report.solved import solved
from tests.report.test_bus_prices import congested

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def on_a_map() -> Scenario:
    """The triangle with places of its own."""
    scenario = solved(0.05)
    buses = tuple(
        replace(bus, longitude_deg=115.0 + k % 3, latitude_deg=38.0 + k // 2)
        for k, bus in enumerate(scenario.facts.buses)
    )
    return replace(scenario, facts=replace(scenario.facts, buses=buses))


def test_a_grid_without_places_has_no_map() -> None:
    hourly = hourly_of(solved(0.05))
    assert hourly is not None
    assert network_map(hourly) is None


def test_the_map_opens_at_the_fullest_hour_with_a_step_for_every_hour() -> None:
    hourly = hourly_of(on_a_map())
    assert hourly is not None
    drawn = network_map(hourly)
    assert drawn is not None
    (slider,) = drawn["layout"]["sliders"]

    assert slider["active"] == peak_step(loading_share(hourly))
    assert [step["label"] for step in slider["steps"]] == [f"{k:02d}:00" for k in range(6)]


def test_every_figure_is_drawn_in_chromium_and_nothing_is_asked_of_any_network(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is on PATH")
    path = tmp_path / "report.html"
    path.write_text(page_of([on_a_map(), congested()]), encoding="utf-8")
    asked: list[str] = []
    said: list[str] = []
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1260, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_selector(".main-svg")
        page.click("button[data-panel='panel-0-1']")
        page.wait_for_selector("[data-figure='0-1-bus_prices'] .main-svg")
        figures = page.evaluate(
            "[...document.querySelectorAll('[data-figure]')].map(box => [box.dataset.figure,"
            " box.querySelectorAll('.main-svg path, .main-svg image').length])"
        )
        chromium.close()

    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert said == []
    assert {"0-0-map", "0-0-commitment", "0-1-bus_prices"} <= {key for key, marks in figures if marks}
    assert [key for key, marks in figures if not marks] == []
