"""Laws of what comes out: the columns of Tally and Result with their types, and what the policy hides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from metricspec.compiler.tail import HIDES_WITH_VALUE, RESULT
from metricspec.compiler.tail import NUMBERS as RESULT_NUMBERS
from metricspec.compiler.tally import COLUMNS, NUMBERS, PRIOR
from metricspec.measure import PLACED, DetailedMeasure, MomentMeasure, RowMeasure
from metricspec.schoolyear import is_school_year
from metricspec.testing.comparing import key_text
from metricspec.testing.contract.fixture import Fixture, Row
from metricspec.testing.contract.tallies import TOLERANCE, key, measure_type, number

# Set by the compiler, and no number of the measure's.
CERTIFIED = "certified"


def results_have_their_columns_and_types(fixture: Fixture) -> None:
    """Every column of Tally and Result, in order; numbers are finite numbers, names are text and not empty; a row's key
    stands once; a further statistic is one that the measure names; the Result has the rows of the Tally, its values
    rounded as the indicator, or the statistic, says."""
    columns = tuple(name for name in COLUMNS if name != CERTIFIED)
    assert_typed(fixture.tally, columns, (*NUMBERS, *PRIOR))
    digits = digits_of(fixture)
    for row in fixture.tally:
        named = ", ".join(str(name) for name in digits if name is not None) or "none"
        assert row["statistic"] in digits, f"{key_text(row)}: statistics() does not name it, but {named}"
    assert_typed(fixture.released, RESULT, RESULT_NUMBERS)
    assert len(fixture.tally) == len(fixture.released), "the Result has other rows"
    assert {key(row) for row in fixture.released if not row["suppressed"]} <= {key(row) for row in fixture.tally}
    for row in fixture.released:
        if row["value"] is not None:
            scaled = number(row["value"]) * 10 ** digits[row["statistic"]]
            assert math.isclose(scaled, round(scaled), abs_tol=1e-6), f"{key_text(row)}: {row['value']} is not rounded"


def an_interval_holds_its_value(fixture: Fixture) -> None:
    """low <= value <= high where they are known, and no standard error is below 0."""
    for row in fixture.tally:
        error, value = row["standard_error"], row["value"]
        assert error is None or number(error) >= 0, f"{key_text(row)}: the standard error is {error}"
        if value is not None:
            slack = TOLERANCE * max(1.0, abs(number(value)))
            for name, side in (("low", 1), ("high", -1)):
                end = row[name]
                outside = end is not None and side * (number(end) - number(value)) > slack
                assert not outside, f"{key_text(row)}: {name} is {end}, the value {value}"


def n_counts_people(fixture: Fixture) -> None:
    """n is a whole number, and no greater than there are students in the rows: policies hide by it."""
    measure = measure_type(fixture)
    if isinstance(measure, RowMeasure):
        return
    most = people(fixture, each_once=isinstance(measure, MomentMeasure))
    for row in fixture.tally:
        n = number(row["n"])
        assert n >= 0 and n == round(n), f"{key_text(row)}: n is {n}, no number of people"
        assert n <= most, f"{key_text(row)}: n is {n}, but the rows have {most} students"


def people(fixture: Fixture, *, each_once: bool) -> int:
    """How many students the rows tell of; or how many rows of students there are, for measures that count scores."""
    most = 0
    for name, rows in fixture.rows().items():
        student = fixture.loaded.catalog.datasets[name].keys.get("student")
        if student is not None:
            most = max(most, len({row[student] for row in rows}) if each_once else len(rows))
    return most


def what_the_policy_hides_is_hidden(fixture: Fixture) -> None:
    """In the Result a row that is hidden has no number and no judgement, and a note only to say why there is no value;
    and a row of fewer people than the policy shows is hidden."""
    policy, released = fixture.loaded.catalog.policies[fixture.indicator.policy], fixture.released
    assert any(row["suppressed"] not in (None, "input") for row in released), (
        "the rows should have a cell that the policy hides"
    )
    for row in released:
        hides = HIDES_WITH_VALUE if row["suppressed"] == "input" else (*HIDES_WITH_VALUE, "notes")
        told = [name for name in hides if row[name] is not None]
        assert not row["suppressed"] or not told, f"{key_text(row)} is hidden, but not its {', '.join(told)}"
    shown = {key(row) for row in released if row["suppressed"] is None}
    tested = "n" if policy.of == "students" else "denominator"
    for row in fixture.tally:
        year, level, group = (str(row[name]) for name in ("school_year", "org_level", "student_group"))
        few = number(row[tested]) < policy.least_shown(year, level, group)
        assert not few or key(row) not in shown, f"{key_text(row)} is of too few and shown"


def no_part_tells_what_is_hidden(fixture: Fixture) -> None:
    """Where the own value of an org and group hides for being of few people, no further statistic of as many people is shown,
    nor a category. But where the own number is the smallest of any category's, wherever there are results (a median of points
    in time), the value hides because such a category does, and categories of more people are shown.
    By a policy that tests n, and by one that tests denominators."""
    found = {key(row): row for row in fixture.tally}
    by_students, by_denominator = fixture.released_by("students"), fixture.released_by("denominator")
    for tested, released in (("n", by_students), ("denominator", by_denominator)):
        smallest = is_smallest_of_categories(fixture.tally, tested)
        hidden = [row for row in released if row["suppressed"] == "primary" and row["statistic"] is None]
        values = {placed(row) for row in hidden if is_own(row)}
        parts = {(*placed(row), found[key(row)][tested]) for row in hidden if key(row) in found and not is_own(row)}
        for row in released:
            if row["suppressed"] is None and placed(row) in values:
                own, ours = found[key({**row, "category": None, "statistic": None})], found[key(row)]
                for_a_part = (
                    smallest and (*placed(row), own[tested]) in parts and number(ours[tested]) > number(own[tested])
                )
                of_more = row["category"] is None and ours["n"] != own["n"]
                says = f"{key_text(row)} is shown by a policy of {tested}, and the own value beside it hides"
                assert (for_a_part and row["category"] is not None) or of_more, says


def is_smallest_of_categories(tally: Sequence[Row], tested: str) -> bool:
    """Whether at every org and group the own number is that of the category which has the fewest."""
    least: dict[tuple[object, ...], float] = {}
    for row in tally:
        if row["category"] is not None and row["statistic"] is None and row[tested] is not None:
            least[placed(row)] = min(number(row[tested]), least.get(placed(row), math.inf))
    own = {placed(row): row[tested] for row in tally if is_own(row)}
    return bool(least) and all(own.get(place) == n for place, n in least.items())


def placed(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in PLACED)


def is_own(row: Row) -> bool:
    return row["category"] is None and row["statistic"] is None


def assert_typed(rows: Sequence[Row], columns: Sequence[str], numbers: Sequence[str]) -> None:
    assert rows, "the rows of the folder give no results"
    keys = [key(row) for row in rows if not row.get("suppressed")]  # a category that tells something hides too
    assert len(set(keys)) == len(keys), f"a row stands twice: {sorted(map(str, keys))}"
    for row in rows:
        found = tuple(name for name in row if name != CERTIFIED)
        assert found == tuple(columns), f"the columns are {', '.join(found)}"
        assert_row(row, numbers)


def assert_row(row: Row, numbers: Sequence[str]) -> None:
    for name, value in row.items():
        if name in numbers:
            is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            assert value is None or is_number, f"{key_text(row)}: {name} is {value!r}"
        elif name != CERTIFIED:
            assert value is None or isinstance(value, str), f"{key_text(row)}: {name} is {value!r}, which is no text"
            assert value != "" and (value is not None or name not in PLACED), f"{key_text(row)}: {name} is empty"
    assert is_school_year(str(row["school_year"])), f"{key_text(row)}: {row['school_year']} is no school year"


def digits_of(fixture: Fixture) -> Mapping[object, int]:
    """Decimal places of the indicator's own value (None) and of each further statistic."""
    measure, indicator = measure_type(fixture), fixture.indicator
    further = measure.statistics(indicator.measure) if isinstance(measure, DetailedMeasure) else ()
    return {None: indicator.digits, **{one.name: one.digits for one in further}}
