"""Two states of the specs: what changed for each indicator, and which bump that needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from metricspec.compiler import Compiler
from metricspec.model import Years
from metricspec.problems import SpecError, UsageError
from metricspec.reading.corpus import NAMES
from metricspec.scopes import Expressions
from metricspec.versioning.bumps import EFFECTS, Bump, declared, needed
from metricspec.versioning.calendar import Calendar
from metricspec.versioning.changes import Change, Told
from metricspec.versioning.closure import depends_on, matters
from metricspec.versioning.documents import document_changes
from metricspec.versioning.snapshot import Key, Snapshot, Spec

Became = Literal["changed", "new", "gone", "renamed"]


@dataclass(frozen=True)
class Compared:
    """One document in two states. `old` or `new` is None where it is not there; `changes` strongest first."""

    key: Key
    became: Became
    old: Spec | None
    new: Spec | None
    changes: tuple[Told, ...] = ()

    @property
    def spec(self) -> Spec:
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def mark(self) -> str:
        """What tells it from everything else that is compared, other versions of the same id too."""
        return " ".join((*self.key, self.versions[1] or self.versions[0]))

    @property
    def needed(self) -> Bump:
        """The bump that the changes need; what is new or gone has no version that could tell."""
        return needed(told.effect for told in self.changes) if self.old and self.new else "none"

    @property
    def versions(self) -> tuple[str, str]:
        old, new = (str(spec.document.data.get("version", "")) if spec else "" for spec in (self.old, self.new))
        return old, new

    @property
    def declared(self) -> Bump | None:
        """The bump from the old version to the new one; None where it went down."""
        return declared(*self.versions) if all(self.versions) else "none"


def pairs(old: Sequence[Spec], new: Sequence[Spec]) -> Iterator[tuple[Spec | None, Spec | None]]:
    """Versions of one id, oldest first, each with the one it is compared with: of the same major number; for a major
    number that is new, the newest of the old ones. An old one that no other is held against is gone."""
    left = {spec.version[0]: spec for spec in old}
    known = dict(left)
    for spec in new:
        before = known.get(spec.version[0]) or (old[-1] if old else None)
        if before is not None:
            left.pop(before.version[0], None)
        yield before, spec
    yield from ((spec, None) for spec in left.values())


class Comparison:
    """Compares two snapshots; keeps in memory what changed in each document, as many indicators depend on one."""

    def __init__(self, old: Snapshot, new: Snapshot, calendar: Calendar) -> None:
        self.old = old
        self.new = new
        every = (
            spec for side in (old, new) for key, specs in side.specs.items() if key[0] == "indicator" for spec in specs
        )
        self.calendar = calendar.knowing(spec.document.data.get("effective") for spec in every)
        self._documents: dict[tuple[str, str], tuple[Change, ...]] = {}

    def all(self) -> list[Compared]:
        """Indicators that changed, came or went, by id; then everything else that changed and that none depends on."""
        behind = self.old.behind | self.new.behind  # a folder of specs says nothing of what stands behind it
        ids = sorted(
            {*self.old.ids("indicator"), *self.new.ids("indicator")}
            - {id_ for kind, id_ in behind if kind == "indicator"}
        )
        found = [one for id_ in ids for one in self.indicator(id_)]
        found = self._renamed(
            [one for one in found if one.became != "changed" or one.changes or one.declared != "none"]
        )
        told = {told.via for one in found for told in one.changes}
        others = (key for key in {**self.old.specs, **self.new.specs} if key[0] != "indicator")
        return [*found, *(one for key in sorted(others) for one in self._other(key, key in told))]

    def indicator(self, id_: str) -> list[Compared]:
        """One indicator, in each of its versions."""
        key = ("indicator", id_)
        made = []
        for old, new in pairs(self.old.own(key), self.new.own(key)):
            if old is None or new is None:
                if key in (self.old if old is None else self.new).unread:
                    continue  # it is there, and has problems
                made.append(Compared(key, "new" if old is None else "gone", old, new))
            else:
                made.append(Compared(key, "changed", old, new, self._changes(old, new)))
        return made

    def _changes(self, old: Spec, new: Spec) -> tuple[Told, ...]:
        """What changed for an indicator: its own keys first, then through what it depends on."""
        years: tuple[Years, ...] = (old.model.effective, new.model.effective)
        found: list[Told] = []
        if self._beside(old, new):  # each has its own years, and the new one changes nothing before it begins
            years = (new.model.effective,)
            found += self._begins(old, new)
        own = (one for one in self._document(old, new) if len(years) > 1 or one.path[0] != "effective")
        found += [self._told(one, old, years, None) for one in own]
        before, after = depends_on(self.old, old), depends_on(self.new, new)
        for key in sorted(before & after):
            for was, now in pairs(self.old.specs[key], self.new.specs[key]):
                if was is not None and now is not None:
                    found += self._through((old, new), (was, now), years)
        felt = (told for told in found if not told.change.prior or self._prior(old, new))
        return tuple(sorted(dict.fromkeys(felt), key=lambda told: (EFFECTS.index(told.effect), told.via is not None)))

    def _beside(self, old: Spec, new: Spec) -> bool:
        """Whether a new version stands beside the one that it is compared with."""
        majors = [spec.version[0] for spec in self.new.specs.get(new.key, ())]
        return old.key == new.key and old.version[0] != new.version[0] and old.version[0] in majors

    def _begins(self, old: Spec, new: Spec) -> Iterator[Told]:
        first = new.model.effective.first
        if first is not None:
            was, now = (str(spec.document.data["version"]) for spec in (old, new))
            years = [year for year in self.calendar.years([first]) if year in new.model.effective]
            says = f"Version {now} holds from {first} on; before that version {was} stays."
            change = Change(("effective",), says, "past", was, now, tuple(years))
            yield Told(change, self.calendar.effect(years, (new.model.effective,)))

    def _through(self, own: tuple[Spec, Spec], other: tuple[Spec, Spec], years: tuple[Years, ...]) -> Iterator[Told]:
        """What changed in a document, as far as an indicator that depends on it feels it."""
        old, new = own
        was, now = other
        beside = now.key[0] == "indicator" and self._beside(was, now)
        sides = ((self.old, old), (self.new, new))
        for one in self._document(was, now):
            if matters(sides, now.key, one.path) and not (beside and one.path[0] == "effective"):
                within: Years | None = now.model.effective if beside else None
                yield self._told(one, old, years, now.key, within)

    def _told(
        self, one: Change, old: Spec, effective: tuple[Years, ...], via: Key | None, within: Years | None = None
    ) -> Told:
        """A change with its effect on an indicator's results; `within`: it is felt in these years only."""
        stronger = via is not None and via[0] == "indicator" and one.path[0] == "better"  # who is lowest among groups
        if one.effect == "label" and not stronger:
            return Told(one, "label", via)
        if via is not None and via[0] == "codes" and self._same_sql(old, via[1]):
            return Told(one, "label", via)
        years = one.years or self.calendar.years(
            [{"from": s.first, "to": s.last} for s in (*effective, within or Years())]
        )
        felt = [year for year in years if within is None or year in within]
        found = self.calendar.effect(felt, effective)
        if found == "label" and one.years is None and within is None:
            found = "past"  # of all years, and there is none with results: nothing says that it is harmless
        return Told(one, found, via)

    def _prior(self, old: Spec, new: Spec) -> bool:
        """Whether a value is compared with another year, or made of results that hide together."""
        sides = ((self.old, old.model), (self.new, new.model))
        return any(
            snapshot.registry.made_of(model) or any(one.mode != "none" for one in model.compare)
            for snapshot, model in sides
        )

    def _same_sql(self, old: Spec, codes: str) -> bool:
        """Whether an indicator compiles to the same SQL with the new codes of a list and all else as it was. A value that
        is no code of its list stays as it is (decision 4), so the list is felt through the SQL alone."""
        new = self.new.spec("codes", codes)
        if new is None:
            return False
        shelf = {**self.old.catalog.codes, codes: new.model}
        other = replace(self.old.catalog, codes=shelf)
        try:
            texts = {
                Compiler(catalog, self.old.registry, Expressions(catalog), laid_out=False).compile(self.old.name(old))
                for catalog in (self.old.catalog, other)
            }
        except (SpecError, UsageError, KeyError, AssertionError):
            return False
        return len(texts) == 1

    def _document(self, old: Spec, new: Spec) -> tuple[Change, ...]:
        marks = (f"{old.document.file} {old.mark}", f"{new.document.file} {new.mark}")
        if marks not in self._documents:
            self._documents[marks] = document_changes(old, new, (self.old, self.new), self.calendar)
        return self._documents[marks]

    def _other(self, key: Key, told: bool) -> Iterator[Compared]:
        """A document that is no indicator: only what no indicator tells of already."""
        if key in self.old.behind or key in self.new.behind:
            return
        old, new = self.old.spec(*key), self.new.spec(*key)
        if old is None or new is None:
            if key not in (self.old if old is None else self.new).unread:
                yield Compared(key, "new" if old is None else "gone", old, new)
        elif not told and key[0] != "binding":
            changes = tuple(
                Told(
                    one,
                    one.effect if one.effect == "label" or one.years is None else self.calendar.effect(one.years, ()),
                )
                for one in self._document(old, new)
            )
            if changes:
                yield Compared(key, "changed", old, new, changes)

    def _renamed(self, found: list[Compared]) -> list[Compared]:
        """An indicator that is gone and one that is new, of the same rules, are one with another id."""
        gone = {one.key: one for one in found if one.became == "gone"}
        result = []
        for one in found:
            match = next((g for g in gone.values() if one.became == "new" and self._alike(g, one)), None)
            if match is None:
                result.append(one)
                continue
            del gone[match.key]
            assert match.old and one.new
            was, now = match.key[1], one.key[1]
            id_ = Told(Change(("indicator",), f"The id was {was}, now {now}.", "past", was, now), "past")
            result.append(Compared(one.key, "renamed", match.old, one.new, (id_, *self._changes(match.old, one.new))))
        left = {one.key for one in gone.values()}
        return [one for one in result if one.became != "gone" or one.key in left]

    def _alike(self, gone: Compared, fresh: Compared) -> bool:
        """Whether two indicators differ in nothing but their names and labels, or one says that it replaces the other."""
        assert gone.old and fresh.new
        if fresh.new.model.supersedes == gone.key[1]:
            return True
        if gone.old.model.measure_type != fresh.new.model.measure_type:
            return False
        return all(one.effect == "label" for one in self._document(gone.old, fresh.new))


def through(key: Key | None) -> str:
    """How a change through another document is introduced: "through the policy ca_dashboard: "."""
    return f"through the {NAMES.get(key[0], key[0])} {key[1]}: " if key else ""


def by_effect(changes: Sequence[Told]) -> Mapping[str, list[Told]]:
    return {effect: [told for told in changes if told.effect == effect] for effect in EFFECTS}
