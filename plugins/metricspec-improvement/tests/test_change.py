"""A change is the label of a period: the day, the Monday of the week, or the month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from metricspec_improvement.spec import Every, parsed, wrong


def hints(every: Every | None, change: str) -> list[str]:
    by = {"date": "date", "every": every} if every else {"period": "term"}
    found = wrong(parsed({"numerator": "x", "change": change, **by}))
    assert all(one.path == ("change",) for one in found)
    return [one.hint for one in found]


@pytest.mark.parametrize(
    ("every", "change", "hint"),
    [
        ("week", "2025-01-08", 'write change: "2025-01-06"'),  # a Wednesday
        ("week", "2025-01-05", 'write change: "2024-12-30"'),  # a Sunday, of the old year's last week
        ("week", "2025-02", 'write change: "2025-01-27"'),
        ("week", "2025-W02", 'write change: "2025-01-06"'),
        ("week", "20250106", 'write change: "2025-01-06"'),
        ("month", "2025-01-06", 'write change: "2025-01"'),
        ("month", "2025-13", 'write such as change: "2025-01"'),
        ("month", "January", 'write such as change: "2025-01"'),
        ("day", "2025-01", 'write change: "2025-01-01"'),
        ("day", "2025-02-30", 'write such as change: "2025-01-06"'),
        ("day", "6.1.2025", 'write such as change: "2025-01-06"'),
    ],
)
def test_what_is_no_period(every: Every, change: str, hint: str) -> None:
    assert hints(every, change) == [hint]


def test_what_is_a_period() -> None:
    mondays = [date(2024, 7, 1) + timedelta(days=7 * week) for week in range(60)]
    assert not any(hints("week", day.isoformat()) for day in mondays)
    assert hints("day", "2024-02-29") == hints("month", "2025-01") == hints(None, "after the bell") == []
