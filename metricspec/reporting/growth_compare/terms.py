"""Numbers as the page writes them, and words for traits and terms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from metricspec.running.growth_models import Comparison, Trait

if TYPE_CHECKING:
    import numpy as np

MINUS = "−"
NONE = "–"  # where there is no number


def signed(value: float, digits: int) -> str:
    """
    >>> signed(0.123, 2), signed(-0.128, 2), signed(-0.001, 2), signed(float("nan"), 2)
    ('+0.12', '−0.13', '0.00', '–')
    """
    if math.isnan(value):
        return NONE
    text = f"{abs(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return ("+" if value > 0 else MINUS) + text


def plain(value: float, digits: int) -> str:
    """
    >>> plain(-1234.56, 1), plain(float("nan"), 1)
    ('−1,234.6', '–')
    """
    if math.isnan(value):
        return NONE
    return signed(value, digits).lstrip("+")


def percent(share: float) -> str:
    return NONE if math.isnan(share) else f"{100 * share:.0f}%"


def about(n: int) -> str:
    """A number of scores so rounded that, less the scores of the orgs shown, it does not tell those of a hidden one.

    >>> about(64), about(748), about(1891), about(12345)
    ('50', '750', '1,900', '12,000')
    """
    step = max(50, 10 ** (len(str(n)) - 2))
    return f"{max(step, round(n / step) * step):,}"


def effect_digits(found: Comparison) -> int:
    """Effects in standard deviations take two digits, in points one."""
    return 2 if found.unit == "standard deviations" else 1


def rounded(found: Comparison, values: np.ndarray) -> np.ndarray:
    """Effects as they are drawn: with a digit more than the tables have."""
    return values.round(effect_digits(found) + 1)


def trait_axis(trait: Trait) -> str:
    """What a trait's axis says.

    >>> trait_axis(Trait("x", "English learner", "share"))
    'English learner, percent of students'
    """
    unit = {"prior": "school mean in standard deviations", "share": "percent of students", "number": "school mean"}
    return f"{trait.title}, {unit[trait.kind]}"


def trait_value(trait: Trait, value: float) -> str:
    """A trait's value as a table shows it."""
    if trait.kind == "share":
        return percent(value)
    return signed(value, 2) if trait.kind == "prior" else plain(value, 2)


def lowered(title: str) -> str:
    """A title in the middle of a sentence.

    >>> lowered("English learner"), lowered("Score before"), lowered("ELA score")
    ('English learner', 'score before', 'ELA score')
    """
    proper = title.startswith(("English", "American", "African", "Asian", "Hispanic", "Pacific", "Filipino", "Native"))
    return title if proper or title[1:2].isupper() else title[:1].lower() + title[1:]


def band_words(trait: Trait, values: np.ndarray, third: np.ndarray) -> dict[int, str]:
    """Each third by its limits: only limits between thirds are told, never the extreme value of one school."""
    there = [at for at in (0, 1, 2) if (third == at).any()]
    words = {}
    for at in there:
        inside = values[third == at]
        low, high = trait_value(trait, float(inside.min())), trait_value(trait, float(inside.max()))
        if len(there) == 1:
            words[at] = "every school"
        elif at == there[0]:
            words[at] = f"{high} or less"
        elif at == there[-1]:
            words[at] = f"{low} or more"
        else:
            words[at] = f"{low} to {high}"
    return words
