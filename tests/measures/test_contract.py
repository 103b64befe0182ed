"""Every measure type that is shipped keeps the contract, each over a folder of its own beside this file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from metricspec.registry import load_registry
from metricspec.testing.contract import LAWS, Fixture

FOLDERS = sorted(folder.parent for folder in Path(__file__).parent.glob("*/spec.yaml"))

# eblp's numbers are not for the hand: there they are held against dense matrices and simulations
ELSEWHERE = {"eblp": "tests/growth"}
# Slow judges of text, to whom tests/grammar gives the whole catalogue; the slowest reads one of these.
GRAMMARS = ("nothing_is_written_that_a_dialect_refuses", "postgres_reads_its_sql", "other_grammars_read_its_sql")
READ_BY_ALL = "ratio"


@cache
def read(folder: Path) -> Fixture:
    return Fixture.read(folder, load_registry())


def cases() -> Iterator[object]:
    for law in LAWS:
        judged = [pytest.mark.grammar] if law.__name__ in GRAMMARS else []
        for folder in FOLDERS:
            rendered = law.__name__ == "every_dialect_has_its_sql" and folder.name != READ_BY_ALL
            marks = [*judged, *([pytest.mark.slow] if rendered else [])]
            if law.__name__ != GRAMMARS[-1] or folder.name == READ_BY_ALL:
                yield pytest.param(law, folder, marks=marks, id=f"{law.__name__}-{folder.name}")


@pytest.mark.parametrize(("law", "folder"), cases())
def test_contract(law: Callable[[Fixture], None], folder: Path) -> None:
    law(read(folder))


def test_every_measure_type_has_a_folder() -> None:
    tested = {read(folder).indicator.measure_type for folder in FOLDERS}
    assert set(load_registry().measure_types) == tested | set(ELSEWHERE)
    for name, folder in ELSEWHERE.items():
        assert list((Path(__file__).parents[2] / folder).glob(f"test_{name}_*.py")), f"{folder} has no tests of {name}"


def test_the_slow_judges_are_laws() -> None:
    assert set(GRAMMARS) <= {law.__name__ for law in LAWS}
