"""The specs' history for people, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from metricspec.versioning.bumps import EFFECTS
from metricspec.versioning.history import Entry
from metricspec.versioning.report import EFFECT_WORDS


def changelog(history: Mapping[str, Sequence[Entry]], titles: Mapping[str, str]) -> str:
    """Per indicator and version, newest first, what changed, by its effect on results."""
    parts = ["# Changes of the indicators"]
    for id_, entries in history.items():
        title = titles.get(id_)
        parts.append(f"## {title} (`{id_}`)" if title else f"## `{id_}`")
        parts += _versions(entries)
    if not history:
        parts.append("Nothing changed.")
    return "\n\n".join(parts) + "\n"


def chosen(history: Mapping[str, Sequence[Entry]], names: Iterable[str]) -> dict[str, Sequence[Entry]]:
    """Of some indicators; of id@N the entries of the versions with that major number."""
    wanted = set(names)
    found = {
        id_: entries if id_ in wanted else [one for one in entries if f"{id_}@{one.major}" in wanted]
        for id_, entries in history.items()
    }
    return {id_: entries for id_, entries in found.items() if entries}


def _versions(entries: Sequence[Entry]) -> Iterator[str]:
    """A version has its heading where it first came; what changed later without a new version is said so."""
    for at, entry in enumerate(entries):
        older = entries[at + 1] if at + 1 < len(entries) else None
        same = older is not None and older.version == entry.version
        later = f", changed on {entry.date} without a new version" if same else f" ({entry.date})"
        yield f"### {entry.version}{later}"
        yield from _changes(entry)


def _changes(entry: Entry) -> Iterator[str]:
    if not entry.effects:
        yield "\n".join(f"- {text}" for text in entry.changes)
        return
    for effect in EFFECTS:
        said = [text for text, of in zip(entry.changes, entry.effects, strict=True) if of == effect]
        if said:
            yield f"{EFFECT_WORDS[effect]}:"
            yield "\n".join(f"- {text}" for text in said)
