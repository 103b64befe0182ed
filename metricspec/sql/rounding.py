"""Rounding half away from zero, once, as SQL text.

Values are rounded to whole *units* (tenths of a percent where `units` is 1000): in integers where numerator and
denominator are exact, because in floating point exact ties go wrong (23/80 in tenths of a percent gives 287, not 288).
"""

from __future__ import annotations


def exact_quotient(above: str, below: str) -> str:
    """`above / below`, both whole and `below` positive, rounded half away from zero to a whole number.

    (2a + b) div 2b of the absolute value; the division is written with a remainder, which every engine has.
    """
    doubled = f"(2 * ABS({above}) + ({below}))"
    twice = f"(2 * ({below}))"
    quotient = f"FLOOR(CAST({doubled} - ({doubled} % {twice}) AS DOUBLE) / CAST({twice} AS DOUBLE) + 5e-1)"
    return f"(CASE WHEN ({above}) < 0 THEN 0e0 - {quotient} ELSE {quotient} END)"


def double_quotient(value: str) -> str:
    """A double rounded half away from zero to a whole number; what is within a millionth of a tie is a tie."""
    value = f"(FLOOR(({value}) * 1e6 + 5e-1) / 1e6)"
    return f"(CASE WHEN ({value}) < 0 THEN 0e0 - FLOOR(5e-1 - ({value})) ELSE FLOOR(({value}) + 5e-1) END)"


def whole(value: str, scale: str, exact: str) -> str:
    """A double that holds a decimal of known places, as a whole number of its smallest unit."""
    return f"CAST(FLOOR(({value}) * {scale} + 5e-1) AS {exact})"
