"""The mathematics: PyPSA's rows for the network, ours for everything PyPSA lacks."""

import linopy

linopy.options["semantics"] = "v1"  # labels must match; a missing term never becomes a silent zero
