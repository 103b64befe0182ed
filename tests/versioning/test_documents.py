"""Properties of a comparison over every shipped spec: the same is no change, no key is silent, and a way back is as long."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from hashlib import sha1
from itertools import islice
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from metricspec.reading.schemas import kind_schema
from metricspec.schoolyear import is_school_year, previous
from metricspec.versioning.bumps import BUMPS
from metricspec.versioning.calendar import Calendar
from metricspec.versioning.documents import document_changes
from metricspec.versioning.snapshot import Key, Spec, Written
from tests.versioning.states import TODAY, Edit, compared, edited, reader, shipped
from tests.versioning.test_edits import EDITS

# Years that another entry, or the indicator's own years, take the effect from.
WITHOUT_EFFECT = {
    (("levels", "ca.graduation_rate"), "status.2.from"),
    (("framework", "ca_dashboard"), "indicators.elpi.status_as_rating.0.from"),
    (("framework", "essa"), "indicators.elpi.status_as_rating.0.from"),
}
# Of kinds with many values only some: every third, ...
STEPS = {"framework": 11, "levels": 3, "dataset": 3, "indicator": 2}
KINDS = sorted({kind for kind, _ in shipped().specs} - {"binding"})  # where data lie is not what an indicator means


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    if inner is None:
        yield path, data
        return
    for key, value in inner:
        yield from leaves(value, (*path, key))


def another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return previous(value) if is_school_year(str(value)) else f"{value}x"


def with_value(spec: Spec, path: tuple[Any, ...], value: Any) -> Spec | bool:
    data = deepcopy(spec.document.nodes.data)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    content = json.dumps(data, ensure_ascii=False).encode()
    return reader().spec(Written("edited.yaml", content, sha1(content).hexdigest()))


@pytest.mark.parametrize("kind", KINDS)
def test_no_value_changes_in_silence(kind: str) -> None:
    """A number, text or year of a shipped spec, changed alone, is told, where what comes out is a spec at all."""
    silent: set[tuple[Key, str]] = set()
    changed = 0
    for key, (spec, *_) in shipped().specs.items():
        for path, value in (
            islice(leaves(spec.document.nodes.data), 0, None, STEPS.get(kind, 1)) if key[0] == kind else ()
        ):
            if path[0] in ("metricspec", "version", kind):
                continue
            new = with_value(spec, path, another(value))
            if isinstance(new, Spec):
                changed += 1
                if not document_changes(spec, new, (shipped(), shipped()), TODAY):
                    silent.add((key, ".".join(map(str, path))))
    assert changed > 5
    assert silent <= WITHOUT_EFFECT


def test_the_same_specs_are_no_change() -> None:
    again = edited([])
    assert compared(shipped(), again) == {}
    for (spec, *_), (other, *_) in zip(shipped().specs.values(), again.specs.values(), strict=True):
        unlike = Spec(other.document, other.model, "another mark")
        assert document_changes(spec, unlike, (shipped(), again), TODAY) == ()


FILES = sorted({stated["file"] for stated in EDITS})


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(EDITS), min_size=1, max_size=4, unique_by=lambda stated: stated["file"]))
def test_several_edits_together(chosen: list[dict[str, Any]]) -> None:
    """The way back has as many changes as the way there, and what one edit needs, several need at least."""
    new = edited([Edit(stated["file"], stated["old"], stated["new"]) for stated in chosen])
    there, back = compared(shipped(), new), compared(new, shipped())
    assert there.keys() == back.keys()
    assert all(len(one.changes) == len(back[id_].changes) for id_, one in there.items())
    for stated in chosen:
        for id_, bump in stated["bumps"].items():
            if bump != "none":
                assert BUMPS.index(there[id_].needed) >= BUMPS.index(bump)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(EDITS), st.integers(min_value=2010, max_value=2040))
def test_what_was_to_come_is_past_later(stated: dict[str, Any], year: int) -> None:
    """Looked at from a later day an edit never needs less."""
    new = edited([Edit(stated["file"], stated["old"], stated["new"])])
    earlier, later = (compared(shipped(), new, Calendar(date(y, 9, 1))) for y in (year, year + 1))
    assert earlier.keys() == later.keys()
    assert all(BUMPS.index(later[id_].needed) >= BUMPS.index(one.needed) for id_, one in earlier.items())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "indicator"])
def test_what_the_schema_says_holds_by_default_does(kind: str) -> None:
    """A key that is left out means what its schema says: the model is the same with the default written out."""
    tried = 0
    for key, (spec, *_) in shipped().specs.items():
        for path, default in defaults(kind_schema(kind), spec.document.nodes.data) if key[0] == kind else ():
            new = with_value(spec, path, default)
            if isinstance(new, Spec):
                tried += 1
                old = reader().spec(Written("edited.yaml", yaml_of(spec), f"plain {key}"))
                assert isinstance(old, Spec)
                assert without_place(new.model) == without_place(old.model), path
    assert tried or kind in ("framework", "lookup", "orgs")


def defaults(schema: Any, data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Keys that are not written and have a default."""
    if isinstance(data, dict):
        for key, inner in schema.get("properties", {}).items():
            if key in data:
                yield from defaults(inner, data[key], (*path, key))
            elif "default" in inner:
                yield (*path, key), inner["default"]
        for key in data if isinstance(schema.get("additionalProperties"), dict) else ():
            yield from defaults(schema["additionalProperties"], data[key], (*path, key))
    elif isinstance(data, list):
        for at, item in enumerate(data):
            yield from defaults(schema.get("items", {}), item, (*path, at))


def yaml_of(spec: Spec) -> bytes:
    return json.dumps(spec.document.nodes.data, ensure_ascii=False).encode()


def without_place(model: Any) -> str:
    """A model as text without where it stands."""
    text = repr(model)
    while "Place(" in text:
        start = text.index("Place(")
        text = text[:start] + text[text.index(")", start) + 1 :]
    return text


def test_an_indicator_says_what_holds_by_default() -> None:
    text = """metricspec: 1
indicator: a
version: "1.0.0"
title: A
measure: {type: rate, numerator: homeless}
students: enrollment
orgs: plain
groups: dash14
policy: ca_dashboard
facts: {f: {from: discipline_action, count: true, missing: 0}}
"""
    plain = reader().spec(Written("edited.yaml", text.encode(), "plain"))
    assert isinstance(plain, Spec)
    found = dict(defaults(kind_schema("indicator"), yaml.safe_load(text)))
    assert set(found) >= {("unit",), ("digits",), ("better",), ("status",), ("unverified",), ("facts", "f", "at")}
    for path, default in found.items():
        new = with_value(plain, path, default)
        assert isinstance(new, Spec)
        assert without_place(new.model) == without_place(plain.model), path
