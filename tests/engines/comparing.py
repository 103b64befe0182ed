"""When two Results are the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

KEYS = ["indicator", "school_year", "org_level", "org_id", "student_group", "category", "statistic"]
EXACT = ("value", "prior_value", "change", "n", "prior_n")
RELATIVE = 1e-9
NOTHING = 1e-12  # a standard error that is nothing but rounding


def same(ours: pd.DataFrame, theirs: pd.DataFrame, relative: float = RELATIVE) -> None:
    """Asserts that texts, empty cells, counts and published numbers are the same, and others to nine digits."""
    assert list(ours.columns) == list(theirs.columns)
    assert len(ours) == len(theirs) > 0
    ours, theirs = ordered(ours), ordered(theirs)
    for name in theirs.columns:
        empty = theirs[name].isna().to_numpy()
        assert (ours[name].isna().to_numpy() == empty).all(), f"{name}: other cells are empty"
        mine, wanted = ours[name][~empty], theirs[name][~empty]
        if pd.api.types.is_numeric_dtype(theirs[name]):
            mine, wanted = (column.astype(float).to_numpy() for column in (mine, wanted))
            if name in EXACT:
                assert np.array_equal(mine, wanted), name
            np.testing.assert_allclose(mine, wanted, rtol=relative, atol=NOTHING, err_msg=name)
        else:
            assert list(mine.astype(str)) == list(wanted.astype(str)), name


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    known = {key: frame[key].astype(object).where(frame[key].notna(), "") for key in KEYS}
    order = pd.DataFrame(known).sort_values(KEYS).index
    return frame.loc[order].reset_index(drop=True)
