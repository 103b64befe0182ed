"""Versions: what a change of each effect demands, and what two versions declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

# past: results of finished school years change; future: only those of later ones; label: none do.
Effect = Literal["past", "future", "label"]
Bump = Literal["major", "minor", "patch", "none"]
EFFECTS: tuple[Effect, ...] = ("past", "future", "label")
BUMPS: tuple[Bump, ...] = ("none", "patch", "minor", "major")
DEMANDS: Mapping[Effect, Bump] = MappingProxyType({"past": "major", "future": "minor", "label": "patch"})


def needed(effects: Iterable[Effect]) -> Bump:
    """The bump that some changes together need.

    >>> needed(["label", "future"]), needed([])
    ('minor', 'none')
    """
    return max((DEMANDS[effect] for effect in effects), key=BUMPS.index, default="none")


def numbers(version: str) -> tuple[int, int, int]:
    """
    >>> numbers("2.0.11")
    (2, 0, 11)
    """
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def declared(old: str, new: str) -> Bump | None:
    """The bump from one version to another; None where it went down.

    >>> declared("1.2.0", "1.3.0"), declared("1.2.0", "1.2.0"), declared("1.2.0", "1.1.9")
    ('minor', 'none', None)
    """
    before, after = numbers(old), numbers(new)
    if after < before:
        return None
    steps: tuple[Bump, ...] = ("major", "minor", "patch")
    return next((step for step, one, other in zip(steps, before, after, strict=True) if one != other), "none")


def enough(bump: Bump | None, wanted: Bump) -> bool:
    """Whether a declared bump is at least the one that is needed."""
    return bump is not None and BUMPS.index(bump) >= BUMPS.index(wanted)


def raised(version: str, bump: Bump) -> str:
    """The lowest version that declares a bump.

    >>> raised("1.2.3", "major"), raised("1.2.3", "minor"), raised("1.2.3", "patch")
    ('2.0.0', '1.3.0', '1.2.4')
    """
    major, minor, patch = numbers(version)
    if bump == "major":
        return f"{major + 1}.0.0"
    if bump == "minor":
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}" if bump == "patch" else version
