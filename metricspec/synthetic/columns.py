"""Arrow columns from numpy arrays, and the columns of every dataset."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .arrays import Bools, Dates, Floats, Ints
from .students import ATTRIBUTES, FIRST_STUDENT_ID, RACES

_CODE = pa.dictionary(pa.int32(), pa.string())
_ATTRIBUTES = {"race_ethnicity": _CODE, **{name: pa.bool_() for name in ATTRIBUTES}}
_ORG = {"org_id": _CODE, "school_year": _CODE}
_STUDENT = {"student_id": pa.string(), "school_id": _CODE, "school_year": _CODE}
_HUNDREDTHS = pa.decimal128(9, 2)

SCHEMAS: dict[str, dict[str, pa.DataType]] = {
    "org": {
        **_ORG,
        "org_level": _CODE,
        "org_name": _CODE,
        "org_type": _CODE,
        "charter": pa.bool_(),
        "alternative": pa.bool_(),
        "parent_id": _CODE,
    },
    "org_program": {**_ORG, "title_i": pa.bool_()},
    "attendance_stint": {
        "stint_id": pa.string(),
        **_STUDENT,
        "entry_date": pa.date32(),
        "exit_date": pa.date32(),
        "grade": _CODE,
        "enrollment_status": _CODE,
        "attendance_exempt": pa.bool_(),
        "nonpublic_school": pa.bool_(),
        "accountability_district_id": _CODE,
        **{
            f"days_{name}": _HUNDREDTHS
            for name in (
                "expected",
                "attended",
                "absent",
                "excused",
                "unexcused",
                "suspended_out",
                "suspended_in",
                "independent_study_incomplete",
            )
        },
        **_ATTRIBUTES,
    },
    "enrollment": {
        "stint_id": pa.string(),
        **_STUDENT,
        "entry_date": pa.date32(),
        "exit_date": pa.date32(),
        "grade": _CODE,
        "enrollment_status": _CODE,
        "accountability_district_id": _CODE,
        **_ATTRIBUTES,
    },
    "daily_attendance": {
        **_STUDENT,
        "date": pa.date32(),
        "attendance_code": _CODE,
        "days_absent": _HUNDREDTHS,
        "days_expected": _HUNDREDTHS,
        **_ATTRIBUTES,
    },
    "discipline_action": {
        "action_id": pa.string(),
        **_STUDENT,
        "action_date": pa.date32(),
        "action": _CODE,
        "duration_days": _HUNDREDTHS,
        "offense": _CODE,
    },
    "assessment": {
        "result_id": pa.string(),
        **_STUDENT,
        "test_date": pa.date32(),
        "subject": _CODE,
        "grade": _CODE,
        "test": _CODE,
        "scale_score": pa.int32(),
        "achievement_level": pa.int32(),
        "csem": pa.float64(),
        **{
            name: pa.bool_()
            for name in (
                "tested",
                "enrolled_in_window",
                "continuous_school",
                "continuous_district",
                "medical_exemption",
                "newcomer",
                "parent_waiver",
                "valid_score",
            )
        },
        "prior_same": pa.float64(),
        "prior_same_csem": pa.float64(),
        "prior_other": pa.float64(),
        "prior_other_csem": pa.float64(),
        "accountability_district_id": _CODE,
        **_ATTRIBUTES,
    },
    "survey_response": {
        **_STUDENT,
        "grade": _CODE,
        "respondent": _CODE,
        "construct": _CODE,
        "item": _CODE,
        "response": pa.int32(),
        **_ATTRIBUTES,
    },
    "course_grade": {
        **_STUDENT,
        "grade": _CODE,
        "term": _CODE,
        "course_subject": _CODE,
        "mark": _CODE,
        "grade_points": _HUNDREDTHS,
        "credits": _HUNDREDTHS,
        **_ATTRIBUTES,
    },
    "english_learner_status": {
        **_STUDENT,
        "grade": _CODE,
        "test": _CODE,
        "level": _CODE,
        "prior_level": _CODE,
        "scale_score": pa.int32(),
        "prior_scale_score": pa.int32(),
        "tested": pa.bool_(),
        "reclassified": pa.bool_(),
        "el_at_start": pa.bool_(),
        "entry_us_date": pa.date32(),
        "el_date": pa.date32(),
        "accountability_district_id": _CODE,
        **_ATTRIBUTES,
    },
    "cohort_outcome": {
        **_STUDENT,
        "cohort_year": _CODE,
        "cohort": _CODE,
        "outcome": _CODE,
        "graduated": pa.bool_(),
        "graduated_earlier": pa.bool_(),
        "in_cohort": pa.bool_(),
        "prepared": pa.bool_(),
        "a_g": pa.bool_(),
        "accountability_district_id": _CODE,
        **_ATTRIBUTES,
    },
    "truth/school_effect": {
        "school_id": _CODE,
        "school_year": _CODE,
        "subject": _CODE,
        "grade": _CODE,
        "true_effect": pa.float64(),
    },
}

Columns = dict[str, pa.Array]


def table(dataset: str, columns: Columns) -> pa.Table:
    """The columns of one dataset in their order; a missing or an unknown column is an error."""
    schema = SCHEMAS[dataset]
    if schema.keys() != columns.keys():
        raise KeyError(f"{dataset}: columns differ: {sorted(schema.keys() ^ columns.keys())}")
    return pa.table([columns[name] for name in schema], schema=pa.schema(list(schema.items())))


def coded(index: Ints, vocabulary: Sequence[str]) -> pa.Array:
    """Codes by index; -1 is missing."""
    keys = pa.array(index.astype(np.int32), mask=index < 0)
    return pa.DictionaryArray.from_arrays(keys, pa.array(vocabulary, type=pa.string()))


def constant(value: str, count: int) -> pa.Array:
    """One code in every row."""
    return coded(np.zeros(count, dtype=np.int64), (value,))


def integers(values: Ints, missing: Bools | None = None) -> pa.Array:
    return pa.array(values.astype(np.int32), mask=missing)


def numbers(values: Floats) -> pa.Array:
    """Doubles; NaN is missing."""
    return pa.array(values, mask=np.isnan(values))


def flags(values: Bools) -> pa.Array:
    return pa.array(values)


def dates(values: Dates, missing: Bools | None = None) -> pa.Array:
    return pa.array(values.astype("datetime64[D]"), mask=missing)


def hundredths(values: Ints) -> pa.Array:
    """Exact decimals with two places from whole hundredths (16 bytes each, low word first)."""
    words = np.empty((values.size, 2), dtype=np.int64)
    words[:, 0] = values
    words[:, 1] = values >> 63
    return pa.Array.from_buffers(_HUNDREDTHS, values.size, [None, pa.py_buffer(words.tobytes())])


def student_ids(student: Ints) -> pa.Array:
    """Ten-digit ids from indexes."""
    return pa.array(student + FIRST_STUDENT_ID).cast(pa.string())


def row_ids(student: Ints, school_year_end: int, number: Ints) -> pa.Array:
    """Ids made of the student, the year and a number within both."""
    return pc.binary_join_element_wise(
        student_ids(student), str(school_year_end), pa.array(number).cast(pa.string()), "-"
    )


def attribute_columns(race: Ints, attributes: Bools) -> Columns:
    """The student attributes that every student dataset carries."""
    columns: Columns = {"race_ethnicity": coded(race, RACES)}
    for position, name in enumerate(ATTRIBUTES):
        columns[name] = flags(np.ascontiguousarray(attributes[:, position]))
    return columns
