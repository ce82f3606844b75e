"""The plans of the invented consultant: the first is in force, the others are there to compare."""

from __future__ import annotations

import pkgutil

PLANS = ("studio-40", "studio-60")


def plan_text(name: str) -> str:
    """Return a plan as TOML; KeyError for a name that is not among PLANS."""
    found = pkgutil.get_data("convledger.demo", f"{name}.toml") if name in PLANS else None
    if found is None:
        raise KeyError(name)
    return found.decode("utf-8")
