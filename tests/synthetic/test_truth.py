"""What was put in can be found again: school effects, and the other parts of the score equation."""

import json

import numpy as np
import pytest

from metricspec.synthetic import Network

from .conftest import Ask

ATTRIBUTES = ("economically_disadvantaged", "english_learner", "disability", "homeless", "foster_youth")


def growth_rows(ask: Ask, truth: dict) -> tuple[np.ndarray, np.ndarray, list[tuple[object, ...]]]:
    """Design matrix, outcome and keys of all students with both priors; scores as distances from grade means."""
    means = ", ".join(
        f"('{subject}', '{grade}', {mean})"
        for subject, grades in truth["mean_scale_score"].items()
        for grade, mean in grades.items()
    )
    flags = ", ".join(f"a.{name}::int" for name in ATTRIBUTES)
    rows = ask(
        f"""with mean(subject, grade, value) as (values {means}),
        prior as (select distinct grade, case grade when '11' then '08' else printf('%02d', grade::int - 1) end as before
                  from assessment where grade > '03'),
        one as (select a.school_id, a.subject, a.school_year, t.true_effect,
                   a.scale_score - m.value as y, a.prior_same - s.value as same, a.prior_other - o.value as other,
                   a.prior_same_csem, a.prior_other_csem, a.grade, {flags}, a.economically_disadvantaged::int as poor
                from assessment a join prior p using (grade)
                join mean m on m.subject = a.subject and m.grade = a.grade
                join mean s on s.subject = a.subject and s.grade = p.before
                join mean o on o.subject <> a.subject and o.grade = p.before
                join school_effect t on t.school_id = a.school_id and t.school_year = a.school_year
                     and t.subject = a.subject and t.grade = a.grade
                where a.valid_score and a.test = 'SB' and a.prior_same is not null and a.prior_other is not null)
        select *, avg(same) over cell, avg(other) over cell, avg(poor) over cell from one
        window cell as (partition by school_id, school_year, subject, grade)"""
    )
    numbers = np.array([[*row[5:9], *row[10:15], *row[16:19], row[3]] for row in rows], dtype=float)
    return numbers[:, 1:], np.array([row[4] for row in rows], dtype=float), rows


@pytest.fixture(scope="module")
def truth(large: Network) -> dict:
    document: dict = json.loads((large.folder / "truth" / "parameters.json").read_text(encoding="utf-8"))
    return document


def test_school_means_of_the_residuals_recover_the_true_effects(ask_large: Ask, truth: dict) -> None:
    p = truth["parameters"]["scores"]
    x, y, rows = growth_rows(ask_large, truth)
    same = np.array([row[5] for row in rows], dtype=float)
    other = x[:, 0]
    reference = [p["reference"][name] for name in ATTRIBUTES]
    expected = p["same"] * same + p["other"] * other
    expected += (x[:, 3:8] - reference) @ [p[name] for name in ATTRIBUTES]
    expected += p["peer_same"] * x[:, 8] + p["peer_other"] * x[:, 9]
    expected += p["peer_poverty"] * (x[:, 10] - p["reference"]["economically_disadvantaged"])
    place = {key: number for number, key in enumerate(sorted({row[:2] for row in rows}))}
    school = np.array([place[row[:2]] for row in rows])
    size = np.bincount(school)
    residual = np.bincount(school, weights=y - expected) / size
    effect = np.bincount(school, weights=x[:, 11]) / size
    enough = size >= 100
    assert enough.sum() >= 40
    assert np.corrcoef(residual[enough], effect[enough])[0, 1] > 0.9


def test_coefficients_are_recovered_once_measurement_error_is_taken_off(ask_large: Ask, truth: dict) -> None:
    p = truth["parameters"]["scores"]
    x, y, rows = growth_rows(ask_large, truth)
    same = np.array([row[5] for row in rows], dtype=float)
    w = np.column_stack([same, x[:, 0], x[:, 3:11], np.ones(y.size)])
    error = np.zeros((w.shape[1], w.shape[1]))
    error[0, 0], error[1, 1] = (x[:, 1] ** 2).sum(), (x[:, 2] ** 2).sum()
    corrected = np.linalg.solve(w.T @ w - error, w.T @ y)
    plain = np.linalg.solve(w.T @ w, w.T @ y)
    assert corrected[:2] == pytest.approx([p["same"], p["other"]], abs=0.03)
    assert plain[0] < p["same"] - 0.08
    assert corrected[2:5] == pytest.approx([p[name] for name in ATTRIBUTES[:3]], abs=3.0)


def test_alternate_results_stand_at_the_top_of_their_level(ask_large: Ask, truth: dict) -> None:
    minimums = truth["level_minimums"]
    rows = ask_large(
        """select subject, grade, achievement_level, scale_score, csem from assessment
           where test = 'CAA' and valid_score group by all"""
    )
    assert len(rows) > 10
    for subject, grade, level, score, csem in rows:
        assert score == minimums[str(level + 1)][subject][grade] - 1
        assert csem is None


def test_levels_follow_from_scores(ask_large: Ask, truth: dict) -> None:
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


def test_every_truth_parameter_is_written(truth: dict) -> None:
    assert truth["settings"]["seed"] == 11
    assert truth["parameters"]["scores"]["peer_same"] == 0.08
    assert truth["level_minimums"]["3"]["ELA"] == {
        "03": 2432, "04": 2473, "05": 2502, "06": 2531, "07": 2552, "08": 2567, "11": 2583,
    }  # fmt: skip
    assert truth["level_minimums"]["3"]["MATH"]["11"] == 2628
