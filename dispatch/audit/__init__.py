"""Is it true: every rule of docs/model.md recomputed from case, facts and schedule alone."""

from dispatch.audit.report import audited

__all__ = ["audited"]
