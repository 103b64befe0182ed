"""The history of the specs out of git: for each indicator which versions it had, and what changed with each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from metricspec.problems import UsageError
from metricspec.registry import Registry
from metricspec.versioning.bumps import Effect, numbers
from metricspec.versioning.calendar import Calendar
from metricspec.versioning.compared import Compared, Comparison, through
from metricspec.versioning.git import Commit, Repository
from metricspec.versioning.report import capital
from metricspec.versioning.sides import Tree
from metricspec.versioning.snapshot import Reader, Snapshot, Written

NEW = "The indicator is new."
GONE = "The indicator is gone."
ONLY_VERSION = "Nothing but the version is another."


@dataclass(frozen=True)
class Entry:
    """What one commit changed of an indicator: the version after it, its day and id, and a sentence for each change;
    `effects` of them, in the same order."""

    version: str
    date: date
    revision: str
    changes: tuple[str, ...]
    effects: tuple[Effect, ...] = ()

    @property
    def major(self) -> int:
        return numbers(self.version)[0]


def history(root: Path, registry: Registry) -> Mapping[str, tuple[Entry, ...]]:
    """Per indicator, newest first, what the commits that touched specs changed, along the first parents of HEAD. Empty
    where the project lies in no git repository, nothing was committed, or git fails.

    A school year was finished or not on the day of the commit.
    """
    try:
        repository = Repository.around(root)
        return history_between(repository, root, registry, repository.commit("HEAD"))
    except UsageError:
        return {}


def history_between(
    repository: Repository, root: Path, registry: Registry, last: str, since: str | None = None
) -> dict[str, tuple[Entry, ...]]:
    """The history up to a commit; `since` is the commit whose state it starts from (None: from nothing)."""
    found: dict[str, list[Entry]] = {}
    before: Snapshot | None = None
    for commit, state in _states(repository, root, registry, last, since):
        if before is not None:
            state = state.mended(before)
            for one in Comparison(before, state, Calendar(commit.day)).all():
                if one.key[0] == "indicator":
                    _enter(found, one, commit)
        before = state
    return {id_: tuple(reversed(entries)) for id_, entries in sorted(found.items())}


def _states(
    repository: Repository, root: Path, registry: Registry, last: str, since: str | None
) -> Iterator[tuple[Commit, Snapshot]]:
    """The state to start from, then that of each commit, oldest first. Every content is read and parsed once."""
    reader = Reader(registry)
    folders = Tree(repository, last, root, registry).folders
    start = Commit(since or "", date.min)
    commits = [start, *repository.log(last, folders, since)] if folders else []
    trees = {commit: Tree(repository, commit.id, root, registry) for commit in commits if commit.id}
    blobs = {
        commit: tuple(b for b in repository.files(commit.id, folders) if b.path.endswith(".yaml")) for commit in trees
    }
    contents = repository.contents(blob.id for listed in blobs.values() for blob in listed)
    beside = tuple(trees[commits[-1]].beside()) if len(commits) > 1 else ()
    for commit in commits:
        files = [Written(blob.path, contents[blob.id], blob.id) for blob in blobs.get(commit, ())]
        yield commit, reader.snapshot([*files, *beside])


def _enter(found: dict[str, list[Entry]], one: Compared, commit: Commit) -> None:
    id_, spec = one.key[1], one.spec
    if one.became in ("new", "gone"):
        changes: tuple[str, ...] = (NEW if one.became == "new" else GONE,)
        effects: tuple[Effect, ...] = ("past",) if one.became == "gone" else ()
    else:
        changes = tuple(capital(f"{through(told.via)}{told.change.says}") for told in one.changes)
        effects = tuple(told.effect for told in one.changes)
        changes = changes or (ONLY_VERSION,)
    if one.became == "renamed" and one.old is not None:
        found[id_] = [*found.pop(one.old.document.id, []), *found.get(id_, [])]
    version = str(spec.document.data["version"])
    found.setdefault(id_, []).append(Entry(version, commit.day, commit.short, changes, effects))
