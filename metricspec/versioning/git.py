"""What git holds, by its own command without a shell. Names of revisions are untrusted: they are resolved first, and
nothing but the commits' ids goes into any other command."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from metricspec.problems import UsageError

SECONDS = 120
# Nothing is fetched, nothing asked, and what is replaced in this clone only is not looked at.
SETTINGS = (
    "--no-replace-objects",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.quotePath=false",
    "-c",
    "log.showSignature=false",
)
QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
# Set where git runs a hook: they would name another repository than that of the folder.
OF_HOOKS = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"))
FILE_MODES = ("100644", "100755")


@dataclass(frozen=True)
class Blob:
    """A file in a commit; `path` is relative to the repository."""

    path: str
    id: str


@dataclass(frozen=True)
class Commit:
    id: str
    day: date

    @property
    def short(self) -> str:
        return self.id[:9]


@dataclass(frozen=True)
class Repository:
    """A git repository by its top folder."""

    root: Path

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository that a folder lies in. Raises UsageError where there is none, or no git."""
        found = _git(folder, "rev-parse", "--show-toplevel")
        if found.returncode or not found.stdout.strip():
            said = found.stderr.decode(errors="replace").strip().splitlines()
            why = f" (git says: {said[0]})" if said else ""
            raise UsageError(
                f"{folder.resolve()} lies in no git repository{why}, and has no revisions (metricspec diff compares folders too)"
            )
        return cls(Path(found.stdout.decode().rstrip("\n")).resolve())

    def commit(self, revision: str) -> str:
        """The id of the commit that a revision names. Raises UsageError where there is none."""
        if not revision.strip() or "\0" in revision:
            raise UsageError("a revision has a name, such as main, v1.2.0 or HEAD~1")
        found = _git(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        name = found.stdout.decode(errors="replace").strip()
        if found.returncode or not name or not all(letter in "0123456789abcdef" for letter in name):
            shallow = _git(self.root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
            more = "; this clone lacks older commits (git fetch --unshallow)" if shallow else ""
            raise UsageError(
                f"git knows no revision '{revision}' in {self.root}: see git branch -a, git tag and git log{more}"
            )
        return name

    def files(self, commit: str, folders: Sequence[str]) -> tuple[Blob, ...]:
        """The plain files below some folders of a commit, by path. Links and submodules are none."""
        listed = self._said("ls-tree", "-r", "-z", "--full-tree", commit, "--", *_below(folders))
        found = []
        for entry in filter(None, listed.split(b"\0")):
            about, _, path = entry.partition(b"\t")
            mode, kind, id_ = about.decode().split()
            if kind == "blob" and mode in FILE_MODES:
                found.append(Blob(path.decode(errors="surrogateescape"), id_))
        return tuple(sorted(found, key=lambda blob: blob.path))

    def contents(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The bytes of some blobs, by one call of git."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        said = self._said("cat-file", "--batch", given="\n".join(wanted).encode() + b"\n")
        found, at = {}, 0
        for id_ in wanted:
            end = said.index(b"\n", at)
            size = said[at:end].rsplit(b" ", 1)[1]
            if not size.isdigit():
                raise UsageError(
                    f"this clone lacks the content {id_}: git fetch --unshallow, or clone without --filter"
                )
            found[id_] = said[end + 1 : end + 1 + int(size)]
            at = end + int(size) + 2
        return found

    def log(self, commit: str, folders: Sequence[str], since: str | None = None) -> tuple[Commit, ...]:
        """The commits that touched some folders, oldest first, along the first parents; `since` is left out."""
        span = f"{since}..{commit}" if since else commit
        said = self._said("log", "--first-parent", "--reverse", "--format=%H %cs", span, "--", *_below(folders))
        lines = (line.split() for line in said.decode().splitlines())
        return tuple(Commit(id_, date.fromisoformat(day)) for id_, day in lines)

    def _said(self, *arguments: str, given: bytes = b"") -> bytes:
        done = _git(self.root, *arguments, given=given)
        if done.returncode:
            raise UsageError(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout


def _below(folders: Sequence[str]) -> tuple[str, ...]:
    """Some folders as paths; no path at all means the whole repository."""
    return () if "" in folders else tuple(folders)


def _git(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: text for name, text in os.environ.items() if name not in OF_HOOKS} | QUIET
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    try:
        return subprocess.run(
            ["git", *SETTINGS, *arguments],
            cwd=folder,
            env=environment,
            input=given,
            capture_output=True,
            timeout=SECONDS,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, or not on the PATH: revisions cannot be read") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git {arguments[0]} did not end within {SECONDS} seconds") from None
