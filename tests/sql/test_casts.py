"""What counts as a day in a text: exactly the days that there are."""

from __future__ import annotations

import datetime
import re

import pytest

from metricspec.sql.casts import DAY


def there_is(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def test_every_day_of_two_centuries_and_none_besides() -> None:
    for year in (*range(1896, 2105), 2400):
        for month in range(14):
            for day in range(33):
                for text in (f"{year}-{month:02}-{day:02}", f"{year}-{month}-{day}"):
                    assert bool(re.search(DAY, text)) is there_is(year, month, day), text


@pytest.mark.parametrize(
    ("text", "is_day"),
    [
        ("2024-02-29 23:59:59.999", True),
        ("2024-02-29T08:15:00Z", True),
        (" 2024-02-29 ", True),
        ("2024-02-29 24:00", False),
        ("2024-02-29x", False),
        ("02/29/2024", False),
        ("20240229", False),
        ("", False),
    ],
)
def test_a_time_may_follow(text: str, is_day: bool) -> None:
    assert bool(re.search(DAY, text)) is is_day
