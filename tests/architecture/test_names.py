"""What is looked up in one place only, so that older versions are not forgotten."""

from __future__ import annotations

import re

import pytest

from tests.architecture.test_layers import FILES, PACKAGE, place

# What nobody else does, where it is done, and what to do instead.
ONCE = {
    r"catalog\.indicators(\[|\.get\()": (
        ("model", "reading"),
        "catalog.find or in_force: a name may be of one version",
    ),
    r"\.indicators\(\w+\.measure\)": (("registry",), "registry.made_of"),
    r"\.dataset\(\w+\.measure\)": (("registry",), "registry.rows_of"),
}


@pytest.mark.parametrize("pattern", ONCE)
def test_each_rule_stands_in_one_place(pattern: str) -> None:
    allowed, instead = ONCE[pattern]
    found = [
        f"{place(path, number)} {line.strip()}: take {instead}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line) and path.relative_to(PACKAGE).with_suffix("").parts[0] not in allowed
    ]
    assert found == []
