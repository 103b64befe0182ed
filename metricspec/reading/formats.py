"""Problems as text, as annotations of GitHub, as JSON and as SARIF."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from metricspec.problems import Place, Problem, source_line
from metricspec.warehouses.messages import secrets_hidden

WIDEST = 160
LONGEST = 1_000


def as_text(problems: Iterable[Problem]) -> str:
    """One paragraph for each problem: place, code and message; the line; what to do about it."""
    return "\n".join(_paragraph(problem) for problem in problems)


def _paragraph(problem: Problem) -> str:
    place = problem.place
    where = f"{shown(place)}: " if place.file else ""
    warning = "warning: " if problem.severity == "warning" else ""
    lines = [f"{where}{problem.code} {warning}{_short(problem.message)}"]
    about = _short(problem.hint)
    written = secrets_hidden(source_line(place))
    if not written.strip():
        return "\n".join([*lines, f"   = {about}"] if about else lines)
    number = f"{place.line:>5} | "
    margin = " " * (len(number) - 2) + "| "
    written, start = _window(written, place.column - 1)
    carets = "".join("\t" if letter == "\t" else " " for letter in written[:start])
    carets += "^" * max(1, min(place.length, len(written) - start))
    return "\n".join([*lines, f"{number}{_visible(written)}", f"{margin}{carets} {about}".rstrip()])


def _short(text: str) -> str:
    """What quotes a very long value, without its middle."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 4 :]}"


def _window(text: str, start: int) -> tuple[str, int]:
    """The part of a very long line around a place, and the place in it."""
    if len(text) <= WIDEST:
        return text, start
    left = max(0, min(start - WIDEST // 4, len(text) - WIDEST))
    return text[left : left + WIDEST], start - left


def _visible(text: str) -> str:
    """A line with the characters that would hide or reorder it made visible."""
    return "".join(letter if letter == "\t" or letter.isprintable() else f"<U+{ord(letter):04X}>" for letter in text)


def as_github(problems: Iterable[Problem]) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request."""
    return "\n".join(_command(problem) for problem in problems)


def _command(problem: Problem) -> str:
    place = problem.place
    fields = {"file": _file(place), "line": max(1, place.line), "col": max(1, place.column)}
    fields |= {"endColumn": max(1, place.column) + place.length, "title": problem.code}
    written = ",".join(f"{key}={_escaped(str(value), in_field=True)}" for key, value in fields.items())
    text = _escaped(f"{problem.code} {problem.message}" + (f" ({problem.hint})" if problem.hint else ""))
    return f"::{problem.severity} {written}::{text}"


def _escaped(text: str, *, in_field: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_field else text


def as_json(problems: Iterable[Problem]) -> str:
    return json.dumps([_object(problem) for problem in problems], ensure_ascii=False, indent=2)


def _object(problem: Problem) -> dict[str, Any]:
    place = problem.place
    at = {"file": _file(place), "line": place.line, "column": place.column, "length": place.length}
    about = {"severity": problem.severity, "message": problem.message, "hint": problem.hint}
    return {"code": problem.code, **about, **at}


def as_sarif(problems: Iterable[Problem]) -> str:
    """SARIF 2.1.0, the exchange format of code checkers."""
    found = list(problems)
    rules = [{"id": code} for code in sorted({problem.code for problem in found})]
    tool = {"driver": {"name": "metricspec", "rules": rules}}
    run = {
        "tool": tool,
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem) for problem in found],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(problem: Problem) -> dict[str, Any]:
    place = problem.place
    location: dict[str, Any] = {"artifactLocation": {"uri": _file(place).replace(os.sep, "/")}}
    if place.line:
        end = place.column + place.length
        location["region"] = {
            "startLine": place.line,
            "startColumn": max(1, place.column),
            "endColumn": max(2, end),
        }
    text = problem.message + (f". {problem.hint}" if problem.hint else "")
    result: dict[str, Any] = {"ruleId": problem.code, "level": problem.severity, "message": {"text": text}}
    return {**result, "locations": [{"physicalLocation": location}]} if place.file else result


def shown(place: Place) -> str:
    """The place with its file as seen from the current folder."""
    file = _file(place)
    return f"{file}:{place.line}:{place.column}" if place.line else file


def _file(place: Place) -> str:
    """The path from the current folder, where the file lies in it."""
    if not place.file:
        return ""
    try:
        relative = os.path.relpath(place.file)
    except ValueError:
        return place.file
    return place.file if relative.startswith("..") else relative


def render(problems: Iterable[Problem], form: str) -> str:
    """Problems in one of the formats text, github, json, sarif."""
    forms = {"text": as_text, "github": as_github, "json": as_json, "sarif": as_sarif}
    return forms[form](problems)
