"""Indicators and their tests out of documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from metricspec.measure import MeasureType, StagedMeasure
from metricspec.model import Compare, Deprecated, Fact, Indicator, IndicatorTest, Scalar, TestCase
from metricspec.reading.build_parts import names, source, text, unverified, years
from metricspec.reading.document import Document

AGGREGATES = ("sum", "count", "any", "latest", "max", "min")
Row = Mapping[str, Scalar]


def build_indicator(document: Document, measure_type: MeasureType) -> Indicator:
    data = document.data
    block = {key: value for key, value in data["measure"].items() if key != "type"}
    better = data.get("better", "none")
    measure = measure_type.parse(block)
    return Indicator(
        id=document.id,
        version=data["version"],
        title=text(data["title"]),
        measure_type=measure_type.name,
        measure=measure,
        groups=data["groups"],
        policy=data["policy"],
        unit=data.get("unit", "percent"),
        digits=data.get("digits", 1),
        better=better if isinstance(better, str) else f"toward:{document.written('better', 'toward')}",
        status=data.get("status", "active"),
        source=source(data.get("source")),
        effective=years(data.get("effective")),
        students=data.get("students"),
        stints=names(data.get("stints")),
        facts=tuple(_fact(name, fact) for name, fact in data.get("facts", {}).items()),
        population=names(data.get("population")),
        row_keys=tuple(measure_type.row_keys(measure)) if isinstance(measure_type, StagedMeasure) else None,
        orgs=data.get("orgs"),
        rating=data.get("rating"),
        compare=_compare(data.get("compare", ())),
        supersedes=data.get("supersedes"),
        deprecated=_deprecated(data.get("deprecated")),
        unverified=unverified(data),
        note=data.get("note", ""),
        description=text(data.get("description")),
        place=document.place,
    )


def _deprecated(block: Mapping[str, Any] | None) -> Deprecated | None:
    return Deprecated(date.fromisoformat(block["since"]), block.get("replacement")) if block else None


def _fact(name: str, block: Mapping[str, Any]) -> Fact:
    aggregate = next(key for key in AGGREGATES if key in block)
    value = block[aggregate]
    return Fact(
        name=name,
        dataset=block["from"],
        aggregate=aggregate,  # type: ignore[arg-type]  # one of AGGREGATES
        value=value if isinstance(value, str) else None,
        where=block.get("where"),
        at=block.get("at", "org"),
        missing=block.get("missing", "exclude"),
    )


def _compare(value: str | Iterable[Mapping[str, Any]]) -> tuple[Compare, ...]:
    if isinstance(value, str):
        return (Compare(value),)  # type: ignore[arg-type]  # the schema knows the modes
    return tuple(Compare(block["mode"], years(block)) for block in value)


def build_test(document: Document, dataset: str, student: str | None) -> IndicatorTest:
    """The tests of an indicator. Plain `rows` belong to `dataset`, whose column `student` names students."""
    cases = tuple(
        _case(document, number, block, dataset, student) for number, block in enumerate(document.data["cases"])
    )
    return IndicatorTest(document.id, cases, document.place)


def _case(document: Document, number: int, block: Mapping[str, Any], dataset: str, student: str | None) -> TestCase:
    here = ("cases", number)
    rows: dict[str, tuple[Row, ...]] = {
        name: tuple(repeated(rows, student)) for name, rows in block.get("datasets", {}).items()
    }
    if "rows" in block:
        rows[dataset] = (*tuple(repeated(block["rows"], student)), *rows.get(dataset, ()))
    expect = tuple(block.get("expect", ()))
    return TestCase(
        name=block["name"],
        rows=rows,
        expect=expect,
        expect_absent=tuple(block.get("expect_absent", ())),
        stage=block.get("stage", "released"),
        year=block.get("year"),
        tolerance=float(block.get("tolerance", 1e-9)),
        place=document.at(*here, "name"),
        expect_places=tuple(document.at(*here, "expect", index) for index in range(len(expect))),
    )


def repeated(rows: Iterable[Row], student: str | None) -> Iterator[Row]:
    """Rows with `repeat: N` written out N times; their students are numbered -1 to -N."""
    for row in rows:
        if "repeat" not in row:
            yield row
            continue
        plain = {key: value for key, value in row.items() if key != "repeat"}
        times = row["repeat"]
        for number in range(1, int(times) + 1 if isinstance(times, int) else 1):
            named = f"{plain.get(student)}-{number}" if student else None
            yield {**plain, student: named} if student and student in plain else plain
