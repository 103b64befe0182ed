"""The files of a new plugin: read from this package, with the names put in."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from metricspec.hookspecs import VERSION, VERSIONS
from metricspec.problems import UsageError
from metricspec.reading.value_traps import YAML_WORDS

FORM = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 40
ENDING = ".tmpl"
IN_PATHS = "MODULE"
PREFIX = "metricspec-"


@dataclass(frozen=True)
class Names:
    """What a plugin's name makes: late-work gives the package metricspec-late-work, the measure type late_work and the
    class LateWork."""

    name: str

    @property
    def package(self) -> str:
        return PREFIX + self.name

    @property
    def measure(self) -> str:
        return self.name.replace("-", "_")

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def title(self) -> str:
        return self.name.replace("-", " ").capitalize()


def names(name: str, taken: Collection[str]) -> Names:
    """The names made of one. `taken` are the measure types that there are. Raises UsageError where it cannot be a name,
    with one that can."""
    if name.startswith((PREFIX, "metricspec_")) and name[len(PREFIX) :]:
        raise UsageError(f"'{name}': metricspec- is put before the name, so leave it out: {name[len(PREFIX) :]}")
    if not FORM.fullmatch(name):
        near = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()).strip("-0123456789")
        meant = f"did you mean '{near}'?" if FORM.fullmatch(near) else "for example late-work"
        raise UsageError(f"'{name}' cannot be a plugin's name: write small letters, digits and single '-'; {meant}")
    if len(name) > LONGEST:
        raise UsageError(f"'{name}' cannot be a plugin's name: it has more than {LONGEST} letters")
    if keyword.iskeyword(name) or name in YAML_WORDS:
        language = "Python" if keyword.iskeyword(name) else "YAML"
        raise UsageError(f"'{name}' is a word of {language}: choose a name that says more, such as {name}-share")
    found = Names(name)
    if found.measure in taken:
        raise UsageError(f"there is a measure type '{found.measure}' already: choose another name, such as our-{name}")
    return found


def plugin_files(made: Names) -> dict[str, str]:
    """The texts of a new plugin by their path in its folder. They are a working example, tests and specs included."""
    since = VERSIONS[-1].since
    major, minor = (int(part) for part in version("metricspec-edu").split(".")[:2])
    values = {
        "package": made.package,
        "name": made.name,
        "module": f"metricspec_{made.measure}",
        "measure": made.measure,
        "class": made.class_name,
        "title": made.title,
        "hooks": str(VERSION),
        "metricspec": f">={since},<{major}.{minor + 1}",
    }
    found = {}
    for path, text in _templates(files(__package__) / "files", ""):
        place = path.removesuffix(ENDING).replace(IN_PATHS, made.measure)
        found[place] = re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], text)
    return found


def _templates(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for one in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if one.is_dir():
            yield from _templates(one, f"{path}{one.name}/")
        elif one.name.endswith(ENDING):
            yield path + one.name, one.read_text(encoding="utf-8")
