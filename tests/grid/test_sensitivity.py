"""Sensitivities against a power flow solved anew, against PyPSA's own, and by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pypsa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.case.network import Bus, Line
from dispatch.grid.catalogue import facts_of
from dispatch.grid.sensitivity import Islanding, Sensitivity, sensitivity_of
from tests.small import bus, line

Network = tuple[tuple[Bus, ...], tuple[Line, ...]]
TRIANGLE = (line("ab", "a", "b"), line("bc", "b", "c"), line("ac", "a", "c"))
ABC = (bus("a"), bus("b"), bus("c"))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Up to nine buses in one or two islands: a tree, more lines across it, some parallel, some of many circuits."""
    count = draw(st.integers(2, 9))
    whole = draw(st.booleans()) or count < 4
    ends = [(draw(st.integers(0, k - 1)), k) for k in range(1, count) if whole or k != count // 2]
    split = count if whole else count // 2
    for _ in range(draw(st.integers(0, 8))):
        one, other = draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))
        if one != other and (one < split) == (other < split):
            ends.append((one, other))
    if not whole:
        ends = [(a if (a < split) == (b < split) else split, b) for a, b in ends]
        ends = [(a, b) for a, b in ends if a != b]
    lines = tuple(
        line(
            f"l{k}",
            f"b{a}",
            f"b{b}",
            reactance_share=draw(st.floats(1e-5, 1e-3)),
            circuit_count=draw(st.integers(1, 3)),
        )
        for k, (a, b) in enumerate(ends)
    )
    return tuple(bus(f"b{k}") for k in range(count)), lines


def flows_mw(buses: tuple[Bus, ...], lines: tuple[Line, ...], kept: np.ndarray, given_mw: np.ndarray) -> np.ndarray:
    """The power flow, solved by least squares in the angles."""
    index = {place.name: k for k, place in enumerate(buses)}
    incidence = np.zeros((len(lines), len(buses)))
    for k, branch in enumerate(lines):
        incidence[k, index[branch.from_bus]] += 1
        incidence[k, index[branch.to_bus]] -= 1
    stiff = kept / np.array([branch.reactance_share for branch in lines])
    scale = stiff.max()
    angles = np.linalg.lstsq(incidence.T * stiff / scale @ incidence, given_mw, rcond=1e-12)[0]
    return np.asarray(stiff / scale * (incidence @ angles))


def balanced_mw(found: Sensitivity, lines: tuple[Line, ...], seed: int) -> np.ndarray:
    """Random injections that every island balances: sums of transfers from end to end of its lines."""
    moved = np.random.default_rng(seed).uniform(-100, 100, len(lines))
    given_mw = np.zeros(len(found.buses))
    for mw, branch in zip(moved, lines, strict=True):
        given_mw[found.buses.index(branch.from_bus)] += mw
        given_mw[found.buses.index(branch.to_bus)] -= mw
    return given_mw


@settings(max_examples=150, deadline=None)
@given(network=networks(), seed=st.integers(0, 2**32 - 1))
def test_flows_before_and_after_each_outage_are_those_of_a_flow_solved_anew(network: Network, seed: int) -> None:
    buses, lines = network
    if not lines:
        return
    found = sensitivity_of(buses, lines)
    given_mw = balanced_mw(found, lines, seed)
    before = found.ptdf_share @ given_mw
    np.testing.assert_allclose(before, flows_mw(buses, lines, np.ones(len(lines)), given_mw), atol=1e-6)
    after = found.after_mw(before[None])[0]
    for row, k in zip(after, found.outage_indices, strict=True):
        kept = np.ones(len(lines))
        kept[k] -= 1 / lines[k].circuit_count
        np.testing.assert_allclose(row, flows_mw(buses, lines, kept, given_mw), atol=1e-6)


@settings(max_examples=100, deadline=None)
@given(network=networks())
def test_every_line_is_an_outage_or_named_with_what_it_cuts_off(network: Network) -> None:
    buses, lines = network
    found = sensitivity_of(buses, lines)
    named = {item.line for item in found.islanding} | {lines[k].name for k in found.outage_indices}
    assert named == {branch.name for branch in lines}
    assert len(found.islanding) + len(found.outage_indices) == len(lines)
    for item in found.islanding:
        (lost,) = (branch for branch in lines if branch.name == item.line)
        crossing = [b for b in lines if (b.from_bus in item.buses) != (b.to_bus in item.buses)]
        assert crossing == [lost]
        assert set(item.buses) & set(found.slack_buses) == set()


def test_the_triangle_of_the_docstring() -> None:
    found = sensitivity_of(ABC, TRIANGLE)
    assert found.slack_buses == ("a",)
    np.testing.assert_allclose(found.ptdf_share[:, 1], [-2 / 3, 1 / 3, -1 / 3])
    np.testing.assert_allclose(found.lodf_share[:, 0], [-1, -1, 1])
    assert found.islanding == ()


def test_one_circuit_of_two_takes_half_the_line_with_it() -> None:
    """3 MW from a to b: 2 on ab, 1 over c; after the loss 1.5 each, and ab keeps half of its rating."""
    expected = [[180, 360, np.inf], [360, 0, np.inf], [360, 360, np.inf]]
    double = (replace(TRIANGLE[0], circuit_count=2), *TRIANGLE[1:])
    found = sensitivity_of(ABC, double)
    np.testing.assert_allclose(found.lodf_share[:, 0], [-1 / 4, -1 / 4, 1 / 4])
    np.testing.assert_allclose(found.after_mw(np.array([[2.0, -1.0, 1.0]]))[0, 0], [1.5, -1.5, 1.5])
    np.testing.assert_allclose(found.ratings_after_mw(np.array([360.0, 360, np.inf])), expected, atol=1e-9)


def test_an_only_line_of_two_circuits_makes_no_island() -> None:
    found = sensitivity_of(ABC[:2], (line("ab", "a", "b", circuit_count=2),))
    assert found.islanding == ()
    np.testing.assert_allclose(found.after_mw(np.array([[100.0]])), [[[100.0]]])
    np.testing.assert_allclose(found.ratings_after_mw(np.array([300.0])), [[150.0]])


def test_what_an_only_circuit_cuts_off_is_named() -> None:
    r"""The triangle with a spur c - d - e of single circuits; f hangs on nothing, g - h are an island of their own."""
    spur = (line("cd", "c", "d"), line("ed", "e", "d"), line("gh", "g", "h"))
    found = sensitivity_of(tuple(bus(name) for name in "abcdefgh"), TRIANGLE + spur)
    assert found.islanding == (Islanding("cd", ("d", "e")), Islanding("ed", ("e",)), Islanding("gh", ("h",)))
    assert found.slack_buses == ("a", "g")
    assert [found.lines[k].name for k in found.outage_indices] == ["ab", "bc", "ac"]


def test_a_network_without_lines_has_nothing_to_lose() -> None:
    found = sensitivity_of(ABC[:1], ())
    assert (found.slack_buses, found.islanding) == ((), ())
    assert found.after_mw(np.zeros((4, 0))).shape == (4, 0, 0)


def test_pypsa_finds_the_same_factors() -> None:
    """PyPSA loses whole lines, so every line has one circuit here."""
    facts = facts_of("jibei", 2030)
    lines = tuple(replace(branch, circuit_count=1) for branch in facts.lines)
    found = sensitivity_of(facts.buses, lines)
    network = _network(facts.buses, lines)
    network.determine_network_topology()
    sub = next(s for s in network.sub_networks["obj"] if len(s.branches()))
    sub.calculate_PTDF()
    sub.calculate_BODF()
    order = [name for _, name in sub.branches().index]
    rows = [[branch.name for branch in lines].index(name) for name in order]
    places = [found.buses.index(name) for name in sub.buses_o]
    for one, other in pairwise(places):  # differences: the slack may be another
        ours = found.ptdf_share[rows][:, one] - found.ptdf_share[rows][:, other]
        theirs = sub.PTDF[:, places.index(one)] - sub.PTDF[:, places.index(other)]
        np.testing.assert_allclose(ours, theirs, atol=1e-8)
    outages = {found.lines[k].name: j for j, k in enumerate(found.outage_indices)}
    shared = [k for k, name in enumerate(order) if name in outages]
    assert len(shared) == len(lines) - len(found.islanding)
    ours = found.lodf_share[rows][:, [outages[order[k]] for k in shared]]
    np.testing.assert_allclose(ours, sub.BODF[:, shared], atol=1e-6)


def _network(buses: tuple[Bus, ...], lines: tuple[Line, ...]) -> pypsa.Network:
    kv = {place.name: place.nominal_kv for place in buses}
    network = pypsa.Network()
    network.add("Bus", [place.name for place in buses], v_nom=list(kv.values()))
    network.add(
        "Line",
        [branch.name for branch in lines],
        bus0=[branch.from_bus for branch in lines],
        bus1=[branch.to_bus for branch in lines],
        x=[branch.reactance_share * kv[branch.from_bus] ** 2 for branch in lines],
    )
    return network


@pytest.mark.parametrize(("edition", "cut_off"), [(2025, ("X_TIANJIN",)), (2030, ())])
def test_one_line_of_the_south_in_2025_makes_an_island(edition: int, cut_off: tuple[str, ...]) -> None:
    """Of both grids only Cangxi-Tianjin is a single circuit without a way round, and with Jibei it has one."""
    facts = facts_of("hebei_south", edition)
    found = sensitivity_of(facts.buses, facts.lines)
    assert tuple(name for item in found.islanding for name in item.buses) == cut_off
    both = facts_of("hebei", edition)
    joined = sensitivity_of(both.buses, both.lines)
    assert joined.islanding == ()
    assert len(joined.slack_buses) == 1
