"""The page that compares growth models: its numbers against scipy and pandas, and what may not stand in it."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metricspec.measures.growth.spec import GrowthSpec, Prior
from metricspec.model import Indicator
from metricspec.model.words import Text
from metricspec.problems import UsageError
from metricspec.reporting.growth_compare import page, print_comparison
from metricspec.reporting.growth_compare.charts import intake_chart, spread
from metricspec.reporting.growth_compare.drawing import INKS
from metricspec.reporting.growth_compare.numbers import (
    by_third,
    correlation,
    first_prior,
    moves,
    neutrality,
    telling_share,
    third_of,
    told,
)
from metricspec.reporting.growth_compare.tables import shown_traits
from metricspec.running.growth_models import Comparison, models, same_scores
from tests.reporting.growth_page_frames import LEAST, PRIOR, SHARES, Drawn, comparison, draw

POLICY, COMMAND = "School Quality Improvement Index", "metricspec growth-compare core.growth_ela --year 2024-25"


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw()


@pytest.fixture(scope="module")
def found(drawn: Drawn) -> Comparison:
    return comparison(drawn)


@pytest.fixture(scope="module")
def text(found: Comparison) -> str:
    return page(found, POLICY, COMMAND, "metricspec")


# numbers


def test_correlation_is_scipys() -> None:
    rng = np.random.default_rng(3)
    for size in (4, 9, 200):
        x = rng.normal(5000, 3, size)
        y = 0.4 * x + rng.normal(0, 2, size)
        expected = stats.pearsonr(x, y)
        interval = expected.confidence_interval(0.95)
        assert correlation(x, y) == pytest.approx((expected.statistic, interval.low, interval.high), abs=1e-12)


def test_correlation_is_unknown_where_it_cannot_be_known() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert all(math.isnan(v) for v in correlation(x, np.full(5, 7.1)))
    assert all(math.isnan(v) for v in correlation(x[:3], x[:3]))
    assert all(math.isnan(v) for v in correlation(np.array([]), np.array([])))
    assert correlation(x, -x) == (-1.0, -1.0, -1.0)
    with_gap = np.array([1.0, np.nan, 3.0, 4.0, 5.0, 2.0])
    assert correlation(with_gap, with_gap**2)[0] == pytest.approx(np.corrcoef([1, 3, 4, 5, 2], [1, 9, 16, 25, 4])[0, 1])


def test_thirds_are_pandas_thirds() -> None:
    values = np.random.default_rng(4).normal(size=90)
    assert list(third_of(values)) == list(pd.qcut(values, 3, labels=False))
    assert list(third_of(np.array([2.0, np.nan, 2.0, 2.0]))) == [1, -1, 1, 1]  # equal values stay together
    assert list(third_of(np.array([0.0, 0.0, 0.0, 0.0, 1.0, 2.0]))) == [1, 1, 1, 1, 2, 2]


def test_neutrality_of_every_model(found: Comparison) -> None:
    wide = found.effects.pivot(index="org_id", columns="model", values="effect")
    orgs = found.orgs.set_index("org_id")
    for one in neutrality(found):
        x, y = orgs[one.trait.key], wide.loc[orgs.index, one.model.key]
        assert one.r == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)
        third = pd.qcut(x.rank(method="average"), 3, labels=False)
        assert one.gap == pytest.approx(y[third == 2].mean() - y[third == 0].mean(), abs=1e-12)


def test_peers_make_the_model_neutral_and_nearest_to_the_truth(drawn: Drawn, found: Comparison) -> None:
    """The schools' true effects do not depend on who attends, and the peers' prior scores do matter: so drawn."""
    r = {one.model.key: one.r for one in neutrality(found) if one.trait.key == PRIOR}
    assert abs(r["peers"]) < 0.2 < r["students"] < r["priors"]
    truth = drawn.truth[[int(org) for org in found.orgs["org_id"]]].to_numpy()
    effect = found.wide("effect")
    near = {key: stats.pearsonr(effect[key], truth).statistic for key in effect}
    assert near["priors"] < near["students"] < near["peers"]


def test_moves_count_from_the_first_model_to_the_last(found: Comparison) -> None:
    table = moves(found).set_index("org_id")
    by = found.effects.set_index(["model", "org_id"])
    for org, row in table.iterrows():
        first, last = by.loc[("priors", str(org)), :], by.loc[("peers", str(org)), :]
        assert row["change"] == last["percentile"] - first["percentile"]
        assert row["steps"] == last["index_level"] - first["index_level"]
        apart = first["high"] < last["low"] or last["high"] < first["low"]
        assert row["overlap"] == (not apart)
    assert table["change"].abs().is_monotonic_decreasing


def test_thirds_of_schools_by_prior_scores(found: Comparison) -> None:
    table = by_third(found, found.traits[0])
    assert table["orgs"].sum() == len(found.orgs) and table["orgs"].max() - table["orgs"].min() <= 1
    percentile = found.wide("percentile")
    prior = found.orgs.set_index("org_id")[PRIOR]
    low = prior[prior <= table["high"].iloc[0]].index
    assert table["priors"].iloc[0] == pytest.approx(percentile.loc[low, "priors"].mean())


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(0.5, 9))
def test_labels_keep_apart_inside_and_in_order(places: list[float], apart: float) -> None:
    if apart * (len(places) - 1) > 90:
        return
    moved = spread(places, apart)
    order = sorted(range(len(places)), key=lambda at: places[at])
    gaps = [moved[b] - moved[a] for a, b in pairwise(order)]
    assert all(gap >= apart - 1e-9 for gap in gaps)
    assert all(-1e-9 <= one <= 100 + 1e-9 for one in moved)


# the page


class Reader(HTMLParser):
    """What stands in the page: elements with their attributes, ids, and text outside the style sheet."""

    ALONE = ("meta", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)

    def values(self, tag: str, name: str) -> list[str]:
        return [attributes[name] for one, attributes in self.elements if one == tag and name in attributes]


def test_the_page_needs_nothing_else(text: str) -> None:
    reader = Reader(text)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in reader.elements}
    links = reader.values("a", "href")
    assert links and all(link.startswith(("#", "data:text/csv")) for link in links)
    assert not any(name.startswith("on") for _, attributes in reader.elements for name in attributes)
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"url\(.", text)) <= {"url(#"}
    assert "default-src 'none'; style-src 'unsafe-inline'" in reader.values("meta", "content")


def test_every_chart_is_told_and_every_id_is_there_once(text: str) -> None:
    reader = Reader(text)
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    charts = [attributes for tag, attributes in reader.elements if tag == "svg" and attributes.get("role") == "img"]
    assert len(charts) == text.count("<figure>") > 0
    for chart in charts:
        assert set(chart["aria-labelledby"].split()) <= set(ids)
    for link in reader.values("a", "href"):
        assert link[1:] in ids or link.startswith("data:")
    for used in re.findall(r"url\(#([^)]+)\)", text):
        assert used in ids


def test_charts_are_coloured_by_the_style_sheet_alone(text: str) -> None:
    assert [ink for ink in INKS.values() if ink in text] == []
    style = text[text.index("<style>") : text.index("</style>")]
    for name in set(re.findall(r"var\((--[a-z]+)\)", text)):
        assert f"{name}:" in style


def test_small_schools_are_nowhere(drawn: Drawn, found: Comparison, text: str) -> None:
    """School 0 has 12 students: neither its name nor its effect stands anywhere, and one school is said to be left out."""
    assert (drawn.rows["school"] == 0).sum() < LEAST
    assert "School 0 " not in text and "School 1 &amp; Sons" in text
    assert "1 school with fewer than 20 scores" in text
    reader = Reader(text)
    schools = len(found.orgs)
    dots = [
        tag
        for tag, a in reader.elements
        if tag == "path" and a.get("fill") == "var(--first)" and a.get("opacity") == "0.65"
    ]
    assert len(dots) == schools
    assert f"{schools} schools" in text and f"{schools + 1} schools" not in text


def test_a_share_that_tells_of_few_students_is_hidden(found: Comparison) -> None:
    """12 of 60 students may be told, 10 of 60 and 50 of 60 not: each would tell of a group of 10."""
    from metricspec.reporting.growth_compare.tables import shown_trait

    share = next(trait for trait in found.traits if trait.kind == "share")
    shown = [shown_trait(share, members / 60, 60.0, 11) for members in (0, 10, 11, 12, 49, 50, 60)]
    assert shown == ["*", "*", "18%", "20%", "82%", "*", "*"]


def test_schools_are_coloured_only_by_shares_that_may_be_told(found: Comparison) -> None:
    """English learners are too few in most schools: charts take another share, and leave out whom it must not tell of."""
    rows = neutrality(found)
    share = telling_share(found, rows)
    assert share is not None and share.key == SHARES[0]
    values = told(found, share)
    for value, exact, n in zip(values, found.orgs[share.key], found.orgs["n"], strict=True):
        few = min(round(exact * n), n - round(exact * n)) < LEAST
        assert np.isnan(value) if few else value == exact
    assert np.isnan(told(found, found.traits[2])).mean() > 1 / 3
    assert np.isfinite(told(found, found.traits[0])).all()


def test_charts_hold_no_finer_numbers_than_tables(found: Comparison, text: str) -> None:
    exact = {repr(float(v)) for column in ("effect", "percentile", "standard_error") for v in found.effects[column]}
    exact |= {repr(float(v)) for trait in found.traits for v in found.orgs[trait.key]}
    assert [one for one in exact if len(one) > 8 and one in text] == []


def test_the_page_is_the_same_again(found: Comparison, text: str) -> None:
    assert page(found, POLICY, COMMAND, "metricspec") == text


def test_words_follow_the_numbers(found: Comparison, text: str) -> None:
    rows = {(one.model.key, one.trait.key): one for one in neutrality(found)}
    first, last = rows["priors", PRIOR], rows["peers", PRIOR]
    for one in (first, last):
        assert f"{'+' if one.r > 0 else '−'}{abs(one.r):.2f}" in text
    changed = int((moves(found)["steps"].abs() >= 1).sum())
    assert f"{changed} have another index level" in text
    assert "no proof that the model is right" in text
    assert COMMAND in text


def test_a_page_of_two_models(found: Comparison) -> None:
    """A spec without student characteristics is compared with its priors alone."""
    two = (found.models[0], found.models[-1])
    keep = [m.key for m in two]
    smaller = replace(
        found,
        models=two,
        effects=found.effects[found.effects["model"].isin(keep)],
        coefficients=found.coefficients[found.coefficients["model"].isin(keep)],
        traits=found.traits[:1],
    )
    Reader(page(smaller, POLICY, COMMAND, "metricspec"))


def without_prior(found: Comparison) -> Comparison:
    """As where every school's mean prior score is the same: the trait is gone, and a share comes first."""
    return replace(found, traits=found.traits[1:])


def test_no_share_takes_the_place_of_a_prior_score(found: Comparison) -> None:
    text = page(without_prior(found), POLICY, COMMAND, "metricspec")
    reader = Reader(text)
    said = " ".join(reader.said)
    assert "charts by prior score are left out" in said
    assert "with the scores its students brought along" not in said
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert not [one for one in ids if one.startswith(("intake-", "thirds-"))]
    assert [one for one in ids if one.startswith("neutrality-")]
    assert [one for one in ids if one.startswith(f"effects-{SHARES[0]}")]


def test_a_page_of_no_trait_at_all(found: Comparison) -> None:
    text = page(replace(found, traits=()), POLICY, COMMAND, "metricspec")
    assert "charts by prior score are left out" in text
    assert "neutrality-title" not in text


def test_priors_are_chosen_by_what_they_are(found: Comparison) -> None:
    assert first_prior(found) is found.traits[0]
    assert first_prior(replace(found, traits=found.traits[::-1])) is found.traits[0]
    assert first_prior(without_prior(found)) is None
    assert [t.kind for t in shown_traits(without_prior(found))] == ["share"]


def test_no_school_is_drawn_by_a_share_that_may_not_be_told(found: Comparison) -> None:
    share = found.traits[2]
    points = intake_chart(found, share, found.first).to_dict()["layer"][1]["data"]["name"]
    drawn = intake_chart(found, share, found.first).to_dict()["datasets"][points]
    told_of = found.orgs["name"][np.isfinite(told(found, share))]
    assert 0 < len(told_of) < len(found.orgs)
    assert [one["says"] for one in drawn] == list(told_of)


def test_the_terminal_shows_each_correlation(found: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    print_comparison(found)
    shown = capsys.readouterr().out
    for one in neutrality(found):
        assert f"{abs(one.r):.2f}" in shown
    assert "1 school with fewer than 20 scores left out" in shown


def _luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_in_light_dark_and_print() -> None:
    """WCAG 2.2: 4.5 to 1 for text, 3 to 1 for marks."""
    style = files("metricspec.reporting.growth_compare").joinpath("page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{([^}]*)\}", style)
    assert len(blocks) == 3
    for block in blocks:
        colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block))
        assert set(INKS) <= set(colours)

        def contrast(one: str, other: str, colours: dict[str, str] = colours) -> float:
            low, high = sorted((_luminance(colours[one]), _luminance(colours[other])))
            return (high + 0.05) / (low + 0.05)

        for name in ("ink", "quiet", "link"):
            assert min(contrast(name, "paper"), contrast(name, "panel")) >= 4.5, name
        for name in ("first", "second", "third", "low", "middle", "high", "up", "down"):
            assert contrast(name, "paper") >= 3, name


# the models


def _indicator(**spec: object) -> Indicator:
    measure = GrowthSpec("scale_score", (Prior("prior_same"), Prior("prior_other")), cell=("grade",), **spec)  # type: ignore[arg-type]
    return Indicator("x.growth", "1.0.0", Text(), "growth", measure, "sqii", "sqii", population=("valid_score",))


def test_the_models_below_a_spec() -> None:
    own = _indicator(covariates=("english_learner",), peers=("prior_same", "homeless"))
    first, students, peers = models(own)
    assert (first.spec.covariates, first.spec.peers) == ((), ())
    assert (students.spec.covariates, students.spec.peers) == (("english_learner",), ())
    assert peers.spec == own.measure
    assert {m.spec.priors for m in models(own)} == {own.measure.priors}
    assert len(models(_indicator(peers=("prior_same",)))) == 2


def test_a_spec_without_peers_is_refused() -> None:
    with pytest.raises(UsageError, match="has no peers"):
        models(_indicator(covariates=("english_learner",)))


def test_smaller_models_see_the_same_scores() -> None:
    own = _indicator(covariates=("english_learner",), peers=("prior_same", "homeless"))
    first, students, peers = (same_scores(own, model, {"english_learner"}) for model in models(own))
    assert first.population == ("valid_score", "(english_learner) is not null", "(homeless) - (homeless) = 0")
    assert students.population == ("valid_score", "(homeless) - (homeless) = 0")
    assert peers.population == ("valid_score",)
    assert len({one.id for one in (first, students, peers)}) == 3


def test_students_alone_are_told_of(found: Comparison) -> None:
    """Averages of the others: a student alone at a school has none, and is in the models without averages only."""
    last = found.models[-1]
    others = replace(last, spec=replace(last.spec, peers=(PRIOR,), peer_means="others"))
    said = "a student who is alone at a school in a grade"
    assert said in page(replace(found, models=(*found.models[:-1], others)), POLICY, COMMAND, "metricspec")
    assert said not in page(found, POLICY, COMMAND, "metricspec")


def test_without_the_drawing_packages_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from metricspec.reporting.growth_compare import ready

    ready()
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(UsageError, match=r"altair vl-convert-python"):
        ready()
