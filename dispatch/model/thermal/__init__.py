"""Thermal units: commitment, output limits, ramps and cost."""
