"""What came and went, other ids, several versions of one id, and expressions that say the same."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha1

import pytest

from metricspec.versioning.bumps import declared, enough, raised
from metricspec.versioning.closure import depends_on
from metricspec.versioning.compared import pairs
from metricspec.versioning.expressions import same
from metricspec.versioning.snapshot import Snapshot, Spec, Written
from tests.versioning.states import Edit, compared, edited, reader, shipped, shipped_files

CHRONIC = "indicators/ca/chronic-absenteeism.yaml"


def files_without(*names: str) -> list[Written]:
    return [one for one in shipped_files() if one.file not in names]


def written(file: str, text: str) -> Written:
    return Written(file, text.encode(), sha1(text.encode()).hexdigest())


def text_of(file: str) -> str:
    return next(one.content.decode() for one in shipped_files() if one.file == file)


def test_an_indicator_that_is_gone_and_one_that_is_new() -> None:
    less = reader().snapshot(files_without(CHRONIC))
    gone = compared(shipped(), less)["ca.chronic_absenteeism"]
    assert (gone.became, gone.needed, gone.versions) == ("gone", "none", ("1.0.0", ""))
    new = compared(less, shipped())["ca.chronic_absenteeism"]
    assert (new.became, new.needed, new.versions) == ("new", "none", ("", "1.0.0"))


def test_another_id_with_the_same_rules_is_a_new_name() -> None:
    new = edited([Edit(CHRONIC, "indicator: ca.chronic_absenteeism", "indicator: ca.chronic_absence")])
    found = compared(shipped(), new)
    assert "ca.chronic_absenteeism" not in found
    renamed = found["ca.chronic_absence"]
    assert (renamed.became, renamed.needed) == ("renamed", "major")
    assert renamed.changes[0].change.says == "The id was ca.chronic_absenteeism, now ca.chronic_absence."


def test_another_id_with_other_rules_is_another_indicator_unless_it_says_so() -> None:
    edits = [
        Edit(CHRONIC, "indicator: ca.chronic_absenteeism", "indicator: ca.severe"),
        Edit(CHRONIC, "10 * days_absent", "5 * days_absent"),
    ]
    found = compared(shipped(), edited(edits))
    assert (found["ca.severe"].became, found["ca.chronic_absenteeism"].became) == ("new", "gone")
    edits.append(Edit(CHRONIC, "status: active", "status: active\nsupersedes: ca.chronic_absenteeism"))
    said = [told.change.says for told in compared(shipped(), edited(edits))["ca.severe"].changes]
    assert any("The numerator was" in text for text in said) and "ca.chronic_absenteeism" in said[0]


def test_another_kind_of_measure_is_told_as_a_whole() -> None:
    edit = Edit(
        CHRONIC, "type: rate\n  numerator: 10 * days_absent >= days_expected", "type: mean\n  value: days_absent"
    )
    unit = Edit(CHRONIC, "missing: exclude", "where: days_expected > 0")
    found = compared(shipped(), edited([edit, unit]))["ca.chronic_absenteeism"]
    (told,) = found.changes
    assert (told.effect, told.change.key) == ("past", "measure.type")
    assert told.change.says.startswith("It was computed as students for whom") and "(mean)" in told.change.says


def test_a_change_through_a_direction() -> None:
    """Who is lowest depends on which direction is better, though of the indicator itself that is a label."""
    edit = Edit("indicators/sqii/chronic-absence.yaml", "better: lower", "better: higher")
    found = compared(shipped(), edited([edit]))
    assert found["sqii.chronic_absence"].needed == "patch"
    assert found["sqii.lowest_race_chronic_absence"].needed == "major"


def test_a_policy_that_no_indicator_uses_is_told_by_itself() -> None:
    extra = written("policies/own.yaml", "metricspec: 1\npolicy: own\nprivacy:\n  - n: 5\n")
    more = written("policies/own.yaml", "metricspec: 1\npolicy: own\nprivacy:\n  - n: 6\n")
    old, new = (reader().snapshot([*shipped_files(), one]) for one in (extra, more))
    (found,) = compared(old, new).values()
    assert (found.key, found.needed) == (("policy", "own"), "major")
    (told,) = found.changes
    assert told.change.says == "privacy n 5 -> 6 for all years."


def test_frameworks_are_compared_year_by_year() -> None:
    framework = "frameworks/core-sqii.yaml"
    weights = [line for line in text_of(framework).splitlines() if "weight:" in line]
    edit = text_of(framework).replace(weights[0], weights[0].replace("weight: ", "weight: 1"), 1)
    files = [*files_without(framework), written(framework, edit)]
    (found,) = compared(shipped(), reader().snapshot(files)).values()
    assert found.key == ("framework", "core_sqii")
    assert all(told.change.key.endswith("weight") and told.effect == "past" for told in found.changes)


def version(number: str) -> Spec:
    (spec,) = shipped().specs["indicator", "ca.chronic_absenteeism"]
    nodes = replace(spec.document.nodes, data={**spec.document.data, "version": number})
    return replace(spec, document=replace(spec.document, nodes=nodes), mark=number)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["1.0.0"], ["1.2.0"], [("1.0.0", "1.2.0")]),
        (["1.0.0"], ["2.0.0"], [("1.0.0", "2.0.0")]),
        (["1.0.0"], ["1.0.1", "2.0.0"], [("1.0.0", "1.0.1"), ("1.0.0", "2.0.0")]),
        (["1.0.0", "2.0.0"], ["2.1.0"], [("2.0.0", "2.1.0"), ("1.0.0", None)]),
        (["1.0.0", "2.0.0"], ["2.0.0", "3.0.0"], [("2.0.0", "2.0.0"), ("2.0.0", "3.0.0"), ("1.0.0", None)]),
        ([], ["1.0.0"], [(None, "1.0.0")]),
        (["1.0.0"], [], [("1.0.0", None)]),
    ],
)
def test_versions_are_held_against_those_of_their_major_number(
    old: list[str], new: list[str], expected: list[tuple[str | None, str | None]]
) -> None:
    found = pairs([version(number) for number in old], [version(number) for number in new])
    assert [tuple(spec.document.data["version"] if spec else None for spec in pair) for pair in found] == expected


def test_two_versions_in_one_state() -> None:
    """The old one stays as it is; the new one is held against it, and its number is enough."""
    second = text_of(CHRONIC).replace('"1.0.0"', '"2.0.0"').replace("10 * days_absent", "8 * days_absent")
    both: Snapshot = reader().snapshot([*shipped_files(), written("indicators/ca/second.yaml", second)])
    found = compared(shipped(), both)["ca.chronic_absenteeism"]
    assert (found.versions, found.needed, found.declared) == (("1.0.0", "2.0.0"), "major", "major")


def test_bumps() -> None:
    assert declared("0.9.0", "1.0.0") == "major"
    assert declared("1.10.0", "1.9.9") is None
    assert not enough(None, "none") and enough("major", "patch") and not enough("patch", "minor")
    assert raised("3.1.4", "none") == "3.1.4"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("a and b", "b AND  a", True),
        ("a and (b and c)", "(c and a) and b", True),
        ("(a or b) and c", "a or (b and c)", False),
        ("a >= 1", "1 <= a", True),
        ("a > 1", "1 <= a", False),
        ("a - (b - c)", "a - b - c", False),
        ("x in ('1', '2')", "x in ('2', '1')", True),
        ("x in ('1', '2')", "x in ('1')", False),
        ("x = 'A'", "x = 'a'", False),
        ("a = b", "b = a", True),
        ("not (a and b)", "not a and b", False),
        ("a / 1", "a / 1.0", False),
        ("coalesce(a, b)", "coalesce(b, a)", False),
        ("case when a then 1 else 0 end", "case when a then 0 else 1 end", False),
        ("a between 1 and 2", "a between 2 and 1", False),
        ("a is null", "a is not null", False),
        ("date '2024-10-02' <= d", "d >= date '2024-10-02'", True),
        ("a +", "a + ", False),
    ],
)
def test_expressions_that_say_the_same(one: str, other: str, equal: bool) -> None:
    assert same(one, other) is equal
    assert same(other, one) is equal


GAP = """metricspec: 1
indicator: ours.gap
version: "1.0.0"
title: Gap
unit: percent
measure: {type: gap, of: ca.chronic_absenteeism, reference: ALL}
orgs: plain
groups: dash14
policy: ca_dashboard
"""


@pytest.mark.parametrize(("first", "bump"), [("2023-24", "major"), ("2027-28", "minor")])
def test_a_version_beside_another_changes_only_the_years_from_its_first(first: str, bump: str) -> None:
    """Also for what is made of the plain id, which means the rules of each year."""
    second = text_of(CHRONIC).replace('"1.0.0"', '"2.0.0"').replace("10 * days_absent", "8 * days_absent")
    second = second.replace("from: 2016-17\n  except: [2019-20, 2020-21]", f"from: {first}")
    assert f"from: {first}" in second
    gap = written("indicators/ours/gap.yaml", GAP)
    old = reader().snapshot([*shipped_files(), gap])
    found = compared(old, reader().snapshot([*shipped_files(), gap, written("indicators/ca/second.yaml", second)]))
    assert (found["ca.chronic_absenteeism"].needed, found["ca.chronic_absenteeism"].declared) == (bump, "major")
    assert found["ours.gap"].needed == bump
    said = [told.change.says for told in found["ca.chronic_absenteeism"].changes]
    assert f"Version 2.0.0 holds from {first} on; before that version 1.0.0 stays." in said
    assert not any("no results" in text for text in said)


def second_of(version: str, first: str, *more: tuple[str, str]) -> Written:
    """Another version of the chronic absenteeism that ships, from a school year on."""
    text = text_of(CHRONIC).replace("from: 2016-17\n  except: [2019-20, 2020-21]", f"from: {first}")
    for old, new in (('version: "1.0.0"', version), *more):
        assert old in text
        text = text.replace(old, new)
    return written("indicators/ca/second.yaml", text)


STRICTER = "metricspec: 1\npolicy: stricter\nprivacy:\n  - n: {n}\n"


def test_what_only_an_older_version_of_a_part_depends_on_is_felt() -> None:
    """The plain id means each version in its years, so the older one's policy hides as well."""
    second = second_of('version: "2.0.0"', "2023-24")
    policy = [written("policies/stricter.yaml", STRICTER.format(n=n)) for n in (30, 40)]
    older = written(CHRONIC, text_of(CHRONIC).replace("policy: ca_dashboard", "policy: stricter"))
    rest = [*files_without(CHRONIC), older, second, written("indicators/ours/gap.yaml", GAP)]
    old, new = (reader().snapshot([*rest, one]) for one in policy)
    (gap,) = old.specs["indicator", "ours.gap"]
    assert {("policy", "stricter"), ("policy", "ca_dashboard")} <= depends_on(old, gap)
    assert compared(old, new)["ours.gap"].needed == "major"


def test_only_an_expression_looks_up() -> None:
    """The same rule as where references are looked for: what a title says is none."""
    edit = Edit(CHRONIC, "  en: Chronic absenteeism", "  en: A rate, no lookup(ca.ela_level_3_minimum)")
    (spec,) = edited([edit]).specs["indicator", "ca.chronic_absenteeism"]
    assert ("lookup", "ca.ela_level_3_minimum") not in depends_on(shipped(), spec)
    (other,) = shipped().specs["indicator", "ca.ela_dfs"]
    assert ("lookup", "ca.ela_level_3_minimum") in depends_on(shipped(), other)


@pytest.mark.parametrize("key", ['version : "2.0.0"', '"version": 2.0.0', 'version: "2.0.0"'])
def test_a_version_is_known_however_its_key_is_written(key: str) -> None:
    both = reader().snapshot([*shipped_files(), second_of(key, "2023-24")])
    newest, older = (both.spec("indicator", f"ca.chronic_absenteeism{mark}") for mark in ("", "@1"))
    assert newest and older and (newest.version, older.version) == ((2, 0, 0), (1, 0, 0))
    assert [one.version for one in both.catalog.versions["ca.chronic_absenteeism"]] == ["1.0.0", "2.0.0"]


def test_a_draft_has_not_the_plain_name() -> None:
    draft = second_of('version: "2.0.0"', "2023-24", ("status: active", "status: draft"))
    found = reader().snapshot([*shipped_files(), draft]).spec("indicator", "ca.chronic_absenteeism")
    assert found and found.version == (1, 0, 0)
