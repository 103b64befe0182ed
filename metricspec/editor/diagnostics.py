"""Problems as an editor shows them, and the change that a hint suggests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from lsprotocol import types as lsp

from metricspec.editor.positions import Text
from metricspec.problems import Problem
from metricspec.reading.problem_codes import Entry
from metricspec.reading.suggest import suggested

SOURCE = "metricspec"
SEVERITIES = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}


def docs_address(base: str | None) -> str | None:
    """The page of problems: below the address that the editor was given, or the file that came with the package."""
    if base:
        return f"{base.rstrip('/')}/problems"
    package = Path(__file__).resolve().parents[1]
    places = (package / "problems.md", package.parent / "docs" / "reference" / "problems.md")
    return next((place.as_uri() for place in places if place.is_file()), None)


def anchor(entry: Entry) -> str:
    """The heading of a code on the page of problems, as links name it."""
    return re.sub(r"[^\w\- ]", "", f"{entry.code} {entry.title}".lower()).replace(" ", "-")


def diagnostic(problem: Problem, text: Text, page: str | None, entries: Mapping[str, Entry]) -> lsp.Diagnostic:
    """A problem at its place, with its hint below the message and a link to what its code means."""
    entry = entries.get(problem.code)
    link = lsp.CodeDescription(f"{page}#{anchor(entry)}") if page and entry else None
    return lsp.Diagnostic(
        range=text.of_place(problem.place),
        message=f"{problem.message}\n{problem.hint}" if problem.hint else problem.message,
        severity=SEVERITIES[problem.severity],
        code=problem.code,
        code_description=link,
        source=SOURCE,
        data={"suggested": suggested(problem.hint)} if suggested(problem.hint) else None,
    )


def actions(uri: str, text: Text, found: Iterable[lsp.Diagnostic]) -> list[lsp.CodeAction]:
    """For each problem whose hint suggests another word: put that word there."""
    made = []
    for one in found:
        word = one.data.get("suggested") if isinstance(one.data, Mapping) else None
        if one.source != SOURCE or not isinstance(word, str):
            continue
        start, end = text.offset(one.range.start), text.offset(one.range.end)
        written = text.text[start:end]
        mark = written[:1] if written[:1] in ("'", '"') and written.endswith(written[:1]) and len(written) > 1 else ""
        edit = lsp.WorkspaceEdit(changes={uri: [lsp.TextEdit(one.range, f"{mark}{word}{mark}")]})
        title = f"Change to '{word}'"
        made.append(lsp.CodeAction(title, lsp.CodeActionKind.QuickFix, [one], is_preferred=True, edit=edit))
    return made
