"""What sets a case apart: everything in which it departs from the plain question, then from its neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from dispatch.case.case import Case, Prices, ProductAsked, Scales
from dispatch.case.demand_response import DAY_PEAK, HANDED_OVER, ResponseTerms
from dispatch.case.heat import Heat
from dispatch.case.objective import ABSORPTION_FIRST, CO2
from dispatch.case.reserve_products import NON_SPINNING, REGULATION_DOWN, REGULATION_UP
from dispatch.case.security import Security
from dispatch.horizon import local

SCALES = {
    "load_share": "load",
    "renewable_share": "wind and sun",
    "new_storage_share": "new storage",
    "pumped_hydro_share": "pumped hydro",
}
RESERVES = {
    "load_share": "reserve {:g} % of load",
    "renewable_share": "reserve {:g} % of wind and sun",
    "down_load_share": "down-reserve {:g} % of load",
    "down_renewable_share": "down-reserve {:g} % of wind and sun",
    "up_quantile": "reserve up for {:g} % of errors",
    "down_quantile": "reserve down for {:g} % of errors",
}
PRODUCTS = {
    REGULATION_UP: "regulation up",
    REGULATION_DOWN: "regulation down",
    NON_SPINNING: "non-spinning reserve",
}
PRICES = {
    "large_curtailment_cny_per_mwh": "curtailment at",
    "distributed_curtailment_cny_per_mwh": "roof-top curtailment at",
    "storage_loss_cny_per_mwh": "storage loss at",
    "network_loss_cny_per_mwh": "network loss at",
}
OBJECTIVES = {ABSORPTION_FIRST: "absorption first", CO2: "CO2 first"}
COUNTS = {
    "contracts": ("contract state", "contract states"),
    "outages": ("outage", "outages"),
    "must_run": ("must-run", "must-runs"),
    "no_start": ("span without starts", "spans without starts"),
    "start_limits": ("limit on starts", "limits on starts"),
    "tie_ramps": ("ramp of a tie", "ramps of ties"),
    "load_forecasts": ("load forecast", "load forecasts"),
    "available_forecasts": ("plant forecast", "plant forecasts"),
    "interchange_forecasts": ("plan given", "plans given"),
}
NAMED_COUNT = 2  # classes and units; more are counted
# What every case has, and a label names only where the compared ones differ in it.
SHARED: tuple[Callable[[Case], str], ...] = (
    lambda case: f"edition {case.edition}",
    lambda case: f"{local(case.horizon.start):%Y-%m-%d}",
    lambda case: f"from {local(case.horizon.start):%H:%M}",
    lambda case: f"{case.horizon.hours_h:g} h",
    lambda case: f"steps of {60 * case.horizon.step_h:g} min",
)


def label_of(case: Case) -> str:
    """Response, then everything that is not as it stands in the grid's own tables."""
    return ", ".join((f"response {100 * case.response_share:g} %", *_departures(case)))


def labels_of(cases: Sequence[Case], folders: Sequence[str] = ()) -> list[str]:
    """
    A label for each of the compared cases of one grid, no two of them equal.

    Beside what a case says of itself, they name the edition, day and horizon where these differ; where labels are
    still equal, the name of the case, else its folder, else its number.
    """
    shared = [part for part in SHARED if len({part(case) for case in cases}) > 1]
    labels = [", ".join([label_of(case), *(part(case) for part in shared)]) for case in cases]
    names = [[case.name for case in cases], list(folders), [f"#{k}" for k in range(1, len(cases) + 1)]]
    for given in names:
        labels = _told_apart(labels, given)
    return labels


def _told_apart(labels: list[str], names: Sequence[str]) -> list[str]:
    """Labels that occur more than once, each with its name, where the names tell all of them apart."""
    count = Counter(labels)
    if len(names) != len(labels):
        return labels
    for label in [label for label, n in count.items() if n > 1]:
        alike = [k for k, other in enumerate(labels) if other == label]
        if len({names[k] for k in alike}) == len(alike):
            labels = [f"{label} [{names[k]}]" if k in alike else other for k, other in enumerate(labels)]
    return labels


def _product(asked: ProductAsked) -> str:
    """A reserve product beside spinning reserve, with the shares that are asked for."""
    shares = ((asked.load_share, "of load"), (asked.renewable_share, "of wind and sun"))
    said = [f"{100 * share:g} % {of}" for share, of in shares if share is not None]
    said += ["in MW"] if asked.required_mw else []
    where = f" in {asked.grid}" if asked.grid else ""
    return f"{PRODUCTS[asked.product]}{where} {' and '.join(said)}".strip()


def _departures(case: Case) -> Iterator[str]:
    """What differs from the grid's own tables and from least cost."""
    yield from [OBJECTIVES[case.objective]] if case.objective in OBJECTIVES else []
    if case.interchange.variant != "central":
        yield f"{case.interchange.variant} plan"
    if case.interchange.band_share > 0:
        yield f"plan ±{100 * case.interchange.band_share:g} %"
    scales, reserve, prices = vars(case.scales), vars(case.reserve), vars(case.prices)
    yield from (f"{SCALES[f]} ×{scale:g}" for f, scale in scales.items() if scale != getattr(Scales(), f))
    yield from (said.format(100 * reserve[f]) for f, said in RESERVES.items() if reserve[f] is not None)
    yield from ["reserve in MW"] if case.reserve.series else []
    yield from (_product(asked) for asked in case.reserve.products)
    yield from (f"{of} {prices[f]:g} CNY/MWh" for f, of in PRICES.items() if prices[f] != getattr(Prices(), f))
    yield from [f"carbon at {case.prices.carbon_cny_per_t:g} CNY/t"] if case.prices.carbon_cny_per_t else []
    yield from _heat(case.heat)
    yield from _response(case.response)
    security = case.security
    if security.n_minus_1:
        yield "N-1"
    if security.emergency_share != Security().emergency_share:
        yield f"emergency rating ×{security.emergency_share:g}"
    if security.overload_cny_per_mwh != Security().overload_cny_per_mwh:
        yield f"overload at {security.overload_cny_per_mwh:g} CNY/MWh"
    if security.unwatched:
        yield f"unwatched lines: {len(security.unwatched)}"
    lossy = [kind for kind in ("links", "lines") if getattr(case.losses, kind)]
    yield from [f"losses of {' and '.join(lossy)}"] if lossy else []
    yield from _flexibility(case)
    counts = {names: len(getattr(case, field)) for field, names in COUNTS.items()}
    yield from (f"{count} {names[count > 1]}" for names, count in counts.items() if count)


def _flexibility(case: Case) -> Iterator[str]:
    """Self-use, no deep peak-shaving, classes and units before or after their retrofit; counted where many."""
    if case.self_use:
        yield "self-use"
    if not case.deep_peak_shaving:
        yield "no deep peak-shaving"
    for state in dict.fromkeys(retrofit.state for retrofit in case.retrofits):
        said = [r.unit or r.technology_class for r in case.retrofits if r.state == state]
        named = ", ".join(said) if len(said) <= NAMED_COUNT else f"{len(said)} classes and units"
        yield f"{state} retrofit: {named}"


def _heat(heat: Heat) -> Iterator[str]:
    if heat.short_cny_per_mwh is not None:
        yield f"{'heat' if heat.stores else 'running minimum'} at {heat.short_cny_per_mwh:g} CNY/MWh"
    if heat.stores:
        yield f"heat stores ×{len(heat.stores)}, {sum(store.energy_mwh for store in heat.stores):.0f} MWh"


def _response(terms: ResponseTerms) -> Iterator[str]:
    """What is asked of all response contracts together, where it is not the default."""
    if terms.cap_basis == DAY_PEAK:
        yield "response by the day's peak"
    if terms.backlog == HANDED_OVER:
        price = "" if terms.owed_cny_per_mwh is None else f" at {terms.owed_cny_per_mwh:g} CNY/MWh"
        yield f"backlog handed over{price}"
