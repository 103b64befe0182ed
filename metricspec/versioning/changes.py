"""One thing that a document says otherwise than before."""

from __future__ import annotations

from dataclasses import dataclass

from metricspec.versioning.bumps import Effect
from metricspec.versioning.snapshot import Key

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Change:
    """`path` leads to the key that differs, `says` tells it in plain English, `old` and `new` are what stood there.

    `effect` is that of the key, before years are looked at. `years` are those in which a dated rule differs; None where
    the key has no dates. `prior`: felt only where a value is compared with an earlier year, or made of other results.
    """

    path: Path
    says: str
    effect: Effect
    old: str = ""
    new: str = ""
    years: tuple[str, ...] | None = None
    prior: bool = False

    @property
    def key(self) -> str:
        """The path as people write it: measure.numerator."""
        return ".".join(str(part) for part in self.path)


@dataclass(frozen=True)
class Told:
    """A change as it reaches one indicator: `effect` on its results, and the document through which it comes."""

    change: Change
    effect: Effect
    via: Key | None = None
