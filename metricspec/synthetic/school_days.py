"""The school calendar: 180 days of instruction, one calendar for the whole network."""

from dataclasses import dataclass

import numpy as np

from .arrays import Dates

DAYS = 180


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """The days of instruction of one school year, in order."""

    ending_year: int
    days: Dates
    census: int  # index of the last day of instruction up to the first Wednesday of October

    @property
    def school_year(self) -> str:
        return school_year_name(self.ending_year)


def school_year_name(ending_year: int) -> str:
    """2025 -> '2024-25'."""
    return f"{ending_year - 1}-{ending_year % 100:02d}"


def school_calendar(ending_year: int) -> SchoolCalendar:
    """The calendar of the school year that ends in `ending_year`."""
    autumn, spring = ending_year - 1, ending_year
    start = _weekday(f"{autumn}-08-12", "Mon", 0)
    days = np.busday_offset(start, np.arange(DAYS), roll="forward", holidays=_holidays(autumn, spring))
    census_day = _weekday(f"{autumn}-10-01", "Wed", 0)
    census = int(np.searchsorted(days, census_day, side="right")) - 1
    return SchoolCalendar(ending_year, days, census)


def _holidays(autumn: int, spring: int) -> Dates:
    thanksgiving = _weekday(f"{autumn}-11-01", "Thu", 3)
    single = [
        _weekday(f"{autumn}-09-01", "Mon", 0),
        np.datetime64(f"{autumn}-11-11"),
        _weekday(f"{spring}-01-01", "Mon", 2),
        _weekday(f"{spring}-02-01", "Mon", 2),
        np.busday_offset(np.datetime64(f"{spring}-06-01"), -1, roll="forward", weekmask="Mon"),
    ]
    weeks = [
        thanksgiving - np.timedelta64(3, "D") + np.arange(5),
        _weekday(f"{autumn}-12-19", "Mon", 0) + np.arange(14),
        _weekday(f"{spring}-04-01", "Mon", 0) + np.arange(5),
    ]
    return np.concatenate([np.array(single, dtype="datetime64[D]"), *weeks])


def _weekday(first: str, weekday: str, nth: int) -> np.datetime64:
    """The nth (from 0) such weekday on or after the date `first`."""
    return np.busday_offset(np.datetime64(first), nth, roll="forward", weekmask=weekday)
