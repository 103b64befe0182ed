"""Every measure type that is shipped keeps the contract, each over a folder of its own beside this file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from metricspec.registry import load_registry
from metricspec.testing.contract import LAWS, Fixture

FOLDERS = sorted(folder.parent for folder in Path(__file__).parent.glob("*/spec.yaml"))

# eblp's numbers are not for the hand: there they are held against dense matrices and simulations
ELSEWHERE = {"eblp": "tests/growth"}


@cache
def read(folder: Path) -> Fixture:
    return Fixture.read(folder, load_registry())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_contract(law: Callable[[Fixture], None], folder: Path) -> None:
    law(read(folder))


def test_every_measure_type_has_a_folder() -> None:
    tested = {read(folder).indicator.measure_type for folder in FOLDERS}
    assert set(load_registry().measure_types) == tested | set(ELSEWHERE)
    for name, folder in ELSEWHERE.items():
        assert list((Path(__file__).parents[2] / folder).glob(f"test_{name}_*.py")), f"{folder} has no tests of {name}"
