"""What may be told of an engine's message: no secret of the URL, and no value of the data, which may be a student's."""

from __future__ import annotations

import re
from urllib.parse import unquote, unquote_plus

_PASSWORD = re.compile(r"://[^:/@?]*:(.+)@")
_SECRET = re.compile(r"pass|pwd|secret|token|credential|api_?key|private_key(?!_file|_path)", re.IGNORECASE)
_KEY = re.compile(r"\b(?:password|passwd|pwd|secret|token|api_?key|private_?key)\s*:\s*(\S.*)", re.IGNORECASE)
_QUOTED = re.compile(r"""(['"]).*?\1(?!\w)""")
_NUMBER = re.compile(r"\b\d[\d.]*\b")


def secrets_of(url: str) -> tuple[str, ...]:
    """The password of a URL and its options that are one, as they are written and as they are meant."""
    found = [match[1] for match in [_PASSWORD.search(url)] if match]
    for option in re.split(r"[?&;]", unquote_plus(url)):
        name, _, value = option.partition("=")
        if value and _SECRET.search(name):
            found.append(value)
    return tuple(dict.fromkeys(text for one in found for text in (one, unquote(one))))


def without_secrets(said: str, url: str) -> str:
    for secret in secrets_of(url):
        said = said.replace(secret, "***")
    return said


def secrets_hidden(line: str) -> str:
    """A line of a file as it may be shown: a URL's secrets and the values of keys that are named like one are stars of
    the same length, so that a place in the line stays where it is."""
    hidden = [*secrets_of(line), *(match[1] for match in _KEY.finditer(line))]
    for secret in hidden:
        line = line.replace(secret, "*" * len(secret))
    return line


def without_values(said: str, sql: str) -> str:
    """A message about the statement `sql`: what it quotes stays where the statement has it too, as names do."""
    for match in _QUOTED.finditer(said):
        if (
            match[0][1:-1].lower() not in sql.lower()
        ):  # a value may hold quotes itself: nothing up to the last one is told
            end = max(said.rfind("'"), said.rfind('"')) + 1
            said = f"{said[: match.start()]}'...'{said[end:]}"
            break
    return _NUMBER.sub(lambda number: number[0] if number[0] in sql else "...", said)
