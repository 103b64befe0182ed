"""What every measure type keeps: each law is a function over a fixture that raises AssertionError where it does not hold,
and SkipTest, with the reason, where the judge it needs is not installed."""

from __future__ import annotations

from metricspec.testing.contract.of_numbers import (
    no_rows_give_no_results,
    numbers_are_those_made_by_hand,
    numbers_are_those_of_another_hand,
    order_of_rows_is_nothing,
    twice_the_students_are_twice_the_n,
    unknown_values_stop_nothing,
    zeros_stop_nothing,
)
from metricspec.testing.contract.of_results import (
    an_interval_holds_its_value,
    n_counts_people,
    no_part_tells_what_is_hidden,
    results_have_their_columns_and_types,
    what_the_policy_hides_is_hidden,
)
from metricspec.testing.contract.of_specs import (
    bad_specs_are_told_where_they_are_wrong,
    docstring_is_a_reference_page,
    schema_is_closed_and_described,
)
from metricspec.testing.contract.of_sql import (
    every_dialect_has_its_sql,
    nothing_is_written_that_a_dialect_refuses,
    other_grammars_read_its_sql,
    postgres_reads_its_sql,
)

LAWS = (
    schema_is_closed_and_described,
    docstring_is_a_reference_page,
    bad_specs_are_told_where_they_are_wrong,
    numbers_are_those_made_by_hand,
    numbers_are_those_of_another_hand,
    no_rows_give_no_results,
    unknown_values_stop_nothing,
    zeros_stop_nothing,
    order_of_rows_is_nothing,
    twice_the_students_are_twice_the_n,
    results_have_their_columns_and_types,
    an_interval_holds_its_value,
    n_counts_people,
    what_the_policy_hides_is_hidden,
    no_part_tells_what_is_hidden,
    every_dialect_has_its_sql,
    nothing_is_written_that_a_dialect_refuses,
    postgres_reads_its_sql,
    other_grammars_read_its_sql,
)
