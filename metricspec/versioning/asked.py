"""What a person asks of a comparison: two sides out of words, some indicators, and their SQL and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metricspec.problems import SpecError, UsageError
from metricspec.reading.suggest import indicator_hint
from metricspec.running.project import Project
from metricspec.versioning.calendar import Calendar
from metricspec.versioning.closure import depends_on
from metricspec.versioning.compared import Compared, Comparison
from metricspec.versioning.numbers import NumbersChange, least_shown, numbers_change
from metricspec.versioning.report import Report
from metricspec.versioning.sides import Side, Sides
from metricspec.versioning.snapshot import Snapshot, Spec
from metricspec.versioning.statements import SqlChange, sql_change
from metricspec.warehouse import Warehouse


@dataclass(frozen=True)
class Asked:
    """Two sides and the indicators that are looked at (none: all)."""

    old: Side
    new: Side
    ids: tuple[str, ...]


def asked(sides: Sides, words: Sequence[str]) -> Asked:
    """OLD [NEW] [ID...], an id as such or as id@N: a side is a folder or a revision; without NEW it is the working tree. What names an indicator is
    none, so a branch of the same name is written refs/heads/NAME. Raises UsageError for what is nothing of these."""
    old = side(sides, words[0])
    rest = list(words[1:])
    if rest and not _is_folder(rest[0]):
        here = sides.working_tree()
        if rest[0] in here.snapshot.names() | old.snapshot.names():
            return Asked(old, here, _known(rest, old, here))
    new = side(sides, rest.pop(0)) if rest else sides.working_tree()
    return Asked(old, new, _known(rest, old, new))


def side(sides: Sides, word: str) -> Side:
    """A folder where there is one of that name, else a revision. Raises UsageError where it is neither."""
    if _is_folder(word):
        return sides.folder(Path(word))
    try:
        return sides.revision(word)
    except UsageError as error:
        if word in sides.working_tree().snapshot.names():
            says = f"'{word}' is an indicator: name first what it is compared with, such as HEAD {word}"
            raise UsageError(says) from error
        raise


def _is_folder(word: str) -> bool:
    return bool(word.strip()) and "\0" not in word and Path(word).is_dir()


def _known(ids: Sequence[str], old: Side, new: Side) -> tuple[str, ...]:
    there = {*old.snapshot.ids("indicator"), *new.snapshot.ids("indicator")}
    for name in ids:
        if name not in old.snapshot.names() | new.snapshot.names():
            raise UsageError(
                f"unknown indicator '{name}': {indicator_hint(name, there, new.snapshot.registry.home(name))}"
            )
    return tuple(ids)


def compared(given: Asked, calendar: Calendar) -> tuple[Compared, ...]:
    """What changed, of some indicators or of all; and indicators that are as they were and give no results any more."""
    comparison = Comparison(given.old.snapshot, given.new.snapshot, calendar)
    found = comparison.all()
    marks = {one.mark for one in found}
    suspects = given.new.snapshot.ids("indicator") if given.new.faulty else ()
    same = (one for id_ in suspects for one in comparison.indicator(id_))
    found += [one for one in same if one.mark not in marks and _fails_now(one, given)]
    if given.ids:
        return tuple(one for one in found if one.key[0] == "indicator" and _names(one) & set(given.ids))
    return tuple(found)


def _fails_now(one: Compared, given: Asked) -> bool:
    return bool(one.old and one.new and given.new.errors(one.new) and not given.old.errors(one.old))


def _names(one: Compared) -> set[str]:
    return {name for spec in (one.old, one.new) if spec for name in spec.names}


def report(given: Asked, calendar: Calendar, rows: int = 20) -> Report:
    broken = tuple(dict.fromkeys(one.file for side in (given.old, given.new) for one in side.snapshot.broken))
    found = compared(given, calendar)
    broken += tuple(file for file in given.new.faulty if file not in broken and not given.ids)
    before = {one.mark: given.old.errors(one.old) for one in found if one.old}
    now = {one.mark: given.new.errors(one.new) for one in found if one.new}
    return Report(given.old.name, given.new.name, found, broken, before, now, rows=rows)


def sql_of(
    found: Iterable[Compared], given: Asked, old: Project, new: Project, dialect: str
) -> Mapping[str, SqlChange]:
    """The change of the SQL of each indicator that stands on both sides."""
    made = {}
    for one in found:
        if one.key[0] == "indicator" and one.old and one.new:
            was, now = given.old.snapshot.name(one.old), given.new.snapshot.name(one.new)
            made[one.mark] = sql_change((old, was), (new, now), dialect)
    return made


def numbers_of(
    found: Iterable[Compared],
    given: Asked,
    old: Project,
    new: Project,
    data: Mapping[str, str | Path],
    engine: Callable[[], Warehouse],
) -> Mapping[str, NumbersChange]:
    """The change of the results of each indicator on both sides whose results can change, over the same data."""
    made: dict[str, NumbersChange] = {}
    for one in found:
        if one.key[0] != "indicator" or not one.old or not one.new or one.needed in ("none", "patch"):
            continue
        sides = ((given.old.snapshot, one.old, old), (given.new.snapshot, one.new, new))
        frames = []
        try:
            for snapshot, spec, project in sides:
                with engine() as warehouse:
                    frames.append(project.execute([snapshot.name(spec)], data=data, warehouse=warehouse).result)
        except (UsageError, SpecError) as error:
            made[one.mark] = NumbersChange(without=f"not run: {error}")
            continue
        least = max(least_shown([s.catalog.policies[name] for name in _policies(s, spec)]) for s, spec, _ in sides)
        everyone = [s.catalog.groups[spec.model.groups].everyone or "ALL" for s, spec, _ in sides]
        made[one.mark] = numbers_change(frames[0], frames[1], least, everyone)
    return made


def _policies(snapshot: Snapshot, spec: Spec) -> list[str]:
    """The policies that an indicator's results are hidden by."""
    return [id_ for kind, id_ in depends_on(snapshot, spec) if kind == "policy"]
