"""A growth model in mathematics, as docs/explanation/growth-in-numbers has it."""

from __future__ import annotations

from metricspec.formula import Formula
from metricspec.measures.growth.spec import GrowthSpec


def equations(spec: GrowthSpec) -> Formula:
    """Expected score, coefficients, mean residual, shrinkage and what is reported of them."""
    lines = [*_model(spec), _mean(spec)]
    effect = "m_j"
    if spec.shrinkage == "empirical_bayes":
        effect = "u_j"
        lines.append(r"u_j = \frac{\tau^2}{\tau^2 + e_j^2} \, m_j")
    lines += _reported(spec, effect)
    return Formula(tuple(lines), (*_terms(spec), *_results(spec)))


def _model(spec: GrowthSpec) -> list[str]:
    peers = r" + \sum\limits_{l} g_l \, \bar{x}_{jl}" if spec.peers else ""
    expected = rf"y_i = b_0 + \sum\limits_{{k}} b_k \, x_{{ik}}{peers} + r_i"
    errors = any(prior.csem is not None or prior.reliability is not None for prior in spec.priors)
    weights = "W " if spec.weight is not None else ""
    inner = rf"Z^{{\top}} {weights}Z{' - E' if errors else ''}"
    return [expected, rf"b = ({inner})^{{-1}} Z^{{\top}} {weights}y"]


def _mean(spec: GrowthSpec) -> str:
    divisor = r" \cdot \frac{1}{\sigma_y}" if spec.standardize != "none" else ""
    if spec.weight is not None:
        return rf"m_j = \frac{{\sum\limits_{{i \in j}} w_i \, r_i}}{{\sum\limits_{{i \in j}} w_i}}{divisor}"
    return rf"m_j = \frac{{1}}{{n_j}} \sum\limits_{{i \in j}} r_i{divisor}"


def _reported(spec: GrowthSpec, effect: str) -> list[str]:
    if spec.report in ("mean_residual", "empirical_bayes"):
        return [f"v_j = {'m_j' if spec.report == 'mean_residual' else 'u_j'}"]
    name = "v_j" if spec.report == "percentile" else "p_j"
    other = effect.replace("j", "h")
    places = [rf"{name} = 100 \, \Phi({effect} / \omega)", rf"\omega^2 = \frac{{1}}{{J}} \sum\limits_{{h}} {other}^2"]
    if spec.percentile == "rank":
        below = rf"\left|\{{\, h \;:\; {other} \lt {effect} \,\}}\right|"
        same = rf"\frac{{1}}{{2}} \left|\{{\, h \;:\; {other} = {effect} \,\}}\right|"
        places = [rf"{name} = \frac{{100}}{{J}} \, ({below} + {same})"]
    level = (
        r"v_j = \text{the smaller of } 10 \text{ and } \lfloor p_j / 10 \rfloor + 1, \; p_j \text{ in whole numbers}"
    )
    return [*places, level] if spec.report == "index_level" else places


def _terms(spec: GrowthSpec) -> list[tuple[str, str]]:
    cell = ", ".join(f"`{name}`" for name in spec.cell)
    own = ", ".join(f"`{name}`" for name in (*(prior.column for prior in spec.priors), *spec.covariates))
    found = [
        ("i", f"a score; equations hold within each school year{f' and {cell}' if cell else ''}"),
        ("y_i", f"`{spec.outcome}`"),
        ("x_{ik}", own),
    ]
    if spec.peers:
        whom = "over the student's schoolmates" if spec.peer_means == "others" else "over the school"
        found.append((r"\bar{x}_{jl}", f"means {whom} of {', '.join(f'`{name}`' for name in spec.peers)}"))
    coefficients = "b, g" if spec.peers else "b"
    found.append((coefficients, "coefficients, the same for all scores of the cell"))
    z = "y, x and the means, each less its average"
    if spec.form == "two_step":
        z = "y and x, each less its school's average; in a second step the school means of what is left, on the peers"
    found.append(("y, Z", z))
    if spec.weight is not None:
        found.append(("w_i, W", f"the weight of a score: `{spec.weight}`"))
    for at, prior in enumerate(spec.priors, 1):
        if prior.csem is not None:
            weighted = "weighted " if spec.weight is not None else ""
            how = f"the {weighted}sum of squares of `{prior.csem}`, the error of `{prior.column}`; E is 0 elsewhere"
            found.append((rf"E_{{{at}{at}}}", how))
        elif prior.reliability is not None:
            how = f"{1 - prior.reliability:.4g} of the variation of `{prior.column}`, which is error; E is 0 elsewhere"
            found.append((rf"E_{{{at}{at}}}", how))
    return found


def _results(spec: GrowthSpec) -> list[tuple[str, str]]:
    found = [("r_i", "residual: the score less what was expected"), ("m_j", "the mean residual of school or org *j*")]
    if spec.weight is None:
        found.append(("n_j", "how many scores it has"))
    if spec.standardize != "none":
        whom = "the scores fitted" if spec.standardize == "sample" else "all known outcomes of the cell"
        found.append((r"\sigma_y", f"the standard deviation of the outcome over {whom}"))
    if spec.shrinkage == "empirical_bayes":
        found.append(("u_j", "the same, drawn to the mean as far as it is uncertain"))
        found.append((r"\tau^2, e_j", "the variance of schools, and the standard error of the mean residual"))
    if spec.report in ("percentile", "index_level"):
        found.append(("J, h", "the schools of the same year, student group and category, and each of them"))
        if spec.percentile == "normal":
            found.append((r"\Phi", "the standard normal distribution function"))
            found.append((r"\omega", "how far the effects of schools are spread"))
    return found
