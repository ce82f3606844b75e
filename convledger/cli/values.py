"""How the values of options are read; imports no parser."""

from __future__ import annotations

from collections.abc import Iterable


def parts(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values of an option that may be repeated or hold several, with commas between."""
    found: dict[str, None] = {}
    for value in values:
        found.update(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    return tuple(found)


def one_form(as_json: bool, as_csv: bool) -> None:
    """Refuse to print two forms at once. Raises UsageProblem."""
    if as_json and as_csv:
        from convledger.errors import UsageProblem

        raise UsageProblem("--json and --csv can't be printed at once; choose one")
