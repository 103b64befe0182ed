"""What an item of a hook must be: None where it is, else the words for what it is instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from metricspec.measure import MeasureType, MomentMeasure, RowMeasure, StagedMeasure, TallyMeasure
from metricspec.offers import ANY_SCHEME, Check, Exporter, ExportOption, WarehouseType

FORMS = (MomentMeasure, RowMeasure, StagedMeasure, TallyMeasure)


def members(protocol: type) -> frozenset[str]:
    """The names that a protocol asks for, those of its bases among them."""
    parts = [part for part in protocol.__mro__ if issubclass(part, Protocol) and part is not Protocol]
    return frozenset(name for part in parts for name in vars(part) if not name.startswith("_"))


def wrong_measure(item: Any) -> str | None:
    """A measure type has the members of all, and those of one of the forms."""
    if isinstance(item, type):
        return f"the class {item.__name__} and not an object of it: write {item.__name__}()"
    lacking = sorted(name for name in members(MeasureType) if not hasattr(item, name))
    if lacking:
        return f"a {type(item).__name__} that is no measure type: it lacks {', '.join(lacking)}"
    if not _word(item.name):
        return f"a measure type whose name is {item.name!r}, not a word"
    if not isinstance(item.schema, Mapping):
        return f"the measure type '{item.name}', whose schema is no mapping"
    short = min(({name for name in members(form) if not hasattr(item, name)} for form in FORMS), key=len)
    if short:
        return f"the measure type '{item.name}', which lacks {', '.join(sorted(short))}"
    uncallable = sorted(n for n in members(MeasureType) - {"name", "schema"} if not callable(getattr(item, n)))
    return f"the measure type '{item.name}', whose {uncallable[0]} is no method" if uncallable else None


def wrong_folder(item: Any) -> str | None:
    if not isinstance(item, Path):
        return f"{item!r}, which is no pathlib.Path"
    return None if item.is_dir() else f"the spec folder {item}, which does not exist"


def wrong_warehouse(item: Any) -> str | None:
    if not isinstance(item, WarehouseType):
        return f"a {type(item).__name__}, not a WarehouseType"
    schemes = item.schemes
    if not isinstance(schemes, tuple) or not schemes or not all(one == ANY_SCHEME or _word(one) for one in schemes):
        return f"a WarehouseType whose schemes are {schemes!r}, not a tuple of words"
    return _uncallable("warehouse", schemes[0], item.connect)


def wrong_check(item: Any) -> str | None:
    if not isinstance(item, Check):
        return f"a {type(item).__name__}, not a Check"
    return _unnamed("Check", item.name) or _uncallable("check", item.name, item.find)


def wrong_exporter(item: Any) -> str | None:
    if not isinstance(item, Exporter):
        return f"a {type(item).__name__}, not an Exporter"
    if unnamed := _unnamed("Exporter", item.name):
        return unnamed
    if not (item.folder or item.suffixes):
        return f"the exporter '{item.name}', which writes neither a folder nor a file"
    if not all(isinstance(one, ExportOption) and _word(one.name) for one in item.options):
        return f"the exporter '{item.name}', whose options are no ExportOptions with a word for a name"
    return _twice(item) or _uncallable("exporter", item.name, item.export)


def _twice(item: Exporter) -> str | None:
    taken = ["all", "binding", "project", "out", *(option.name for option in item.options)]
    again = sorted({name for name in taken if taken.count(name) > 1})
    return f"the exporter '{item.name}', whose option '{again[0]}' is there already" if again else None


def _unnamed(kind: str, name: Any) -> str | None:
    return None if _word(name) else f"a {kind} whose name is {name!r}, not a word"


def _uncallable(kind: str, name: str, function: Any) -> str | None:
    return None if callable(function) else f"the {kind} '{name}', which is given no function"


def _word(name: Any) -> bool:
    """Letters, digits, `_`, `-` and `.`, beginning with a letter."""
    return isinstance(name, str) and name[:1].isalpha() and _plain(name)


def _plain(letters: Iterable[str]) -> bool:
    return all(one.isascii() and (one.isalnum() or one in "_-.") for one in letters)
