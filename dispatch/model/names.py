"""Names of our variables and rows. They continue PyPSA's scheme, `Component-what_it_is`."""

from __future__ import annotations

from dispatch.case.reserve_products import PRODUCTS

STATUS = "Generator-status"
START = "Generator-start_up"
STOP = "Generator-shut_down"
START_AFTER = "Generator-start_after"  # + steps off
START_AS = "Generator-start_as"  # + number of the type
BEYOND = "Generator-beyond_kink"  # + number of the kink
OIL = "Generator-oil_support"
OIL_BEGUN = "Generator-oil_begun"
RESERVE_UP_LIMITED = "Generator-reserve_up"
RESERVE_DOWN_LIMITED = "Generator-reserve_down"

UNIT_PRODUCT = {product: f"Generator-{product}" for product in PRODUCTS}
QUICK_START = "Generator-quick_start"
STORE_PRODUCT = {product: f"StorageUnit-{product}" for product in PRODUCTS}
RESPONSE_RESERVE = "DemandResponse-non_spinning"
SHORT_PRODUCT = {product: f"Reserve-short_{product}" for product in PRODUCTS}

CURTAILED = "Curtailment-p"

MODE = "StorageUnit-mode"
CHARGING = "StorageUnit-charging"
STORE_UP = "StorageUnit-reserve_up"
STORE_DOWN = "StorageUnit-reserve_down"

GENERATING = "PumpUnit-generating"
PUMPING = "PumpUnit-pumping"
GENERATE_START = "PumpUnit-generate_start"
TURNING = "PumpUnit-turning"
PUMP_START = "PumpUnit-pump_start"

DELAYED = "DemandResponse-delayed"
REPAID = "DemandResponse-repaid"
ADVANCED = "DemandResponse-advanced"
SPARED = "DemandResponse-spared"
FILLED = "DemandResponse-filled"
OWED = "DemandResponse-owed"
SAVED = "DemandResponse-saved"
CALLED = "DemandResponse-called"
CALL_START = "DemandResponse-call_start"
CALL_STOP = "DemandResponse-call_stop"

OVER_PLAN = "Interchange-over_plan"
UNDER_PLAN = "Interchange-under_plan"

SHORT_UP = "Reserve-short_up"
SHORT_DOWN = "Reserve-short_down"

ABOVE = "Generator-p_above_min"
CHARGE = "StorageUnit-p_store"
DISCHARGE = "StorageUnit-p_dispatch"
LEVEL = "StorageUnit-state_of_charge"
LINE_FLOW = "Line-s"
LINK_FLOW = "Link-p"
LINE_LOSS = "Line-loss"
LINK_LOSS = "Link-loss"
NET_IMPORT = "Interchange-net_import"
OVERLOAD = "Line-overload"
SECTION_OVER = "Section-over"
BALANCE = "Bus-nodal_balance"
LINE_SECANTS = "Line-loss_secants"
LINK_SECANTS = "Link-loss_secants"
VOLTAGE_LAW = "Line-voltage_law"
RUNNING_MINIMUM = "Plant-running_minimum"
SHORT_HEAT = "Plant-short_heat"
HEAT = "Generator-heat"
HEAT_CHARGE = "Plant-heat_charge"
HEAT_DISCHARGE = "Plant-heat_discharge"
HEAT_LEVEL = "Plant-heat_level"
UNSERVED_HEAT = "Plant-unserved_heat"
HEAT_BALANCE = "Plant-heat_balance"
