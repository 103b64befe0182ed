"""Two documents of one kind, key by key along their schema. What is written otherwise and says the same is no difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from metricspec.versioning.bumps import Effect
from metricspec.versioning.changes import Path

Schema = Mapping[str, Any]
Same = Callable[[Path, str, str], bool]  # whether two expressions at a path say the same


class Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
# What names a document and its grammar, and the declared version, are no part of what it says.
HEADING = ("metricspec", "version")


@dataclass(frozen=True)
class Difference:
    """A key whose value differs; `old` or `new` is ABSENT where it is not written. `condition`: of a list of them."""

    path: Path
    effect: Effect
    old: Any
    new: Any
    condition: bool = False


def differences(
    kind: str, schema: Schema, old: Mapping[str, Any], new: Mapping[str, Any], same: Same
) -> list[Difference]:
    """Every difference of two documents of one kind."""
    properties = {k: v for k, v in schema["properties"].items() if k not in (*HEADING, kind)}
    one, other = ({k: v for k, v in data.items() if k in properties} for data in (old, new))
    return list(_walk({**schema, "properties": properties}, one, other, (), "past", same))


def _walk(schema: Schema, old: Any, new: Any, path: Path, effect: Effect, same: Same) -> Iterator[Difference]:
    effect = schema.get("x-effect", effect)
    if "language code" in str(schema.get("propertyNames", "")):
        old, new = (value if value is ABSENT or isinstance(value, Mapping) else {"en": value} for value in (old, new))
        schema = {"additionalProperties": {}, **{k: v for k, v in schema.items() if k == "properties"}}
        old, new = ({} if value is ABSENT else value for value in (old, new))
    old, new = (schema.get("default", ABSENT) if value is ABSENT else value for value in (old, new))
    if schema.get("items", {}).get("x-expression"):
        old, new = ([] if value is ABSENT else value for value in (old, new))
    if old is ABSENT or new is ABSENT:
        if old is not new:
            yield Difference(path, effect, old, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _block(schema, old, new, path, effect, same)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list(schema, old, new, path, effect, same)
    elif not _equal(schema, old, new, path, same):
        yield Difference(path, effect, old, new)


def _block(
    schema: Schema, old: Mapping[str, Any], new: Mapping[str, Any], path: Path, effect: Effect, same: Same
) -> Iterator[Difference]:
    more = schema.get("additionalProperties")
    for key in dict.fromkeys((*old, *new, *schema.get("properties", {}))):
        inner = schema.get("properties", {}).get(key) or (more if isinstance(more, Mapping) else {})
        yield from _walk(inner, old.get(key, ABSENT), new.get(key, ABSENT), (*path, key), effect, same)


def _list(
    schema: Schema, old: list[Any], new: list[Any], path: Path, effect: Effect, same: Same
) -> Iterator[Difference]:
    """Conditions that must all hold are compared one by one, in whatever order; as many blocks each with its like; other
    lists as a whole."""
    items = schema.get("items", {})
    if len(old) == len(new) and all(isinstance(item, Mapping) for item in (*old, *new)):
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _walk(items, one, other, (*path, at), effect, same)
        return
    if not items.get("x-expression"):
        if not alike(old, new):
            yield Difference(path, effect, old, new)
        return
    gone = list(enumerate(old))
    fresh = []
    for at, text in enumerate(new):
        found = next((pair for pair in gone if same((*path, at), pair[1], text)), None)
        if found is not None:
            gone.remove(found)
        else:
            fresh.append((at, text))
    if len(gone) == 1 and len(fresh) == 1:
        yield Difference((*path, fresh[0][0]), effect, gone[0][1], fresh[0][1], condition=True)
        return
    yield from (Difference((*path, at), effect, text, ABSENT, condition=True) for at, text in gone)
    yield from (Difference((*path, at), effect, ABSENT, text, condition=True) for at, text in fresh)


def _equal(schema: Schema, old: Any, new: Any, path: Path, same: Same) -> bool:
    if schema.get("x-expression"):
        one, other = (str(value).lower() if isinstance(value, bool) else str(value) for value in (old, new))
        return same(path, one, other)
    return alike(old, new)


def alike(old: Any, new: Any) -> bool:
    """Equal as data: keys in any order; true is not 1, and 1 is 1.0."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(alike(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(alike(*pair) for pair in zip(old, new, strict=True))
    return (type(old) is type(new) and old == new) or (_number(old) and _number(new) and old == new)


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


LABELS = ("source", "note", "unverified")


def label_differences(schema: Schema, old: Any, new: Any, path: Path, same: Same) -> Iterator[Difference]:
    """Of the entries of a dated list only what says where they are from. Entries are matched by what they say otherwise,
    and where they are as many, those left over by their order."""
    old, new = (value if isinstance(value, list) else [] for value in (old, new))
    before, after = list(enumerate(old)), list(enumerate(new))
    pairs = []
    for at, entry in list(after):
        found = next((pair for pair in before if alike(_core(pair[1]), _core(entry))), None)
        if found is not None:
            before.remove(found)
            after.remove((at, entry))
            pairs.append((found[1], at, entry))
    if len(before) == len(after):
        pairs += [(one, at, entry) for (_, one), (at, entry) in zip(before, after, strict=True)]
    inner = {k: v for k, v in schema.get("items", {}).get("properties", {}).items() if k in LABELS}
    for one, at, entry in pairs:
        was, now = ({k: v for k, v in block.items() if k in LABELS} for block in (one, entry))
        yield from _walk({"properties": inner}, was, now, (*path, at), "label", same)


def _core(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in LABELS}
