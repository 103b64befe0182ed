"""What a site was made of: a digest of each page's content and of each file, so that a check can name what is stale."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

from metricspec.problems import UsageError
from metricspec.site.build import THEME
from metricspec.site.page import Page

NAME = "manifest.json"
SITE = "metricspec docs"


@dataclass(frozen=True)
class Manifest:
    """`pages` are digests of what the specs say, `files` of what lies in the folder, both by path; `look` is that of the
    site's own style. `name`, `dialects` and `chosen` are how it was asked for."""

    metricspec: str
    name: str
    dialects: tuple[str, ...]
    chosen: tuple[str, ...]
    look: str
    pages: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def manifest_of(
    pages: Iterable[Page], files: Mapping[str, bytes], name: str, dialects: tuple[str, ...], chosen: tuple[str, ...]
) -> Manifest:
    return Manifest(
        version("metricspec-edu"),
        name,
        dialects,
        chosen,
        _look(),
        {page.path: page.digest() for page in pages},
        {path: hashlib.sha256(content).hexdigest() for path, content in files.items()},
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a site. Raises UsageError where there is none that can be read."""
    path = folder / NAME
    if not path.is_file():
        raise UsageError(
            f"{folder} is no site of metricspec: there is no {NAME} (metricspec docs --out {folder} makes one)"
        )
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        lists = {key: tuple(given[key]) for key in ("dialects", "chosen")}
        return Manifest(**{**given, **lists})
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path} cannot be read: build the site again") from None


def stale(folder: Path, was: Manifest, now: Manifest) -> list[str]:
    """What of a site is not what the specs would give now, a sentence each."""
    found = []
    if was.metricspec != now.metricspec:
        found.append(f"the site was built by metricspec {was.metricspec}; this is {now.metricspec}")
    if was.look != now.look:
        found.append("the look of the site has changed")
    for path, digest in now.pages.items():
        if path not in was.pages:
            found.append(f"{path}: missing")
        elif was.pages[path] != digest:
            found.append(f"{path}: changed")
    found += [f"{path}: no longer there" for path in was.pages if path not in now.pages]
    return [*found, *_touched(folder, was)]


def _touched(folder: Path, was: Manifest) -> list[str]:
    """Files that are not as they were written."""
    found = []
    for name, digest in was.files.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name}: the file is gone")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(f"{name}: the file was changed by hand")
    return found


def _look() -> str:
    whole = hashlib.sha256()
    for path in sorted(THEME.rglob("*")):
        if path.is_file():
            whole.update(path.relative_to(THEME).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()
