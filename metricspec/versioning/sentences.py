"""Differences of undated keys as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from metricspec.versioning.changes import Path
from metricspec.versioning.fields import ABSENT, Difference

LANGUAGES = MappingProxyType({"en": "English", "es": "Spanish", "zh": "Chinese", "vi": "Vietnamese", "tl": "Tagalog"})
# What one entry of a mapping or list is called.
ONE = MappingProxyType(
    {
        "columns": "column",
        "facts": "fact",
        "groups": "student group",
        "levels": "org level",
        "values": "code",
        "indicators": "indicator",
        "criteria": "criterion",
        "designations": "designation",
        "index": "index",
        "domains": "domain",
        "metrics": "metric",
        "shares": "share",
        "any_of": "condition",
        "status": "entry of the cut scores",
        "change": "entry of the cut scores of the change",
        "grids": "grid",
        "overrides": "override",
        "compare": "entry of the comparison",
        "privacy": "entry of the privacy n",
        "report": "entry of the reporting n",
        "rating": "entry of the rating n",
        "small": "entry of the small n",
    }
)
NAMES: Mapping[Path, str] = MappingProxyType(
    {
        ("students",): "dataset of students",
        ("groups",): "group set",
        ("orgs",): "org set",
        ("rating",): "level table",
        ("digits",): "number of decimal places",
        ("better",): "better direction",
        ("supersedes",): "indicator that this one replaces",
        ("measure",): "measure",
        ("of",): "count that the minimums test",
    }
)
# Keys whose own name says little.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "rule for missing values",
        "where": "condition",
        "rollup": "way in which rows are combined",
        "at": "place where rows count",
        "default": "value that test rows take",
        "read": "day of reading",
        "span": "time that a row speaks of",
    }
)
IN_WORDS = frozenset(("title", "description", "note", "document", "publisher"))
LONGEST = 300
A_LINE = 100


def sentence(difference: Difference) -> str:
    """What a difference says, for people who never saw the file."""
    path, old, new = difference.path, difference.old, difference.new
    if difference.condition:
        return _condition(path, old, new)
    name = _name(path)
    if path[-1] == "unverified":
        where = f" of {_inside(path[:-1])}" if path[:-1] else ""
        return (
            f"Nobody has compared this{where} with its source yet." if new is True else f"This{where} is verified now."
        )
    if old is ABSENT:
        return f"The {name} is new: {_shown(path, new)}."
    if new is ABSENT:
        return f"The {name} is gone; it was {_shown(path, old)}."
    if {"description", "note"} & set(path[-2:]) and max(len(written(old)), len(written(new))) > A_LINE:
        return f"The {name} is worded otherwise."
    was, now = (_shown(path, value) for value in (old, new))
    return f"The {name} was {was}, now {now}."


def _shown(path: Path, value: Any) -> str:
    """A value beside its name: what people wrote for people stands in quotes."""
    if isinstance(value, str) and IN_WORDS & set(map(str, path[-2:])):
        return f"“{cut(_line(value))}”"
    return written(value)


def _condition(path: Path, old: Any, new: Any) -> str:
    where = _inside(path[:-1])
    if old is ABSENT:
        return f"A condition of {where} is new: `{_line(new)}`."
    if new is ABSENT:
        return f"A condition of {where} is gone: `{_line(old)}`."
    return f"A condition of {where} was `{_line(old)}`, now `{_line(new)}`."


def _name(path: Path) -> str:
    """What a key is called, with what it stands in: "rollup of the column grade"."""
    if path in NAMES:
        return NAMES[path]
    last = path[-1]
    if last in LANGUAGES and len(path) > 1 and path[-2] in ("title", "description"):
        language = "" if last == "en" else f"{LANGUAGES[str(last)]} "
        return f"{language}{path[-2]}" + (f" of {_inside(path[:-2])}" if path[:-2] else "")
    if len(path) > 1 and path[-2] in ONE and (path[-2] != "rating" or isinstance(last, int)):
        return _thing(path)
    word = WORDS.get(str(last), str(last).replace("_", " "))
    around = path[:-1] if path[:1] != ("measure",) else path[1:-1]
    return f"{word} of {_inside(around)}" if around else word


def _inside(path: Path) -> str:
    """What a key stands in."""
    if path[:1] == ("measure",):
        path = path[1:]
    if not path:
        return "the measure"
    if len(path) > 1 and path[-2] in ONE:
        return f"the {_thing(path)}"
    return f"the {str(path[-1]).replace('_', ' ')}" + (f" of {_inside(path[:-1])}" if len(path) > 1 else "")


def _thing(path: Path) -> str:
    """One entry of a mapping or list."""
    kind, name = ONE[str(path[-2])], path[-1]
    if isinstance(name, int):
        return f"{_ORDINAL.get(name, f'{name + 1}th')} {kind}"
    return f"{kind} {name}"


_ORDINAL = {0: "first", 1: "second", 2: "third"}


def written(value: Any) -> str:
    """A value as text: expressions and codes in backquotes, titles in quotes."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return cut(", ".join(_bare(item) for item in value) or "nothing")
    if isinstance(value, Mapping):
        return cut("; ".join(f"{key} {_bare(inner)}" for key, inner in value.items()))
    if isinstance(value, str):
        return f"`{cut(_line(value))}`" if _is_code(value) else f"“{cut(_line(value))}”"
    return str(value)


def _bare(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return f"({written(value)})" if value else "nothing"
    return _line(str(value)) if isinstance(value, str) else written(value)


def _is_code(text: str) -> bool:
    """An id, a word of the language or an expression, and no sentence of a person."""
    return " " not in text.strip() or any(
        sign in text for sign in ("=", "<", ">", "(", "'", " is ", " and ", " - ", " * ")
    )


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _line(text: str) -> str:
    return " ".join(str(text).split())
