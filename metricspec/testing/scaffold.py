"""The first version of an indicator and its test, as text: valid as it stands, every choice explained."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from metricspec.model import Catalog, Dataset, Policy, Scalar
from metricspec.reading.value_traps import YAML_WORDS
from metricspec.scopes import Expressions
from metricspec.testing.examples import Example, example

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
COLUMN = 52
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "rate": "students who meet a condition, of all students counted",
        "ratio": "one sum over students divided by another",
        "mean": "the mean of a number over students",
    }
)


def scaffold(
    name: str, title: str, measure: str, dataset: Dataset, catalog: Catalog, expressions: Expressions
) -> tuple[str, str]:
    """The indicator's document and its test's. Raises UsageError where the dataset cannot carry the measure."""
    made = _with_codes(example(dataset, measure), dataset, catalog)
    policy = catalog.policies.get("ca_dashboard") or next(iter(catalog.policies.values()))
    return (
        _indicator(name, title, measure, made, dataset, policy, catalog, expressions),
        _test(name, made, dataset, policy),
    )


def scalar(value: Scalar) -> str:
    """A value as YAML, in quotes where it would otherwise be read as something else."""
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    if PLAIN.fullmatch(value) and value.lower() not in YAML_WORDS:
        return value
    return "'" + value.replace("'", "''") + "'"


def _with_codes(made: Example, dataset: Dataset, catalog: Catalog) -> Example:
    """The example with a real code wherever a column without default needs one."""
    also = dict(made.also)
    for name, value in also.items():
        column = dataset.columns[name]
        codes = catalog.codes.get(column.codes or "")
        if codes is not None and value not in codes.names:
            also[name] = codes.names[0]
    return replace(made, also=also)


def _remarked(line: str, remark: str) -> str:
    return f"{line.ljust(COLUMN)} # {remark}" if remark else line


def _conditions(key: str, remark: str, conditions: Sequence[tuple[str, str]]) -> list[str]:
    if not conditions:
        return [_remarked(f"# {key}:", remark), "#   - a condition over the dataset's columns"]
    return [_remarked(f"{key}:", remark), *(_remarked(f"  - {text}", why) for text, why in conditions)]


def _fitting_groups(dataset: Dataset, catalog: Catalog, expressions: Expressions) -> str:
    """The richest shipped set of student groups whose conditions the dataset can answer."""
    for name in ("dash14_cohort", "dash14") if dataset.span == "cohort" else ("dash14",):
        found = catalog.groups.get(name)
        if found is not None and all(expressions.rows(dataset.id, g.where)[0] is not None for g in found.groups):
            return name
    return "all_students"


def _choices(ids: Mapping[str, object], chosen: str) -> str:
    others = sorted(name for name in ids if name != chosen)
    return f"or {', '.join(others[:4])}{' ...' if len(others) > 4 else ''}" if others else ""


def _indicator(
    name: str, title: str, measure: str, made: Example, dataset: Dataset, policy: Policy,
    catalog: Catalog, expressions: Expressions,
) -> str:  # fmt: skip
    groups = _fitting_groups(dataset, catalog, expressions)
    datasets = {d.id: d for d in catalog.datasets.values() if "student" in d.keys}
    lines = [
        _remarked("metricspec: 1", "the grammar of this file; leave it"),
        f"indicator: {name}",
        _remarked('version: "1.0.0"', "raise it whenever the meaning changes"),
        _remarked("status: draft", "draft, then active: `run --all` takes active ones only"),
        "title:",
        f"  en: {scalar(title)}",
        "  # es: the same in Spanish; any language may be added",
        "# description: One or two sentences for readers of a report.",
        _remarked("better: none", "higher, lower or none: which direction is good"),
        _remarked(f"unit: {made.unit}", "percent, points, days, count or ratio"),
        _remarked(f"digits: {made.digits}", "decimal places of published values"),
        _remarked("source:", "who decided this rule, and where it is written"),
        "  publisher: Our district",
        "  document: Name the policy or guide, with its section",
        "  # read: 2024-10-02                                 the day you read it",
        _remarked("unverified: true", "delete once somebody has compared the rule with its source"),
        "# effective:",
        "#   from: 2024-25                                    the first school year with results",
        "",
        _remarked(f"students: {dataset.id}", _choices(datasets, dataset.id)),
        *_conditions("stints", "which of a student's rows count, before they are combined", made.stints),
        *_conditions("population", "which students count, after their rows are combined", made.population),
        "measure:",
        _remarked(f"  type: {measure}", TYPES[measure]),
        *(_remarked(f"  {key}: {text}", remark) for key, text, remark in made.measure),
        "",
        _remarked("orgs: plain", "schools, districts, networks; " + _choices(catalog.orgs, "plain")),
        _remarked(f"groups: {groups}", "student groups; " + _choices(catalog.groups, groups)),
        _remarked(f"policy: {policy.id}", "how few students stay hidden; " + _choices(catalog.policies, policy.id)),
        _remarked("compare: previous", "with the year before; or latest_available, none"),
        "# rating: ca.chronic_absenteeism                     a table of cut scores, if the value is to be judged",
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _row(dataset: Dataset, student: str, made: Example, own: Mapping[str, Scalar], repeat: int = 0) -> str:
    row: dict[str, Scalar] = {dataset.keys["student"]: student}
    row[dataset.keys.get("school", "school_id")] = "A"
    row.update({**made.also, **own})
    if repeat:
        row["repeat"] = repeat
    return "{" + ", ".join(f"{key}: {scalar(value)}" for key, value in row.items()) + "}"


def _expected(values: Mapping[str, Scalar], org: tuple[str, str] = ("school", "A")) -> str:
    row = {"org_level": org[0], "org_id": org[1], "student_group": "ALL", **values}
    return "{" + ", ".join(f"{key}: {scalar(value)}" for key, value in row.items()) + "}"


def _least(policy: Policy) -> int:
    """The fewest students that the policy shows at a school, for all students."""
    plain = [t.n for ts in (policy.privacy, policy.report) for t in ts if not t.groups and not t.org_levels]
    return max(plain, default=1)


def _test(name: str, made: Example, dataset: Dataset, policy: Policy) -> str:
    least = _least(policy)
    rows = [_row(dataset, f"s{at}", made, own) for at, own in enumerate(made.rows, 1)]
    alone = made.alone
    value = int(alone) if alone == int(alone) else alone
    lines = [
        "metricspec: 1",
        _remarked(f"test: {name}", "the indicator; run with: metricspec test " + name),
        "# Every case gives made-up rows and the results they must have. Write the arithmetic into its name.",
        "cases:",
        f"  - name: {scalar(made.says[0].upper() + made.says[1:])}",
        _remarked("    stage: tally", "the plain numbers, before small groups are hidden"),
        f"    rows:{'':<43} # columns left out take the defaults of {dataset.id}",
        *(f"      - {row}" for row in rows),
        "    expect:",
        f"      - {_expected(made.expect)}",
        _remarked(f"      - {_expected(made.expect, ('district', 'D1'))}", "schools lie in district D1, network N1"),
        "    expect_absent:",
        _remarked("      - {org_level: school, org_id: B}", "no student, no row"),
        f"  - name: {scalar(f'{least} students are shown')}",
        f"    rows:{'':<43} # repeat: {least} makes {least} students of one row",
        f"      - {_row(dataset, 's', made, made.rows[0], least)}",
        "    expect:",
        f"      - {_expected({'value': value, 'n': least, 'suppressed': None})}",
    ]
    if least > 1:
        lines += [
            f"  - name: {scalar(f'{least - 1} students are hidden')}",
            "    rows:",
            f"      - {_row(dataset, 's', made, made.rows[0], least - 1)}",
            "    expect:",
            f"      - {_expected({'value': None, 'n': None, 'suppressed': 'primary'})}",
        ]
    return "\n".join(line.rstrip() for line in lines) + "\n"
