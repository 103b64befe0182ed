"""A table of rows in place of the compiler: the stages of a survey scale, run on DuckDB, SQLite or PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from metricspec.measure import Inputs
from metricspec.measures.survey_scale import Item, Parameters, SurveyScale, SurveyScaleSpec
from metricspec.measures.survey_scale.spec import Floor
from metricspec.sql.stage import Form, Stage, Template, comma
from tests.growth.rig import ROWS, Duck, Engine, _sums

KEYS = ["school_year", "org_level", "org_id", "student_group", "category", "statistic"]
LEVELS = ("school", "district")
ITEMS = ("i1", "i2", "i3", "i4")
LIKERT: dict[str, Any] = {
    "items": ITEMS,
    "low": Decimal(1),
    "high": Decimal(5),
    "reverse": frozenset({"i2"}),
    "floors": (Floor(Decimal(60), "young"), Floor(Decimal(20))),
    "standing_n": 5,
}
FAVORABLE: dict[str, Any] = {"score": "percent_favorable", "favorable": Decimal(4)}
PARTS = (("first", ("i1", "i2")), ("second", ("i3", "i4")))
PARAMETERS = Parameters(
    tuple(Item(name, 0.7 + 0.4 * at, (-1.8, -0.6, 0.5, 1.4 + 0.2 * at)) for at, name in enumerate(ITEMS)), 0.2, 1.1
)
SPECS = {
    "mean": SurveyScaleSpec(score="mean", **LIKERT),
    "total": SurveyScaleSpec(score="total", answered=Decimal(3), parts=PARTS, **LIKERT),
    "pooled": SurveyScaleSpec(**FAVORABLE, pool="responses", parts=PARTS, **LIKERT),
    "people": SurveyScaleSpec(**FAVORABLE, pool="students", answered="all", report="standing", **LIKERT),
    "credit": SurveyScaleSpec(
        score="partial_credit", parameters=PARAMETERS, scale_mean=50.0, scale_sd=10.0, answered=Decimal(1), **LIKERT
    ),
}


def answers(seed: int = 5, schools: int = 8) -> pd.DataFrame:
    """Rows of people in schools of two districts: some answers are missing, out of range, or to an item of no scale; some
    people were asked and answered nothing, one answered at two schools."""
    rng = np.random.default_rng(seed)
    rows = []
    for school in range(schools):
        drift = rng.normal(0, 0.3)
        for person in range(int(rng.integers(3, 40))):
            latent = rng.normal(drift, 1)
            asked = {"student": f"s{school}_{person}", "in_group": int(rng.random() < 0.4), "floor_0": int(school < 3)}
            silent = rng.random() < 0.3
            for at, item in enumerate((*ITEMS, "other")):
                value = float(np.clip(np.round(3 + latent * (1 if at != 1 else -1) + rng.normal(0, 0.8)), 1, 5))
                answer = np.nan if silent or rng.random() < 0.15 else 9.0 if rng.random() < 0.03 else value
                rows.append({**asked, "school": f"S{school}", "item": item, "response": answer})
    frame = pd.DataFrame(rows)
    twice = frame[frame.student == "s0_0"].assign(school="S1").head(2)
    return pd.concat([frame, twice], ignore_index=True).assign(
        district=lambda f: "D" + f.school.isin(["S0", "S1", "S2"]).astype(int).astype(str)
    )


def tally(
    spec: SurveyScaleSpec, frame: pd.DataFrame, engine: Engine | None = None, form: Form = "script"
) -> pd.DataFrame:
    """The Tally of a scale over rows; `in_group` = 1 is the student group G."""
    places = [f"at_{level}" for level in LEVELS]
    texts = comma(
        f"CAST({name} AS VARCHAR) AS {name}" for name in ("student", "school", "school_year", *places, "item")
    )
    numbers = comma(f"CAST({name} AS DOUBLE) AS {name}" for name in ("response", "floor_0"))
    text = f"SELECT {texts}, in_group, {numbers} FROM {ROWS}"
    rows = Stage("v_rows", "The rows.", Template(("rows", text), text), stored=True)
    carried = ("school", "school_year", *places, "in_group")
    inputs = Inputs("v_rows", "v_", LEVELS, carried, "long", _sums("v_", LEVELS, True))
    stages = [rows, *SurveyScale().stages(spec, inputs)]
    return (engine or Duck()).run(frame, stages, ["v_tally"], form)["v_tally"]
