"""Names of our variables and rows. They continue PyPSA's scheme, `Component-what_it_is`."""

from __future__ import annotations

STATUS = "Generator-status"
START = "Generator-start_up"
STOP = "Generator-shut_down"
BEYOND = "Generator-beyond_kink"  # + number of the kink
RESERVE_UP_LIMITED = "Generator-reserve_up"
RESERVE_DOWN_LIMITED = "Generator-reserve_down"

CURTAILED = "Curtailment-p"

MODE = "StorageUnit-mode"
STORE_UP = "StorageUnit-reserve_up"
STORE_DOWN = "StorageUnit-reserve_down"

DELAYED = "DemandResponse-delayed"
REPAID = "DemandResponse-repaid"
ADVANCED = "DemandResponse-advanced"
SPARED = "DemandResponse-spared"
FILLED = "DemandResponse-filled"
OWED = "DemandResponse-owed"
SAVED = "DemandResponse-saved"

OVER_PLAN = "Interchange-over_plan"
UNDER_PLAN = "Interchange-under_plan"

SHORT_UP = "Reserve-short_up"
SHORT_DOWN = "Reserve-short_down"

RESPONSE_AT = "response "  # + bus, the generator that `grid.place` puts there

OUTPUT = "Generator-p"  # PyPSA's
CHARGE = "StorageUnit-p_store"  # PyPSA's
DISCHARGE = "StorageUnit-p_dispatch"  # PyPSA's
LEVEL = "StorageUnit-state_of_charge"  # PyPSA's
LINE_FLOW = "Line-s"  # PyPSA's
LINK_FLOW = "Link-p"  # PyPSA's
