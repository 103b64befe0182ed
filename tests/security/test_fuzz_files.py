"""Whatever stands in the files of a project, `metricspec check` says what is wrong with it, and where; it never breaks down."""

from __future__ import annotations

import contextlib
import io
import json
import random
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metricspec.cli import main
from metricspec.reading.load import load
from metricspec.registry import load_registry
from metricspec.running import loading

from .budget import tries

REGISTRY = load_registry()
SHIPPED = REGISTRY.spec_folders[0]
# One indicator of student rows, one of another's results, and all that they need: so small that many are checked in a second.
NEEDED = (
    "indicators/ca/suspension-rate.yaml", "indicators/ca/ca.suspension_rate.test.yaml", "indicators/core/equity/suspension-disparity.yaml",
    "levels/ca/suspension-rate.yaml", "policies/ca_dashboard.yaml", "orgs/ca_dashboard.yaml", "groups/dash14.yaml",
    "datasets/org.yaml", "datasets/enrollment.yaml", "datasets/discipline_action.yaml", "bindings/edfi-ods-5.yaml",
)  # fmt: skip
NASTY = [
    "", "null", "~", "[]", "{}", "-1", "1e999", "-1e400", "1e-400", ".inf", "-.inf", ".nan", "1e18", "9" * 400, "0x1F", "1_000", "0o17",
    "true", "2024-13-45", "2024-25", "2024-26", "*a", "&a b", "!!python/object:os.system x", "!x y", "<<: *a", "? x", "|", ">", "- - - x",
    "'", '"', '"\\ud800"', '"\\0"', '"\\u202e"', '"\\u200b"', '"\\x85"', '"\\U0010ffff"', '"\\n"', "\t", "%", "@", "`", "{{x}}", "a: b: c",
    "[[[[", "{a: {b: {c: ", "'; drop table org; --", "../../etc/passwd", "file:///etc/passwd", "~/.ssh/id_rsa", "e\u0301", "\u00e9",
    "\u0661\u0662", "\u3164", "\u200d", "\U0001f600", "x" * 5_000, "(" * 300, "not " * 300, "a.b.c.d", "1.0.0", "10", "0",
]  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    wanted = [*NEEDED, *(str(path.relative_to(SHIPPED)) for path in (SHIPPED / "codes").glob("*.yaml"))]
    for name in wanted:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHIPPED / name, folder / name)
    loaded = load([folder], REGISTRY)
    broken = [
        problem for problem in loaded.problems if problem.severity == "error" and "bindings" not in problem.place.file
    ]
    assert broken == [] and set(loaded.catalog.indicators) == {"ca.suspension_rate", "suspension_disparity"}
    return folder


@pytest.fixture
def checked(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "project_registry", lambda *_, **__: replace(REGISTRY, spec_folders=(small,)))


def check(path: Path, form: str = "text") -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), pytest.raises(SystemExit) as stopped:
        main(["check", str(path), "--format", form])
    assert "should not happen" not in said.getvalue(), said.getvalue()
    assert "Traceback" not in said.getvalue()
    return int(stopped.value.code or 0), said.getvalue()


def survives(name: str, content: bytes) -> None:
    """A mutated file, alone beside the whole ones: exit code 0 or 1, each problem in it with its code and place."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        code, said = check(path, "json")
        problems = json.loads(said.partition("\n]")[0] + "\n]") if said.startswith("[\n") else []
        assert code in (0, 1), said
        assert code == 0 or any(one["severity"] == "error" for one in problems), said
        for one in problems:
            assert (
                one["code"].startswith("MS")
                and one["message"]
                and one["line"] <= content.count(b"\n") + 1 + content.count(b"\r")
            )


def renamed(text: bytes) -> bytes:
    """Under ids of their own, so that the mutated file is checked and not only called a double."""
    return text.replace(b"ca.suspension_rate", b"ca.suspension_rote").replace(
        b"suspension_disparity", b"suspension_disparaty"
    )


FILES = [(name, renamed((SHIPPED / name).read_bytes())) for name in NEEDED]


@pytest.mark.usefixtures("checked")
@tries(30)
@given(st.sampled_from(FILES), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4))
def test_bytes_flipped(file: tuple[str, bytes], flips: list[tuple[int, int]]) -> None:
    content = bytearray(file[1])
    for at, value in flips:
        content[at % len(content)] = value
    survives(file[0], bytes(content))


@pytest.mark.usefixtures("checked")
@tries(20)
@given(st.sampled_from(FILES), st.randoms(use_true_random=False), st.sampled_from(["swap", "drop", "double", "indent"]))
def test_lines_moved(file: tuple[str, bytes], order: random.Random, how: str) -> None:
    lines = file[1].split(b"\n")
    one, other = order.randrange(len(lines)), order.randrange(len(lines))
    if how == "swap":
        lines[one], lines[other] = lines[other], lines[one]
    elif how == "drop":
        del lines[one]
    elif how == "double":
        lines.insert(other, lines[one])
    else:
        lines[one] = b"  " + lines[one]
    survives(file[0], b"\n".join(lines))


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where values begin and end: after a colon, in lists, in expressions."""
    at = 0
    for line in text.split("\n"):
        colon = line.find(": ")
        if colon > 0 and not line.lstrip().startswith("#"):
            yield at + colon + 2, at + len(line)
        elif line.lstrip().startswith("- "):
            yield at + line.index("- ") + 2, at + len(line)
        at += len(line) + 1


@pytest.mark.usefixtures("checked")
@tries(60)
@given(st.sampled_from(FILES), st.integers(0, 10**6), st.sampled_from(NASTY) | st.text(max_size=8))
def test_values_replaced(file: tuple[str, bytes], number: int, new: str) -> None:
    text = file[1].decode("utf-8")
    found = list(places(text))
    start, end = found[number % len(found)]
    survives(file[0], (text[:start] + new + text[end:]).encode("utf-8", errors="surrogatepass"))


HEAD = b"metricspec: 1\ncodes: odd\ntitle: x\nvalues:\n"
BAD = {
    "alias bomb": b"a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n",
    "deep lists": b"x: " + b"[" * 100_000,
    "deep maps": b"".join(b" " * at + b"a:\n" for at in range(200)),
    "ten megabytes": b"# " + b"x" * 10_000_000,
    "huge integer": HEAD + b"  a: " + b"9" * 10_000 + b"\n",
    "endless number": b"metricspec: 1\nlookup: odd\nkey: grade\ntitle: x\nvalues: {'05': 1e999}\n",
    "number next to nothing": b"metricspec: 1\nlookup: odd\nkey: grade\ntitle: x\nvalues: {'05': 1e-300}\n",
    "nul": HEAD + b"  a: b\0c\n",
    "nul by escape": HEAD + b'  "a\\0": x\n',
    "lone surrogate": HEAD + b"  a: \xed\xa0\x80\n",
    "lone surrogate by escape": HEAD + b'  a: "\\ud800"\n',
    "right to left": HEAD + "  a\u202e: x\n".encode(),
    "right to left by escape": HEAD + b'  "a\\u202e": x\n',
    "right-to-left mark": HEAD + "  a\u200f: x\n".encode(),
    "arabic letter mark": HEAD + "  a\u061c: x\n".encode(),
    "no width": HEAD + "  a\u200b: x\n".encode(),
    "no width, joining": HEAD + "  a\u200d: x\n".encode(),
    "soft hyphen": HEAD + "  a\u00ad: x\n".encode(),
    "filler": HEAD + "  a\u3164: x\n".encode(),
    "two forms of one letter": HEAD + "  \u00e9: x\n  e\u0301: y\n".encode(),
    "not utf-8": HEAD + b"  a: \xff\n",
    "utf-16": (HEAD + b"  a: x\n").decode().encode("utf-16"),
    "an id with a line break": b'metricspec: 1\ncodes: "odd\\n"\ntitle: x\nvalues: {a: x}\n',
    "an id that is a path": b"metricspec: 1\ncodes: ../../odd\ntitle: x\nvalues: {a: x}\n",
}


@pytest.mark.usefixtures("checked")
@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_bytes(BAD[name])
    code, said = check(tmp_path / "odd.yaml")
    assert code == 1 and "odd.yaml" in said and ("MS00" in said or "MS1" in said), said
    assert len(said) < 5_000
    assert all(letter.isprintable() or letter in "\n\t" for letter in said), said


GOOD = {
    "byte order mark": b"\xef\xbb\xbf" + HEAD + b"  a: x\n",
    "lines of Windows": HEAD.replace(b"\n", b"\r\n") + b"  a: x\r\n",
    "letters of any script": HEAD + "  ا: عربي\n  日: 日本\n  é: français\n".encode(),
    "a title in Persian, with a joiner": HEAD.replace(b"title: x", "title: می\u200cخواهم".encode()) + b"  a: x\n",
}


@pytest.mark.usefixtures("checked")
@pytest.mark.parametrize("name", GOOD)
def test_what_is_fine(name: str, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_bytes(GOOD[name])
    assert check(tmp_path / "odd.yaml")[0] == 0


def test_the_two_forms_of_a_letter_are_two_texts() -> None:
    """What the test above is about: they look the same, and a database tells them apart."""
    assert unicodedata.normalize("NFC", "e\u0301") == "\u00e9" != "e\u0301"
