"""Real scores: the cells of sgpData_LONG that the reference fits in R are of, as rows for the tests of pooling."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

YEARS = (2024, 2025)
GRADES = range(4, 9)
OTHER = {"MATHEMATICS": "READING", "READING": "MATHEMATICS"}
FLAGS = ("female", "frl", "ell", "iep", "african", "asian", "hispanic", "native")
TERMS = ("pa", "pb", *FLAGS, "peer")


def scores(folder: Path) -> pd.DataFrame:
    """A row per student, year and subject in grades 4-8: y and the scores of the year before in the grade before.

    Columns school_year ('2023_2024'), cell_1 ('MATHEMATICS / 4'), school, district, y, pa, pb (missing where there is none),
    flags, and for the z-scores of the reference the means and standard deviations of each score. The one school that the file has in
    three districts counts in one. Weights are 1.
    """
    given = pd.read_parquet(folder / "sgpData_LONG.parquet")
    given = given.assign(year=given["YEAR"].str[5:].astype(int), grade=given["GRADE"].astype(int))
    own = given[["ID", "year", "CONTENT_AREA", "grade", "SCALE_SCORE"]]
    by = own.groupby(["year", "CONTENT_AREA", "grade"])["SCALE_SCORE"]
    own = own.assign(mean=by.transform("mean"), sd=by.transform("std"))
    prior = own.assign(year=own["year"] + 1, grade=own["grade"] + 1)
    keys = ["ID", "year", "CONTENT_AREA", "grade"]
    same = prior.rename(columns={"SCALE_SCORE": "pa", "mean": "pa_mean", "sd": "pa_sd"})
    other = prior.assign(CONTENT_AREA=prior["CONTENT_AREA"].map(OTHER))
    other = other.rename(columns={"SCALE_SCORE": "pb", "mean": "pb_mean", "sd": "pb_sd"})
    here = given[given["year"].isin(YEARS) & given["grade"].isin(GRADES)]
    rows = here.merge(same, on=keys, how="left").merge(other, on=keys, how="left").merge(own, on=[*keys, "SCALE_SCORE"])
    flags = {
        "female": rows["GENDER"] == "Female",
        "frl": rows["FREE_REDUCED_LUNCH_STATUS"],
        "ell": rows["ELL_STATUS"],
        "iep": rows["IEP_STATUS"],
        "african": rows["ETHNICITY"] == "African American",
        "asian": rows["ETHNICITY"] == "Asian",
        "hispanic": rows["ETHNICITY"] == "Hispanic",
        "native": rows["ETHNICITY"] == "Native American",
    }
    places = rows.groupby("SCHOOL_NUMBER")["DISTRICT_NUMBER"].transform("min").astype(str)
    found = pd.DataFrame(
        {"student": rows["ID"], "school_year": rows["YEAR"], "grade": rows["grade"], "subject": rows["CONTENT_AREA"]}
    )
    found["cell_1"] = rows["CONTENT_AREA"] + " / " + rows["GRADE"]
    found = found.assign(
        school=rows["SCHOOL_NUMBER"], district=places, y=rows["SCALE_SCORE"], y_mean=rows["mean"], y_sd=rows["sd"]
    )
    found = pd.concat([found, rows[["pa", "pb", "pa_mean", "pa_sd", "pb_mean", "pb_sd"]]], axis=1)
    found = found.assign(**{name: flag.astype(float) for name, flag in flags.items()}, w=1.0)
    known = found.dropna(subset=["y", "pa", "pb"])
    found["peer"] = known["pa"].groupby([known["school_year"], known["cell_1"], known["school"]]).transform("mean")
    return found
