"""School years as far as changes of rules need them: which are finished, and how spans of them are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from metricspec.model import Years
from metricspec.schoolyear import ending_year, is_school_year, school_year
from metricspec.versioning.bumps import Effect

LAST_DAY = (6, 30)


@dataclass(frozen=True)
class Calendar:
    """The day from which one looks. A school year is finished after June 30 of the year it ends in. `known` are school years
    that matter whatever a document speaks of: those in which some indicator begins or ends."""

    as_of: date
    known: frozenset[str] = frozenset()

    def knowing(self, documents: Iterable[Any]) -> Calendar:
        """With the school years that some data speak of."""
        return replace(self, known=self.known | {year for one in documents for year in _mentioned(one)})

    def finished(self, year: str) -> bool:
        """
        >>> Calendar(date(2026, 6, 30)).finished("2025-26"), Calendar(date(2026, 7, 1)).finished("2025-26")
        (False, True)
        """
        return self.as_of > date(ending_year(year), *LAST_DAY)

    @property
    def current(self) -> str:
        """The school year that is running."""
        return school_year(self.as_of.year + (self.as_of > date(self.as_of.year, *LAST_DAY)))

    def years(self, *documents: Any) -> tuple[str, ...]:
        """School years that stand for all there are: those that some data speak of, those known and the running one, from one
        before the first, which stands for all before it, to one after the last, which stands for all after it."""
        ends = [ending_year(year) for year in self.known | {self.current}]
        ends += [ending_year(year) for document in documents for year in _mentioned(document)]
        return tuple(school_year(end) for end in range(min(ends) - 1, max(ends) + 2))

    def effect(self, years: Sequence[str], effective: Iterable[Years]) -> Effect:
        """Of a rule that differs in some years, on an indicator with results in others: label where they have none in common."""
        spans = tuple(effective)
        touched = [year for year in years if not spans or any(year in span for span in spans)]
        if not touched:
            return "label"
        return "past" if any(self.finished(year) for year in touched) else "future"


def _mentioned(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping):
        for value in data.values():
            yield from _mentioned(value)
    elif isinstance(data, list):
        for value in data:
            yield from _mentioned(value)
    elif isinstance(data, str) and is_school_year(data):
        yield data


def span_words(years: Sequence[str], domain: Sequence[str]) -> str:
    """Some years of a domain, whose first and last stand for all before and after.

    >>> domain = ("2020-21", "2021-22", "2022-23", "2023-24")
    >>> span_words(domain, domain), span_words(domain[2:], domain), span_words(domain[:1], domain)
    ('for all years', 'from 2022-23 on', 'up to 2020-21')
    >>> span_words(domain[1:2], domain), span_words(domain[1:3], domain)
    ('in 2021-22', 'from 2021-22 to 2022-23')
    """
    if tuple(years) == tuple(domain):
        return "for all years"
    places = {year: at for at, year in enumerate(domain)}
    runs = []
    for _, members in groupby(enumerate(sorted(years)), key=lambda pair: places[pair[1]] - pair[0]):
        run = [year for _, year in members]
        if run[0] == domain[0]:
            runs.append(f"up to {run[-1]}")
        elif run[-1] == domain[-1]:
            runs.append(f"from {run[0]} on")
        else:
            runs.append(f"in {run[0]}" if len(run) == 1 else f"from {run[0]} to {run[-1]}")
    return " and ".join(runs)
