"""The score of a survey scale in mathematics."""

from __future__ import annotations

from metricspec.formula import Formula
from metricspec.measures.survey_scale.spec import SurveyScaleSpec

PEOPLE = r"\frac{1}{\left|P\right|} \sum\limits_{p \in P}"
STANDING = (
    r"v_j = \frac{z_j - \bar{z}}{\sigma}",
    r"\bar{z} = \frac{\sum\limits_{h} n_h \, z_h}{\sum\limits_{h} n_h}",
    r"\sigma^2 = \frac{\sum\limits_{h} n_h (z_h - \bar{z})^2}{\sum\limits_{h} n_h}",
)


def equations(spec: SurveyScaleSpec) -> Formula:
    """The org's score; with `report: standing`, how far it lies from those of its level."""
    lines, where = _score(spec, "v" if spec.report == "score" else "z_j")
    people = f"people who answered at least {spec.fewest(len(spec.items))} of the {len(spec.items)} items"
    where = [("P", people), *where]
    if spec.report == "standing":
        lines = [*STANDING, *lines]
        where += [
            ("h", f"the orgs of the level with {spec.standing_n} people or more{_taking_part(spec)}"),
            ("n_h", "people who answered there"),
        ]
    return Formula(tuple(lines), tuple(where))


def _taking_part(spec: SurveyScaleSpec) -> str:
    """Which of them count, where so many of those asked must answer."""
    return ", and with the participation that is asked for" if spec.floors else ""


def _score(spec: SurveyScaleSpec, name: str) -> tuple[list[str], list[tuple[str, str]]]:
    if spec.score == "percent_favorable":
        return _favorable(spec, name)
    if spec.score == "partial_credit":
        return _credit(spec, name)
    times = rf"{len(spec.items)} \cdot " if spec.score == "total" else ""
    line = rf"{name} = {times}{PEOPLE} \frac{{1}}{{\left|I_p\right|}} \sum\limits_{{i \in I_p}} a_{{pi}}"
    return [line], [("I_p", "the items that person *p* answered"), ("a_{pi}", _answer(spec))]


def _answer(spec: SurveyScaleSpec) -> str:
    text = f"`{spec.response}` of person *p* to item *i*, from {spec.low} to {spec.high}"
    turned = [item for item in spec.items if item in spec.reverse]
    if turned:
        text += f"; of {', '.join(turned)} counted from the other end: {spec.low + spec.high} less the answer"
    return text


def _favorable(spec: SurveyScaleSpec, name: str) -> tuple[list[str], list[tuple[str, str]]]:
    line = rf"{name} = {PEOPLE} \frac{{f_p}}{{m_p}}"
    if spec.pool == "responses":
        line = rf"{name} = \frac{{\sum\limits_{{p \in P}} f_p}}{{\sum\limits_{{p \in P}} m_p}}"
    asked = f"how many of them are favorable: {spec.favorable} or more"
    turned = [item for item in spec.items if item in spec.reverse]
    if turned:
        asked += f", those to {', '.join(turned)} counted from the other end"
    return [line], [("m_p", "how many items person *p* answered"), ("f_p", asked)]


def _credit(spec: SurveyScaleSpec, name: str) -> tuple[list[str], list[tuple[str, str]]]:
    assert spec.parameters is not None
    people = spec.parameters
    scaled, where = r"\theta_p", []
    if spec.scale_mean is not None and spec.scale_sd is not None:
        scaled = rf"({spec.scale_mean:g} + {spec.scale_sd:g} \, (\theta_p - \mu) / \sigma)"
        where.append((r"\mu, \sigma", f"mean {people.mean:g} and standard deviation {people.sd:g} of the population"))
    likely = r"\prod\limits_{i \in I_p} P_i(a_{pi} \mid \theta) \; \varphi(\theta)"
    lines = [
        f"{name} = {PEOPLE} {scaled}",
        rf"\theta_p = \frac{{\int \theta \, {likely} \, d\theta}}{{\int {likely} \, d\theta}}",
        r"\log P_i(h \mid \theta) - \log P_i(h - 1 \mid \theta) = \alpha_i (\theta - \beta_{ih})",
    ]
    where += [
        ("I_p", "the items that person *p* answered"),
        ("a_{pi}", _answer(spec)),
        (r"\varphi", f"the normal density of the population, mean {people.mean:g}, standard deviation {people.sd:g}"),
        (r"\alpha_i, \beta_{ih}", "discrimination and steps of item *i*, as the spec gives them"),
    ]
    return lines, where
