"""`report.html`: whole in itself, and right."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from dispatch.report.figures import figures_of, place_note
from dispatch.report.page import page_of
from dispatch.report.series import generation_mw, hourly_of, load_mw, taking_mw
from dispatch.report.words import ASSUMPTIONS
from tests.report.solved import solved, unsolved

MOST_MB = 6


class Reader(HTMLParser):
    """What a page asks for, and what it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.text: list[str] = []
        self.policy = ""
        self._skip = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skip = tag in {"script", "style"}
        given = {name: value or "" for name, value in attrs}
        self.asked += [given[name] for name in ("src", "href", "action", "data", "srcset") if name in given]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]

    def handle_endtag(self, tag: str) -> None:
        self._skip = False

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.text.append(data)


@pytest.fixture(scope="module")
def page() -> str:
    return page_of([solved(), solved(0.05), unsolved()])


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_the_page_asks_nothing_of_any_network(page: str, read: Reader) -> None:
    assert read.asked == ["data:,"]
    assert "default-src 'none'" in read.policy
    (style,) = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_is_of_a_size_that_can_be_sent(page: str) -> None:
    assert len(page.encode()) < MOST_MB * 1e6


def test_the_page_names_itself_in_both_languages_and_says_what_it_assumes(read: Reader) -> None:
    text = "".join(read.text)

    assert "冀北电网" in text
    assert "Jibei" in text
    for assumption in ASSUMPTIONS:
        assert assumption.chinese in text
        assert assumption.english in text


def test_a_scenario_without_a_schedule_says_where_power_is_missing(read: Reader) -> None:
    text = " ".join(read.text)

    assert "420 MW are missing" in text
    assert "2030-01-15T00:00+08:00" in text


def test_every_figure_that_is_placed_is_there(page: str) -> None:
    (content,) = re.findall(r'<script type="application/json" id="figures">(.*?)</script>', page, re.DOTALL)
    figures = json.loads(content)
    placed = re.findall(r'data-figure="([^"]+)"', page)

    assert placed
    assert sorted(placed) == sorted(figures)
    assert "NaN" not in content


def test_what_feeds_the_load_equals_the_load_and_what_takes_beside_it() -> None:
    hourly = hourly_of(solved(0.05))
    assert hourly is not None
    fed = sum(generation_mw(hourly).values())
    taken = load_mw(hourly) + sum(taking_mw(hourly).values())

    assert np.allclose(fed, taken, atol=1e-3)


def test_a_name_cannot_break_out_of_the_page() -> None:
    wicked = replace(solved(), label="</script><script>alert(1)</script>")

    escaped = "<script>alert(1)" not in page_of([wicked])
    assert escaped


def test_lines_of_steps_run_as_far_as_the_bars() -> None:
    hourly = hourly_of(solved(0.05))
    assert hourly is not None
    drawn = [figure for _, figure in figures_of(hourly).values() if figure is not None]
    lines = [trace for figure in drawn for trace in figure["data"] if trace.get("mode") == "lines"]

    assert lines
    for trace in lines:
        assert (trace["x"][0], trace["x"][-1]) == ("2030-01-15 00:00", "2030-01-15 06:00")
        assert len(trace["x"]) == len(trace["y"])


def test_reserve_is_drawn_beside_what_is_required() -> None:
    """Up above the line, down below it; what is held and what is short cover the line of what is required."""
    hourly = hourly_of(solved(0.05))
    assert hourly is not None
    _, drawn = figures_of(hourly)["reserve"]
    assert drawn is not None
    up, down, required_up, required_down = (np.array(trace["y"]) for trace in drawn["data"])
    short_up, short_down = (
        table["jibei"] / 1000 for table in (hourly.schedule.short_up_mw, hourly.schedule.short_down_mw)
    )

    assert (required_up[1:-1] > 0).all()
    assert (required_down[1:-1] < 0).all()
    assert (up + short_up >= required_up[1:-1] - 1e-3).all()
    assert (down - short_down <= required_down[1:-1] + 1e-3).all()


def test_a_level_stands_at_the_end_of_its_hour() -> None:
    hourly = hourly_of(solved(0.05))
    assert hourly is not None
    level = hourly.levels_mwh(pumped=True)

    assert level[0] == 400.0
    assert list(level[1:]) == list(hourly.schedule.level_mwh["pumps"])


def test_the_place_of_curtailment_says_nothing_where_no_line_is_full() -> None:
    hourly = hourly_of(solved(0.05))
    assert hourly is not None
    assert "one of many equal optima and no statement of congestion" in place_note(hourly)

    flow = hourly.schedule.flow_mw.assign(ab=300.0)
    full = replace(hourly, schedule=replace(hourly.schedule, flow_mw=flow))
    assert "Full in some step: ab." in place_note(full)
