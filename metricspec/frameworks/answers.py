"""Yes, no, or cannot be said; with the reasons that people read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """`holds` is None where it cannot be said; `why` names what makes it hold, `undecided` what would have to be known."""

    holds: bool | None
    why: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()

    def negated(self) -> Answer:
        return self if self.holds is None else Answer(not self.holds, self.why)


NO = Answer(False)


def unknown(*reasons: str) -> Answer:
    return Answer(None, (), reasons)


def at_least(number: int, answers: Iterable[Answer]) -> Answer:
    """Whether so many hold. What is unknown leaves it open only where it could make the difference.

    >>> at_least(1, [Answer(True, ("a",)), unknown("b")]).why, at_least(2, [Answer(True), unknown("b")]).holds
    (('a',), None)
    >>> at_least(2, [NO, unknown("b")]).holds
    False
    """
    found = list(answers)
    yes = [one for one in found if one.holds]
    open_ = [one for one in found if one.holds is None]
    if len(yes) >= number:
        return Answer(True, _once(text for one in yes for text in one.why))
    if len(yes) + len(open_) >= number:
        return Answer(None, (), _once(text for one in open_ for text in one.undecided))
    return NO


def any_of(answers: Iterable[Answer]) -> Answer:
    return at_least(1, answers)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Whether all hold; one that does not is enough to say no."""
    found = list(answers)
    return at_least(len(found), found)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
