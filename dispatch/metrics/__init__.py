"""What a schedule is worth: absorption, cost, carbon, response and storage used."""

from dispatch.metrics.causes import causes_of
from dispatch.metrics.measure import measured

__all__ = ["causes_of", "measured"]
