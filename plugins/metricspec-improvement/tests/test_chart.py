"""The command over Result files: what is drawn, what is said, what stays hidden, and what is refused."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from click.testing import CliRunner
from metricspec.problems import UsageError
from metricspec.registry import Registry
from metricspec.running.loading import load

from metricspec_improvement.chart.command import run_chart_command
from metricspec_improvement.chart.series import Series, Wanted, one_series, read_result

SVG = "{http://www.w3.org/2000/svg}"
BINDING = """\
metricspec: 1
binding: ours
datasets:
  daily_attendance: {file: daily.csv}
  org: {file: org.csv}
"""
SPEC = """\
metricspec: 1
indicator: ours.{name}
version: "1.0.0"
title: Absence
better: lower
unit: percent
digits: 1
students: daily_attendance
measure:
  type: run_chart
  numerator: days_absent
  denominator: days_expected
  date: date
  every: day
{more}
orgs: plain
groups: all_students
policy: ca_dashboard
compare: none
"""
NAMES = {"N": "Net", "D": "Dale", "A": "Ash School", "B": "Birch School"}
AWAY = [2, 4, 3, 5, 2, 4, 3, 5, 2, 4, 9, 8, 10, 9, 8, 9, 10, 9, 8, 12]  # of 20 students, on twenty days


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Path:
    """A folder of Result files: school A has 20 students each day, school B eight on the fifth day."""
    folder = tmp_path_factory.mktemp("results")
    days = [f"2024-09-{day:02d}" for day in range(1, 21)]
    rows = [(f"a{i}", "A", day, int(i < away)) for day, away in zip(days, AWAY, strict=True) for i in range(20)]
    rows += [(f"b{i}", "B", day, int(i < 3)) for at, day in enumerate(days) for i in range(8 if at == 4 else 15)]
    frame = pd.DataFrame(rows, columns=["student_id", "school_id", "date", "days_absent"])
    frame["school_year"], frame["days_expected"], frame["attendance_code"] = "2024-25", 1, "present"
    frame.to_csv(folder / "daily.csv", index=False)
    orgs = pd.DataFrame([("N", "network", None), ("D", "district", "N"), ("A", "school", "D"), ("B", "school", "D")])
    orgs.columns = pd.Index(["org_id", "org_level", "parent_id"])
    orgs = orgs.assign(
        school_year="2024-25", org_name=orgs["org_id"].map(NAMES), org_type="", charter=False, alternative=False
    )
    orgs.to_csv(folder / "org.csv", index=False)
    (folder / "specs").mkdir()
    (folder / "specs" / "binding.yaml").write_text(BINDING)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nbinding: ours\nspecs: [specs]\n")
    cases = {"plain": "", "changed": "  change: '2024-09-11'", "frozen": "  baseline: 10\n  trend: 5"}
    cases["early"] = "  change: '2024-09-18'"
    for name, more in cases.items():
        (folder / "specs" / f"{name}.yaml").write_text(SPEC.format(name=name, more=more))
    project = load(folder, registry=registry)
    assert not [p for p in project.problems if p.severity == "error"], project.problems
    frame = project.run(*(f"ours.{name}" for name in cases))
    frame.to_parquet(folder / "all.parquet", index=False)
    frame.to_csv(folder / "all.csv", index=False)
    return folder


def series(results: Path, name: str, org: str = "A") -> Series:
    return one_series(read_result(results / "all.csv"), Wanted(f"ours.{name}", org, "ALL", None))


def drawn(results: Path, tmp_path: Path, *arguments: str, out: str) -> tuple[str, str]:
    """What the command says, and what it writes."""
    target = tmp_path / out
    done = CliRunner().invoke(
        run_chart_command, [str(results / "all.parquet"), "--out", str(target), *arguments], standalone_mode=False
    )
    assert done.exception is None and done.return_value == 0, done.exception
    assert [p.name for p in tmp_path.iterdir()] == [out], "nothing but the chart is left"
    return done.stdout, target.read_text(encoding="utf-8")


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_the_same_series_from_both_kinds_of_file(results: Path) -> None:
    left, right = (
        one_series(read_result(results / f"all.{end}"), Wanted("ours.changed", "A", "ALL", "2024-25"))
        for end in ("csv", "parquet")
    )
    assert left == right
    assert [point.value for point in left.points] == [5.0 * away for away in AWAY]
    assert {point.n for point in left.points} == {20}
    assert (left.centre, left.baseline, left.changed) == (17.5, 10, True)


def test_hidden_points_take_the_signal_with_them(results: Path, tmp_path: Path) -> None:
    """The eight students of the fifth day, and, so that they cannot be worked out, one more point."""
    found = series(results, "plain", "B")
    assert found.hidden == 2 and found.centre is None and found.facts == {}
    says, page = drawn(results, tmp_path, "--indicator", "ours.plain", "--org", "B", out="b.html")
    assert says == (
        "ours.plain: school B, all students, 2024-25\n"
        "No verdict: 2 points are hidden, so no median and no signal is told: either would tell something of what is hidden.\n"
    )
    assert (
        page.count("hidden: too few students") == 1
        and page.count("hidden: so that no total of the year tells another") == 1
    )
    svg = page[page.index("<svg") : page.index("</svg>") + 6]
    assert texts(svg).count("hidden") == 2
    assert not any("median" in text for text in texts(svg))
    for hidden in ("37.5", ">8<"):
        assert hidden not in page


def test_the_page(results: Path, tmp_path: Path) -> None:
    arguments = (
        "--indicator",
        "ours.changed",
        "--org",
        "A",
        "--title",
        "A & B",
        "--unit",
        "percent",
        "--change",
        "Calls home",
    )
    _, page = drawn(results, tmp_path, *arguments, out="a.html")
    assert "A &amp; B: school A, all students, 2024-25" in page
    assert "<script" not in page and "http-equiv" in page and "src=" not in page and "href=" not in page
    assert page.count('<th scope="row">') == 20 and "<caption>" in page
    svg = ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    assert svg.get("role") == "img" and svg.get("aria-labelledby") == "run-chart-title run-chart-desc"
    (description,) = (element.text for element in svg.iter(f"{SVG}desc"))
    assert description and "Lowest 10.0 (2024-09-01), highest 60.0 (2024-09-20)" in description
    said = "Shift after Calls home: 10 points in a row lie above the earlier median."
    assert said in description and f'<p class="verdict">{said}</p>' in page
    box = page[page.index('<div class="answer">') : page.index("</div>")]
    assert box.index(said) < box.index("The median of") < box.index("Apart from that")
    assert "Signal:" not in page and "No signal" not in page, "one verdict"
    assert {"median 17.5", "Calls home", "baseline", "2024-09-01"} <= set(
        texts(page[page.index("<svg") : page.index("</svg>") + 6])
    )


def test_a_change_that_is_hidden_may_be_named(results: Path, tmp_path: Path) -> None:
    """Whether the indicator has one is no secret, and its points are hidden all the same."""
    says, _ = drawn(results, tmp_path, "--indicator", "ours.changed", "--org", "B", "--change", "Calls", out="b.html")
    assert "No verdict: 2 points are hidden" in says


def test_too_early(results: Path, tmp_path: Path) -> None:
    """The file has no row of signal_after then, and is of a change all the same."""
    says, _ = drawn(results, tmp_path, "--indicator", "ours.early", "--org", "A", "--change", "Calls", out="a.html")
    assert says.splitlines()[1] == "Too early to say: there are 3 points after Calls, and a shift is 8 in a row."


def test_pictures(results: Path, tmp_path: Path) -> None:
    (tmp_path / "svg").mkdir()
    _, svg = drawn(results, tmp_path / "svg", "--indicator", "ours.plain", "--org", "A", out="a.svg")
    assert "ours.plain: school A, all students, 2024-25" in texts(svg)
    assert "Signal: points that vary by chance alone mostly look otherwise." in texts(svg)
    assert not {"baseline", "change"} & set(texts(svg))
    target = tmp_path / "a.png"
    arguments = [str(results / "all.csv"), "--indicator", "ours.plain", "--org", "D", "--out", str(target)]
    CliRunner().invoke(run_chart_command, arguments, standalone_mode=False, catch_exceptions=False)
    assert target.read_bytes().startswith(b"\x89PNG") and target.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--org", "A", "--out", "a.html"],
            "has several: say which indicator; there are: ours.changed, ours.early, ours.frozen, ours.plain",
        ),
        (["--indicator", "ours.plain", "--org", "Z", "--out", "a.html"], "unknown org 'Z': there are A, B, D, N"),
        (["--indicator", "ours.plain", "--org", "A", "--group", "EL", "--out", "a.html"], "has no student_group 'EL'"),
        (
            ["--indicator", "ours.plain", "--org", "A", "--year", "2020-21", "--out", "a.html"],
            "has no school_year '2020-21'",
        ),
        (
            ["--indicator", "ours.plain", "--org", "A", "--change", "Calls", "--out", "a.html"],
            "--change 'Calls': the measure of ours.plain has no key 'change'",
        ),
        (
            ["--indicator", "ours.plain", "--org", "A", "--change", "Calls", "--out", "a.html"],
            'such as change: "2024-09-11", and run it again; in the file these have it: ours.changed, ours.early',
        ),
        (["--indicator", "ours.plain", "--org", "A", "--out", "a.gif"], "ends in .html, .svg or .png"),
        (["--indicator", "ours.plain", "--org", "A", "--out", "none/a.svg"], "there is no folder none"),
    ],
)
def test_what_is_refused(results: Path, arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(run_chart_command, [str(results / "all.parquet"), *arguments], standalone_mode=False)
    assert isinstance(done.exception, UsageError) and says in str(done.exception)


def test_versions_side_by_side(results: Path, tmp_path: Path) -> None:
    """The newest by number, of those that have the year; another where it is wanted; never points of both."""
    frame = pd.read_csv(results / "all.csv", dtype={"category": str})
    old = frame[frame["indicator"] == "ours.plain"]
    new = old.assign(version="10.0.0", value=old["value"] / 2)
    both = pd.concat([old.assign(version="9.1.0"), new, old.assign(version="9.1.0", school_year="2023-24")])
    file = tmp_path / "both.csv"
    both.to_csv(file, index=False)

    def of(year: str | None = None, version: str | None = None) -> tuple[str, str, float | None, int]:
        found = one_series(read_result(file), Wanted(None, "A", "ALL", year, version))
        return found.school_year, found.version, found.points[0].value, len(found.points)

    assert of() == ("2024-25", "10.0.0", 5.0, 20)
    assert of(version="9.1.0") == of("2024-25", "9.1.0") == ("2024-25", "9.1.0", 10.0, 20)
    assert of("2023-24") == ("2023-24", "9.1.0", 10.0, 20)
    with pytest.raises(UsageError, match=r"has no version '1\.0\.0'; there are: 10\.0\.0, 9\.1\.0"):
        of(version="1.0.0")
    with pytest.raises(UsageError, match=r"has no school_year '2023-24'; there are: 2024-25"):
        of("2023-24", "10.0.0")
    arguments = [str(file), "--org", "A", "--version", "9.1.0", "--out", str(tmp_path / "old.html")]
    CliRunner().invoke(run_chart_command, arguments, standalone_mode=False, catch_exceptions=False)
    assert "ours.plain 9.1.0, drawn from" in (tmp_path / "old.html").read_text(encoding="utf-8")


def test_two_runs_in_one_file_are_refused(results: Path) -> None:
    frame = read_result(results / "all.parquet")
    with pytest.raises(UsageError, match="has some points of the series twice"):
        one_series(pd.concat([frame, frame]), Wanted("ours.plain", "A", "ALL", None))


@pytest.mark.parametrize(
    ("labels", "same"),
    [
        (["01", "02", "10"], True),
        (["2024-09-30", "2024-10-01"], True),
        (["week 01", "week 02"], True),
        (["T1", "T2", "t3"], True),
        (["B", "a"], False),  # a before B in most collations
        (["Etude", "Fall", "\u00c9tude"], False),  # accents come with their letters, or after all others
        (["1-0", "10", "1_1"], True),
        (["1-5", "12"], False),  # unlike code points, some collations pass over signs
    ],
)
def test_the_order_of_labels(results: Path, labels: list[str], same: bool) -> None:
    """Engines and the chart order labels alike, or nothing is drawn."""
    frame = read_result(results / "all.parquet")
    rows = frame[(frame["indicator"] == "ours.plain") & (frame["org_id"] == "A")]
    periods = sorted(rows["category"].dropna().unique())
    kept = rows[rows["category"].isna() | rows["category"].isin(periods[: len(labels)])]
    named = kept.assign(category=kept["category"].map(dict(zip(periods, labels, strict=False))))
    wanted = Wanted("ours.plain", "A", "ALL", None)
    if same:
        assert [point.period for point in one_series(named, wanted).points] == labels
    else:
        with pytest.raises(UsageError, match="the order of the periods is not the same everywhere"):
            one_series(named, wanted)


def test_a_file_of_the_version_before_is_refused(results: Path) -> None:
    """It does not say how many points in a row are a shift."""
    frame = read_result(results / "all.parquet")
    with pytest.raises(UsageError, match=r"has no statistic shift_from: it was made by metricspec-improvement 0\.2\.0"):
        one_series(frame[frame["statistic"] != "shift_from"], Wanted("ours.changed", "A", "ALL", None))


def test_files_that_are_no_result(results: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Result of metricspec run --out, it has no column indicator"):
        read_result(results / "org.csv")
    with pytest.raises(UsageError, match=r"ends in \.csv or \.parquet"):
        read_result(results / "metricspec.yaml")
    with pytest.raises(UsageError, match="there is no such file"):
        read_result(results / "none.csv")
    frame = pd.read_parquet(results / "all.parquet")
    other = frame[frame["statistic"].isna() & frame["category"].isna()]
    with pytest.raises(UsageError, match="has no run chart: its measure type is not run_chart"):
        one_series(other, Wanted("ours.plain", "A", "ALL", None))
