"""What the page says in words: what the figures show, and what nobody can conclude from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from metricspec.reporting.figures import plural
from metricspec.reporting.growth_compare.numbers import Neutrality, first_prior
from metricspec.reporting.growth_compare.terms import signed
from metricspec.running.growth_models import Comparison, Model, Trait

if TYPE_CHECKING:
    import pandas as pd

NOT_VERIFIED = "Parts of the indicator's definition are not verified against their source: see how this page was made."


def orgs(found: Comparison, number: int) -> str:
    """`7 schools`."""
    return plural(number, found.level)


def with_interval(one: Neutrality) -> str:
    if math.isnan(one.r):
        return "not known"
    return f"{signed(one.r, 2)} ({signed(one.low, 2)} to {signed(one.high, 2)})"


def headline(found: Comparison, rows: Sequence[Neutrality], moves: pd.DataFrame) -> list[str]:
    """Three sentences that answer the question of the page."""
    said = [_with_priors(found, rows)]
    steps, total = moves["steps"].abs(), len(moves)
    changed, far = int((steps >= 1).sum()), int((steps >= 2).sum())
    said.append(
        f"Of {orgs(found, total)}, {changed} have another index level (1 to 10) in the last model than in the first, "
        f"{far} of them by two levels or more."
    )
    apart = total - int(moves["overlap"].sum())
    chance = "within what chance alone does to an average of so few students"
    if apart:
        said.append(
            f"In {apart} of {total} the 95% intervals of the two effects are apart. In all others the change is {chance}."
        )
    else:
        said.append(f"In each of the {total} the 95% intervals of the two effects overlap: every change is {chance}.")
    return said


def _with_priors(found: Comparison, rows: Sequence[Neutrality]) -> str:
    trait = first_prior(found)
    if trait is None:
        return no_prior(found)
    by = {one.model.key: one for one in rows if one.trait is trait}
    first, last = by[found.first.key], by[found.last.key]
    return (
        f"Where only prior scores are held equal, a {found.level}'s growth {_goes(first)} with the scores its students "
        f"brought along: the correlation with “{trait.title}” is {with_interval(first)}. "
        f"Where {_too(found)} are held equal too, it is {with_interval(last)}."
    )


def no_prior(found: Comparison) -> str:
    """Said in place of a chart by prior scores."""
    return (
        f"The prior scores do not differ between the {found.level}s shown: no model's effects can be held against them, and "
        "charts by prior score are left out."
    )


def _too(found: Comparison) -> str:
    averages = "the averages of the school"
    return f"student characteristics and {averages}" if len(found.models) > 2 else averages


def _goes(one: Neutrality) -> str:
    if math.isnan(one.r) or one.low <= 0 <= one.high:
        return "does not clearly go"
    return "goes up" if one.r > 0 else "goes down"


def by_construction(found: Comparison) -> str:
    """Why a model is neutral to what it holds equal between schools; names the traits of which that is true."""
    held = [t.title for t in found.traits if found.last.key in t.peer]
    free = [t.title for t in found.traits if found.last.key not in t.peer]
    where = "" if found.level == "school" else f" between schools, if not between {found.level}s,"
    text = (
        f"The last model holds the school averages of {_listed(held)} equal. Near 0 is{where} what the arithmetic makes "
        "there, grade by grade, and no proof that the model is right."
    )
    if free:
        rest = "the other trait" if len(free) == 1 else f"the other {len(free)} traits"
        text += f" It has no school average of {rest}: how near 0 those come is what the data say."
    return text


def furthest(found: Comparison, rows: Sequence[Neutrality]) -> str | None:
    """The trait, of those that the last model holds equal between no schools, that goes most with its effects."""
    free = [o for o in rows if o.model is found.last and found.last.key not in o.trait.peer and not math.isnan(o.r)]
    if not free:
        return None
    most = max(free, key=lambda one: abs(one.r))
    clear = "its interval leaves out 0" if most.low > 0 or most.high < 0 else "its interval holds 0"
    return (
        f"Of these, “{most.trait.title}” goes most with the effects of the last model: {with_interval(most)}; {clear}. "
        "Of twenty such intervals about one leaves 0 out by chance."
    )


def _listed(titles: Sequence[str]) -> str:
    quoted = [f"“{title}”" for title in titles]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}" if quoted else "nothing"


def cannot_conclude(found: Comparison) -> list[str]:
    """A flashlight, not a hammer."""
    one = found.level
    return [
        "Not which model is true. A correlation near 0 means that a model treats intakes alike. If better schools in "
        "fact serve better-off students, a model with peers takes a part of their merit away; if intakes make growth "
        f"easier, a model without peers gives that to the {one}. The scores alone cannot tell these two apart: which to "
        "hold equal is a decision about what the indicator is for.",
        "Not why. The peer terms stand for all that goes with a school's intake: classmates, but also teachers' tenure, "
        "neighbourhood, money. They are no effect of classmates.",
        f"Not that a {one} is good or bad. An effect is an average of few students in one year; its interval holds only "
        "the chance of who they were. Look at several years, the other subject and what people at the school know.",
        f"Not that a single {one} truly moves. Both models see the same students, so intervals that overlap are no test "
        "of the difference, and intervals that do not overlap say only that the choice of the model matters more "
        "there than chance.",
        "Not how much anybody learned. A percentile is a place in a ranking: where one goes up another goes down, in every "
        "model alike, and 50 is the middle of these schools and not a standard.",
        "Nothing about students without a prior score or without a score this year: no model sees them.",
    ]


def model_rows(found: Comparison) -> list[tuple[str, str, str, str]]:
    """Each model with what it holds equal between students and between schools, by the titles of the coefficients."""
    rows = []
    for model in found.models:
        terms = found.coefficients[found.coefficients["model"] == model.key].drop_duplicates("term")
        named = {
            kind: "; ".join(str(t) for t in terms.loc[terms["kind"] == kind, "title"]) or "–"
            for kind in ("prior", "covariate", "peer")
        }
        rows.append((model.title, named["prior"], named["covariate"], named["peer"]))
    return rows


def term_words(rows: pd.DataFrame, model: Model) -> str:
    """What one term's coefficients mean, from the lowest to the highest cell of a model.

    The same words for all cells: points of the outcome, for ten points of a prior score, for a student characteristic,
    or for ten percentage points of a share.
    """
    own = rows[rows["model"] == model.key]
    low, high = float(own["estimate"].min()), float(own["estimate"].max())
    kind, of = str(own["kind"].iloc[0]), str(own["of"].iloc[0])
    scale = 10 if of == "prior" else 0.1 if kind == "peer" and of == "share" else 1
    span = _span(low * scale, high * scale)
    if kind == "prior":
        return (
            f"Of two students alike in all else, the one 10 points ahead in it is expected to score {span} this year."
        )
    if kind == "covariate":
        who = "a student of whom it is true" if of == "share" else "a student one step higher in it"
        return f"With all else alike, {who} is expected to score {span}."
    if of == "prior":
        return f"Of two students alike themselves, the one whose school averages 10 points more is expected to score {span}."
    step = "the share is 10 percentage points higher" if of == "share" else "the average is one step higher"
    return f"Of two students alike themselves, the one at a school where {step} is expected to score {span}."


def _span(low: float, high: float) -> str:
    """
    >>> _span(-7.9, -1.0), _span(-7.8, 0.8), _span(2.0, 2.01), _span(0.0, 0.02)
    ('1.0 to 7.9 points lower', 'from 7.8 points lower to 0.8 points higher', '2.0 points higher', 'the same')
    """
    a, b = sorted((abs(low), abs(high)))
    if b < 0.05:
        return "the same"
    if low < -0.05 and high > 0.05:
        return f"from {-low:.1f} points lower to {high:.1f} points higher"
    way = "higher" if high + low > 0 else "lower"
    return f"{b:.1f} points {way}" if f"{a:.1f}" == f"{b:.1f}" else f"{a:.1f} to {b:.1f} points {way}"


def errors_words(found: Comparison) -> str:
    """Whether the error of earlier scores is taken off: the same in every model."""
    corrected = [p for p in found.last.spec.priors if p.csem is not None or p.reliability is not None]
    if len(corrected) == len(found.last.spec.priors):
        return "Every model takes the measurement error of the prior scores into account."
    if corrected:
        return "Every model takes the measurement error of some of the prior scores into account."
    return (
        "No model takes the measurement error of the prior scores into account. That alone puts schools with high-scoring "
        "intakes ahead where schools are not held equal."
    )


def left_out(found: Comparison, policy: str) -> str:
    """How many orgs are hidden, and by which rule."""
    rule = f"fewer than {found.least} scores ({policy})"
    if not found.left_out:
        return f"No {found.level} had {rule}: all are shown."
    verb = "is" if found.left_out == 1 else "are"
    return (
        f"{orgs(found, found.left_out)} with {rule} {verb} left out of every chart, table, count and correlation on this "
        "page. Their students are in the models, as in all results."
    )


def few_words(found: Comparison) -> str:
    return f"* too few students to tell: fewer than {found.least} are in the group, or outside it."


def trait_note(trait: Trait, found: Comparison) -> str:
    """Whether a trait is held equal, for the table of correlations."""
    if found.last.key in trait.peer:
        return "students and schools"
    return "students" if found.last.key in trait.student else "in no model"


def unit_words(found: Comparison) -> str:
    if found.unit == "standard deviations":
        return "Effects are in standard deviations of the students' scores in their grade: 0.10 is about four percentiles for a student in the middle."
    return f"Effects are in {found.unit}."
