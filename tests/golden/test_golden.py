"""The compiled SQL is the SQL that was read and approved."""

from __future__ import annotations

import re

from tests.golden import HERE, texts

HOW = "run `python -m tests.golden`, read the difference as the engineer who is to run it, and commit it"


def test_the_sql_is_as_it_was_approved() -> None:
    compared = 0
    for file, text in texts():
        assert file.read_text(encoding="utf-8") == text, f"{file.relative_to(HERE)} has changed: {HOW}"
        compared += 1
    assert compared == len(list(HERE.glob("*/*.sql"))), "a file that nothing makes"


def test_the_sql_can_be_read() -> None:
    """Each step begins with a sentence that says what it does, and no line runs off a screen."""
    for file, text in texts():
        steps = re.split(r"^(?=-- )", text, flags=re.M)[1:]
        assert len(steps) > 15, file.name
        for step in steps:
            says, first, *_ = step.splitlines()
            assert re.fullmatch(r"-- .{15,}\.", says), step
            assert re.match(r"CREATE |SELECT\b|[\"`\[]\w+[\"`\]] AS (?:MATERIALIZED )?\($", first), step
        longest = max((line for line in text.splitlines() if not line.startswith("--")), key=len)
        assert len(longest) <= 160, f"{file.relative_to(HERE)}: {longest}"
