"""What schemas mark as references is what the checks follow, and the other way round."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from metricspec.reading.corpus import NAMES
from metricspec.reading.document import Document
from metricspec.reading.load import load
from metricspec.reading.mentions import Mention, dependents, mentions
from metricspec.reading.reader import Reader
from metricspec.reading.schemas import Schemas
from metricspec.reading.yaml_nodes import Path as Steps
from metricspec.registry import load_registry
from tests.reading.test_bad_inputs import BAD, GOOD

REGISTRY = load_registry()
SCHEMAS = Schemas(REGISTRY.measure_types)
NOWHERE = "nowhere_at_all"


def shape(document: Document, mention: Mention) -> tuple[str, str, tuple[str, ...], bool]:
    """A mention without the names that differ from document to document."""
    measure = f" {document.data['measure']['type']}" if mention.path[:1] == ("measure",) else ""
    return document.kind + measure, mention.kind, tuple(_step(mention.path)), mention.key


def _step(path: Steps) -> list[str]:
    named = {"facts", "columns", "indicators", "datasets"}
    return ["*" if isinstance(s, int) or (at and path[at - 1] in named) else s for at, s in enumerate(path)]  # type: ignore[misc]


@cache
def one_of_each() -> dict[str, tuple[Document, Mention]]:
    """The first mention of each shape in the shipped specs, by a name for people."""
    found = {}
    for document in load(REGISTRY.spec_folders, REGISTRY).documents.values():
        for mention in mentions(document, SCHEMAS):
            if mention.kind in NAMES:
                kind, of, path, key = shape(document, mention)
                found.setdefault(f"{kind}:{'.'.join(path)}:{of}{':key' * key}", (document, mention))
    return found


def test_there_are_many() -> None:
    assert {mention.kind for _, mention in one_of_each().values()} == set(NAMES) - {"framework", "binding"}
    assert len(one_of_each()) >= 20


@pytest.mark.parametrize("name", sorted(one_of_each()))
def test_a_reference_that_leads_nowhere_is_found(name: str) -> None:
    """Written into a shipped document, a name that nothing has is found by `check`, at the very place."""
    document, mention = one_of_each()[name]
    nodes = document.nodes
    start, end = (nodes.keys if mention.key else nodes.values)[mention.path]
    at = nodes.text.index(mention.id, start, end)  # a lookup stands inside an expression
    text = nodes.text[:at] + NOWHERE + nodes.text[at + len(mention.id) :]
    reader = Reader({Path(document.file).resolve(): text})
    problems = load(REGISTRY.spec_folders, REGISTRY, reader).problems
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    found = {(p.code, p.place.line, p.place.column) for p in problems if p.place.file == document.file}
    if mention.kind == "lookup":
        assert ("MS306", line) in {(code, at_line) for code, at_line, _ in found}
    else:
        start = column - 1 if text[at - 1] in "'\"" else column
        assert ("MS201", line, start) in found


@pytest.mark.parametrize("path", [p for p in BAD if "# finding: MS201" in p.read_text("utf-8")], ids=lambda p: p.stem)
def test_what_the_checks_look_up_is_marked(path: Path) -> None:
    """Where `check` finds no document of an id, the schema marks a reference."""
    reader = Reader({(GOOD / "bad.yaml").resolve(): path.read_text(encoding="utf-8")})
    loaded = load([GOOD], REGISTRY, reader)
    document = loaded.documents[str(GOOD / "bad.yaml")]
    marked = {(document.key(*one.path) if one.key else document.at(*one.path)) for one in mentions(document, SCHEMAS)}
    unknown = {problem.place for problem in loaded.problems if problem.code == "MS201"}
    assert unknown and unknown <= marked


def test_dependents_are_found_through_others() -> None:
    loaded = load([GOOD], REGISTRY)
    every = loaded.documents.values()

    def names(kind: str, id_: str) -> set[str]:
        changed = [one for one in every if (one.kind, one.id) == (kind, id_)]
        assert changed
        return {Path(file).name for file in dependents(every, SCHEMAS, changed)}

    assert names("policy", "plain") >= {"policy.yaml", "indicator.yaml", "indicator.test.yaml"}
    assert names("codes", "grade") >= {"codes_grade.yaml", "attendance.yaml", "indicator.yaml", "binding.yaml"}
    assert "indicator.yaml" not in names("indicator", "good.published")
    assert names("lookup", "cut") >= {"lookup.yaml"}


def test_a_reader_knows_unsaved_texts_and_keeps_the_rest(tmp_path: Path) -> None:
    written = tmp_path / "policy.yaml"
    written.write_text("metricspec: 1\npolicy: one\nprivacy: [{n: 3}]\n", encoding="utf-8")
    texts: dict[Path, str] = {}
    reader = Reader(texts)
    first = load([tmp_path], REGISTRY, reader)
    texts[tmp_path.resolve() / "more.yaml"] = "metricspec: 1\npolicy: two\nprivacy: [{n: 0}]\n"
    second = load([tmp_path], REGISTRY, reader)
    assert second.documents[str(written)] is first.documents[str(written)]
    assert second.catalog.policies["one"] is first.catalog.policies["one"]
    assert [(p.code, Path(p.place.file).name) for p in second.problems] == [("MS107", "more.yaml")]
    texts[written.resolve()] = "metricspec: 1\npolicy: three\nprivacy: [{n: 3}]\n"
    del texts[tmp_path.resolve() / "more.yaml"]
    assert set(load([tmp_path], REGISTRY, reader).catalog.policies) == {"three"}
    texts.clear()
    assert set(load([tmp_path], REGISTRY, reader).catalog.policies) == {"one"}
