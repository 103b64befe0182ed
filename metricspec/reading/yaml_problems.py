"""What is wrong with a file as YAML, in the words of someone who writes specs."""

from __future__ import annotations

import re
from typing import Any

from metricspec.problems import Place, Problem

# Control characters, odd line separators, letters without width and marks that reorder text on the screen. The joiners of
# Persian and of scripts of India (U+200C, U+200D) are among them only outside of words for people.
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff\U000e0000-\U000e0fff\ud800-\udfff"
)
_FORBIDDEN = re.compile(f"[{_UNSEEN}]|\r(?!\n)")
_JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f]")
_INVISIBLE = "an invisible character (U+{:04X}) stands here"


def forbidden_character(file: str, text: str) -> Problem | None:
    """The first character that would make a file read differently from how it looks."""
    match = _FORBIDDEN.search(text)
    if match is None:
        return None
    start = match.start()
    place = Place(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    hint = "delete it and type the text again; it can hide what a file really says"
    return Problem("MS006", _INVISIBLE.format(ord(match[0])), place, hint)


def forbidden_value(value: str, place: Place, *, words: bool) -> Problem | None:
    """The first such character of a key or value, which an escape (\\u202e) can bring in; `words`: it is for people."""
    match = _FORBIDDEN.search(value) or (None if words else _JOINERS.search(value))
    if match is None:
        return None
    return Problem(
        "MS006", _INVISIBLE.format(ord(match[0])), place, "write it without; two names must not look the same"
    )


def syntax_problem(file: str, text: str, error: Any) -> Problem:
    """A syntax error of the YAML parser, with what is most often the cause."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    lines = text.split("\n")
    if mark is None:
        return Problem("MS001", "the file is not valid YAML", Place(file))
    opened = getattr(error, "context_mark", None)
    if opened is not None and opened.line < mark.line and _left_open(error):
        mark = opened
    line = min(mark.line, len(lines) - 1)
    written = lines[line].rstrip("\r")
    place = Place(file, line + 1, min(mark.column, len(written)) + 1)
    message, hint = _in_plain_words(str(getattr(error, "problem", "") or ""), written, mark.column, error)
    return Problem("MS001", message, place, hint)


def _left_open(error: Any) -> bool:
    """Whether something was opened in an earlier line, so that the parser noticed too late."""
    return any(word in str(error.context or "") for word in ("quoted scalar", "flow mapping", "flow sequence"))


def _in_plain_words(problem: str, written: str, column: int, error: Any) -> tuple[str, str]:
    context = str(getattr(error, "context", "") or "")
    if "mapping values are not allowed" in problem:
        key, _, value = written.strip().removeprefix("- ").partition(":")
        if ":" in value:
            return "a second ':' in one line", f'put the text in quotes: {key}: "{_unquoted(value)}"'
        return "a key is not expected here", "check the indentation of this line and of the one before"
    if "\t" in written[: column + 1] or "'\\t'" in problem:
        return "a tab stands here", "indent with spaces"
    if "cannot start any token" in problem:
        return f"a text must not start with '{written[column : column + 1]}'", "put the text in quotes"
    if "found unexpected end of stream" in problem and "quoted scalar" in context:
        return "this quote is not closed", "a quote inside quoted text is written twice"
    if "flow" in context and error.context_mark.line == error.problem_mark.line:
        return "a ',' is missing here, or a quote", "texts with , : { } [ ] inside need quotes"
    if re.search(r"""(^|[:-])\s*(['"]).*\2""", written[:column]):
        return "text goes on after its closing quote", "put all of it in double quotes, or in none"
    if "flow mapping" in context or "flow sequence" in context:
        return "this '{' or '[' is not closed, or a ',' is missing", "texts with , : { } [ ] inside need quotes"
    if "could not find expected ':'" in problem:
        return "a ':' is missing after a key", "check the indentation of this line and of the one before"
    if "expected <block end>" in problem or "block" in context:
        return "the indentation does not fit the lines above", "give keys of one level the same indentation"
    if "undefined alias" in problem:
        return "an alias names nothing", "put texts that start with '*' or '&' in quotes"
    return (
        f"the file is not valid YAML: {problem}",
        "texts with : # , [ ] { } & * ! | > ' \" % @ may need quotes",
    )


def _unquoted(value: str) -> str:
    return re.sub(r"\s#.*$", "", value).strip().replace('"', "'")
