"""Short ways to write lots and facts, and generators of whole histories."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from convledger.plans.credits import (
    AutoTopup,
    Fact,
    Fold,
    Lot,
    Policy,
    Rollover,
    Totals,
)

LAST = 40

KINDS = [
    *("usage", "usage", "usage", "refund", "void", "adjust", "reserve", "commit", "release"),
    *("topup", "reset"),
]

SCOPES = [frozenset[str](), frozenset({"chat"}), frozenset({"voice"}), frozenset({"chat", "voice"})]


def lot(name: str, amount: int, at: int = 0, ends: int | None = None, **more: Any) -> Lot:
    """Return a lot; instants and amounts are small numbers."""
    return Lot(id=name, amount=amount, effective_at=at, expires_at=ends, **more)


def usage(name: str, at: int, amount: int, *scopes: str) -> Fact:
    """Return a usage."""
    return Fact(name, at, "usage", amount, scopes=frozenset(scopes))


def refund(name: str, at: int, of: str, amount: int | None = None) -> Fact:
    """Return a refund, of all by default."""
    return Fact(name, at, "refund", amount, of)


def void(name: str, at: int, of: str, amount: int | None = None) -> Fact:
    """Return a void, of all that is left by default."""
    return Fact(name, at, "void", amount, of)


def reset(at: int) -> Fact:
    """Return the beginning of a period."""
    return Fact(f"reset {at}", at, "reset", pool="*")


def remaining(totals: Totals) -> dict[str, int]:
    """Return what is left of each lot."""
    return {each.lot.id: each.remaining for each in totals.lots}


def outcome(fold: Fold, pool: str = "") -> tuple[object, ...]:
    """Return everything that a fold says about a pool."""
    return (
        fold.totals(pool),
        tuple(fold.entries(pool)),
        dict(fold.allocations(pool)),
        fold.findings,
    )


amounts = st.integers(1, 30)

instants = st.integers(0, LAST)

rollovers = st.builds(
    lambda least, more: Rollover(least, None if more is None else least + more),
    st.integers(0, 6),
    st.none() | st.integers(0, 20),
)


@st.composite
def lots(draw: st.DrawFn, most: int = 5, *, with_rollover: bool = True) -> list[Lot]:
    """Generate lots, some with an end, a scope, a family that is rolled over."""
    found = []
    for number in range(draw(st.integers(0, most))):
        at = draw(instants)
        ends = draw(st.none() | st.integers(at, LAST + 5))
        found.append(
            Lot(
                id=f"L{number}",
                amount=draw(amounts),
                effective_at=at,
                expires_at=ends,
                priority=draw(st.integers(0, 2)),
                created_at=draw(st.none() | instants),
                family=draw(st.sampled_from(["a", "b"])),
                scopes=draw(st.sampled_from(SCOPES[:3])),
                cost=draw(st.integers(0, 9)),
                rollover=draw(st.none() | rollovers) if with_rollover else None,
            )
        )
    return found


@st.composite
def histories(draw: st.DrawFn, most: int = 14) -> list[Fact]:
    """Generate facts of every kind that often are about each other."""
    found: list[Fact] = []
    for number in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from(KINDS))
        amount: int | None = draw(amounts)
        of = ""
        if kind == "adjust":
            amount = draw(st.sampled_from([-7, -2, 3, 11]))
        elif kind in ("refund", "commit", "release"):
            wanted = "usage" if kind == "refund" else "reserve"
            known = [each.id for each in found if each.kind == wanted]
            # Now and then one that is not there yet, or never will be.
            of = draw(st.sampled_from([*known, *known, f"F{draw(st.integers(0, most))}"]))
            amount = draw(st.none() | amounts)
        elif kind == "void":
            of = f"L{draw(st.integers(0, 5))}"
            amount = draw(st.none() | amounts)
        scopes = draw(st.sampled_from(SCOPES)) if kind in ("usage", "reserve") else SCOPES[0]
        found.append(Fact(f"F{number}", draw(instants), kind, amount, of, scopes=scopes))
    return found


policies = st.builds(
    Policy,
    when_empty=st.sampled_from(["charge", "block", "carry", "topup", "degrade"]),
    grace=st.sampled_from([0, 0, 5]),
    topup=st.none()
    | st.builds(
        lambda size, threshold, most, lasts: AutoTopup(
            id="pack",
            credits=size,
            price=3,
            threshold=threshold,
            max_per_period=most,
            expires=lambda at: None if lasts is None else at + lasts,
        ),
        st.integers(4, 20),
        st.none() | st.integers(-3, 12),
        st.none() | st.integers(0, 3),
        st.none() | st.integers(1, 15),
    ),
)

BLOCK, CARRY = Policy(when_empty="block"), Policy(when_empty="carry")
