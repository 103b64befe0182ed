"""The indices in mathematics."""

from __future__ import annotations

from metricspec.formula import Formula

from metricspec_segregation.spec import OTHERS, SegregationSpec

INDEX = {
    "dissimilarity": r"v = \frac{1}{2} \sum\limits_i \left| \frac{a_i}{A} - \frac{b_i}{B} \right|",
    "isolation": r"v = \sum\limits_i \frac{a_i}{A} \cdot \frac{a_i}{t_i}",
    "exposure": r"v = \sum\limits_i \frac{a_i}{A} \cdot \frac{b_i}{t_i}",
}
H = (
    r"v = \sum\limits_i \frac{n_i}{N} \cdot \frac{E - E_i}{E}",
    r"E_i = -\sum\limits_g p_{gi} \ln p_{gi}",
    r"E = -\sum\limits_g P_g \ln P_g",
)


def formula(spec: SegregationSpec) -> Formula:
    if spec.of is not None:
        one, other = f"students of whom `{spec.of}` is true", "students of whom it is not"
        everyone = "all students of whom it is known"
    elif spec.reference == OTHERS:
        one, other, everyone = "students of the student group", "students outside it", "all students"
    else:
        one, other, everyone = "students of the student group", f"students of `{spec.reference}`", "all students"
    if spec.index == "information_theory":
        groups = f"the groups apart by `{spec.by}`" if spec.by is not None else f"two groups: {one}, and {other}"
        return Formula(
            H,
            (
                ("g", groups),
                ("n_i", "students of the groups at school *i*"),
                ("N", "the same in all schools of the district or network"),
                ("p_{gi}", "the share of group *g* in those of school *i*; an absent group adds 0 to the entropy"),
                ("P_g", "its share in those of all schools"),
                ("E_i, E", "entropy of school *i*, and of all schools together"),
            ),
        )
    where = (
        ("a_i", f"{one}, at school *i*"),
        ("A", "the same in all schools of the district or network"),
        ("b_i", f"{other}, at school *i*"),
        ("B", "the same in all schools"),
        ("t_i", f"{everyone}, at school *i*"),
    )
    return Formula((INDEX[spec.index],), tuple((symbol, says) for symbol, says in where if symbol in INDEX[spec.index]))
