"""The one rounding rule: quantity times price times multiplier, half to even, in picodollars."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from convledger.money import PICO


def half_even(numerator: int, denominator: int) -> int:
    """Return the nearest integer to a fraction with a positive denominator, ties to even."""
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole & 1))


def rate_of(price: Decimal, per: int, multiplier: Fraction) -> tuple[int, int]:
    """Return picodollars for one unit as an exact fraction in lowest terms."""
    return (Fraction(price) * PICO / per * multiplier).as_integer_ratio()


def line_pico(quantity: int, price: Decimal, per: int, multiplier: Decimal | int = 1) -> int:
    """Return the picodollars of one component, rounded once; `price` is USD for `per` units."""
    exact = Fraction(price) * quantity * PICO / per * Fraction(multiplier)
    return half_even(exact.numerator, exact.denominator)


def product(factors: list[Decimal]) -> Decimal:
    """Return the exact product of multipliers."""
    with localcontext() as context:
        context.prec = 1000
        result = Decimal(1)
        for factor in factors:
            result *= factor
        return result


def plain(amount: Decimal) -> str:
    """Return a decimal as the shortest text without an exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
