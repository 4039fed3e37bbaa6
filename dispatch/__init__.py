"""Unit commitment for grids full of wind and sun: how much Hebei South and Jibei can absorb, and at what cost."""

__version__ = "0.1.0"
