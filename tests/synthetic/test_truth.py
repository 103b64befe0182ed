"""What was put in can be found again: school effects, and the other parts of the score equation."""

import json
from typing import Any

import numpy as np
import pytest

from metricspec.synthetic import Network

from .conftest import Ask, connect

ATTRIBUTES = ("economically_disadvantaged", "english_learner", "disability", "homeless", "foster_youth")


Growth = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def truth(large: Network) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((large.folder / "truth" / "parameters.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def growth(large: Network, truth: dict[str, Any]) -> Growth:
    """Students with a score and both priors, as distances from the means of their grades, with peer means."""
    means = ", ".join(
        f"('{subject}', '{grade}', {mean})"
        for subject, grades in truth["mean_scale_score"].items()
        for grade, mean in grades.items()
    )
    flags = ", ".join(f"a.{name}::int as {name}" for name in ATTRIBUTES)
    return (
        connect(large)
        .execute(
            f"""with mean(subject, grade, value) as (values {means}),
        prior as (select distinct grade,
                  case grade when '11' then '08' else printf('%02d', grade::int - 1) end as before
                  from assessment where grade > '03'),
        one as (select a.school_id || a.subject as place, a.school_id, a.school_year, a.subject, a.grade,
                   t.true_effect, a.scale_score - m.value as y, a.prior_same - s.value as same,
                   a.prior_other - o.value as other, a.prior_same_csem, a.prior_other_csem, {flags}
                from assessment a join prior p using (grade)
                join mean m on m.subject = a.subject and m.grade = a.grade
                join mean s on s.subject = a.subject and s.grade = p.before
                join mean o on o.subject <> a.subject and o.grade = p.before
                join school_effect t on t.school_id = a.school_id and t.school_year = a.school_year
                     and t.subject = a.subject and t.grade = a.grade
                where a.valid_score and a.test = 'SB' and a.prior_same is not null and a.prior_other is not null)
        select *, avg(same) over cell as peer_same, avg(other) over cell as peer_other,
               avg(economically_disadvantaged) over cell as peer_poverty from one
        window cell as (partition by school_id, school_year, subject, grade)"""
        )
        .fetchnumpy()
    )


def centred_attributes(growth: Growth, reference: dict[str, float]) -> np.ndarray:
    return np.column_stack([growth[name] - reference[name] for name in ATTRIBUTES])


def test_school_means_of_the_residuals_recover_the_true_effects(growth: Growth, truth: dict[str, Any]) -> None:
    p = truth["parameters"]["scores"]
    expected = p["same"] * growth["same"] + p["other"] * growth["other"]
    expected += centred_attributes(growth, p["reference"]) @ [p[name] for name in ATTRIBUTES]
    expected += p["peer_same"] * growth["peer_same"] + p["peer_other"] * growth["peer_other"]
    expected += p["peer_poverty"] * (growth["peer_poverty"] - p["reference"]["economically_disadvantaged"])
    _, place, size = np.unique(growth["place"].astype(str), return_inverse=True, return_counts=True)
    residual = np.bincount(place, weights=growth["y"] - expected) / size
    effect = np.bincount(place, weights=growth["true_effect"]) / size
    enough = size >= 100
    assert enough.sum() >= 40
    assert np.corrcoef(residual[enough], effect[enough])[0, 1] > 0.9


def test_coefficients_are_recovered_once_measurement_error_is_taken_off(growth: Growth, truth: dict[str, Any]) -> None:
    p = truth["parameters"]["scores"]
    columns = [growth[name] for name in ("same", "other", *ATTRIBUTES, "peer_same", "peer_other", "peer_poverty")]
    w = np.column_stack([*columns, np.ones(growth["y"].size)])
    error = np.zeros((w.shape[1], w.shape[1]))
    error[0, 0], error[1, 1] = (growth["prior_same_csem"] ** 2).sum(), (growth["prior_other_csem"] ** 2).sum()
    corrected = np.linalg.solve(w.T @ w - error, w.T @ growth["y"])
    plain = np.linalg.solve(w.T @ w, w.T @ growth["y"])
    assert corrected[:2] == pytest.approx([p["same"], p["other"]], abs=0.03)
    assert plain[0] < p["same"] - 0.08
    assert corrected[2:5] == pytest.approx([p[name] for name in ATTRIBUTES[:3]], abs=3.0)


def test_alternate_results_stand_at_the_top_of_their_level(ask_large: Ask, truth: dict[str, Any]) -> None:
    minimums = truth["level_minimums"]
    rows = ask_large(
        """select subject, grade, achievement_level, scale_score, csem from assessment
           where test = 'CAA' and valid_score group by all"""
    )
    assert len(rows) > 10
    for subject, grade, level, score, csem in rows:
        assert score == minimums[str(level + 1)][subject][grade] - 1
        assert csem is None


def test_levels_follow_from_scores(ask_large: Ask, truth: dict[str, Any]) -> None:
    cuts = truth["level_minimums"]
    rows = ask_large(
        """select subject, grade, achievement_level, min(scale_score), max(scale_score) from assessment
           where test = 'SB' and valid_score group by all"""
    )
    assert {row[2] for row in rows} == {1, 2, 3, 4}
    for subject, grade, level, low, high in rows:
        assert level == 1 or low >= cuts[str(level)][subject][grade]
        assert level == 4 or high < cuts[str(level + 1)][subject][grade]


def test_some_schools_miss_the_participation_floor(ask_large: Ask) -> None:
    rows = ask_large(
        """select school_id from assessment where subject = 'ELA' group by school_id, school_year
           having count(*) >= 30 and avg(tested::int) < 0.945"""
    )
    assert len(rows) >= 3


def test_continuous_enrolment_needs_an_october_start(ask_large: Ask) -> None:
    rows = ask_large(
        """select a.continuous_school, count(*) from assessment a join
             (select student_id, school_year, min(entry_date) as entry, count(*) as stints
              from enrollment group by all) e using (student_id, school_year)
           where e.stints = 1 and e.entry > make_date(left(a.school_year, 4)::int, 10, 8) group by all"""
    )
    assert [row[0] for row in rows] == [False]


def test_every_truth_parameter_is_written(truth: dict[str, Any]) -> None:
    assert truth["settings"]["seed"] == 11
    assert truth["parameters"]["scores"]["peer_same"] == 0.08
    assert truth["level_minimums"]["3"]["ELA"] == {
        "03": 2432, "04": 2473, "05": 2502, "06": 2531, "07": 2552, "08": 2567, "11": 2583,
    }  # fmt: skip
    assert truth["level_minimums"]["3"]["MATH"]["11"] == 2628
