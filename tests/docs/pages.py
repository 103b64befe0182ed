"""The pages of the documentation, and the blocks of code in them with what the remarks above a block ask for.

A remark is an HTML comment on a line of its own, above the block:
`file: PATH` writes the block there; `in: NAME` prepares what the page is read in; `with: NAME` adds something;
`replace: PATH: OLD -> NEW` changes a file first; `run` says that it is to be run, whatever its first word; `fails: N` expects that exit code (`1 or 2`: either); `output` is what the last command shows, and `output: TEXT` also says that TEXT stands in both to the letter, its figures too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md")))
_REMARK = re.compile(r"<!-- (\w+)(?:: (.*?))? -->")
_FENCE = re.compile(r"\s*```(\w*)\s*$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text and line, and the remarks above it."""

    kind: str
    text: str
    line: int
    remarks: tuple[tuple[str, str], ...] = ()

    def remark(self, name: str) -> str | None:
        return dict(self.remarks).get(name)

    @property
    def commands(self) -> bool:
        """Whether these are commands of ours for a shell."""
        if self.remark("run") is not None:
            return True
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        return self.kind in ("", "console", "bash") and first.startswith(("metricspec ", "cd ", "mkdir "))


def blocks(path: Path) -> Iterator[Block]:
    lines = path.read_text(encoding="utf-8").splitlines()
    remarks: list[tuple[str, str]] = []
    at = 0
    while at < len(lines):
        found = _FENCE.match(lines[at])
        if found:
            end = next(i for i in range(at + 1, len(lines)) if lines[i].strip() == "```")
            indent = len(lines[at]) - len(lines[at].lstrip())
            yield Block(found[1], "\n".join(line[indent:] for line in lines[at + 1 : end]), at + 1, tuple(remarks))
            remarks, at = [], end
        elif remark := _REMARK.match(lines[at]):
            remarks.append((remark[1], remark[2] or ""))
        elif lines[at].strip():
            remarks = []
        at += 1


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))
