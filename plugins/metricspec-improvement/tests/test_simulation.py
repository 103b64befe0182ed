"""How often each rule signals where nothing changed, and where something did: 20,000 series for each figure, one seed.

The figures stand in the README. The trend rule signals hardly oftener where the process drifts, the purpose that it was made
for, than in series of pure chance (Davis and Woodall 1988; Anhøj and Olesen 2014). What is simulated here is independent
normal values of one standard deviation about a centre that stays, shifts, or drifts, and rates of which many are alike; runs and
crossings are counted by other code than the measure's, and both are held against the rules on lists. It is the code by which the
command says how often chance alone gives its verdict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import run_rules
from numpy.typing import NDArray

from metricspec_improvement.chart.chance import SERIES, rules, shifts, signals
from metricspec_improvement.measure import RunChart

Rates = Mapping[str, float]


@cache
def rates(n: int, shift: float = 0.0, drift: float = 0.0) -> Rates:
    """The share of series that each rule signals. The shift comes half-way; the drift is over the whole series."""
    random = np.random.default_rng([20_261_122, n, int(10 * shift), int(10 * drift)])
    centre = np.where(np.arange(n) >= n // 2, shift, 0.0) + drift * np.arange(n) / (n - 1)
    found = rules(random.normal(centre, 1, (SERIES, n)), n)
    trends = {f"trend{points}": found.trend >= points for points in (5, 6, 7)}
    every = {"run": found.run, "crossings": found.crossings, "either": found.signal, **trends}
    return {rule: float(ones.mean()) for rule, ones in every.items()}


@pytest.mark.parametrize("tied", [False, True], ids=["no ties", "ties"])
@pytest.mark.parametrize(("n", "base"), [(24, 24), (37, 37), (37, 18), (24, 11), (12, 1)])
def test_the_counting_is_that_of_the_rules_on_lists(n: int, base: int, tied: bool) -> None:
    """Also where points lie on the line: the rules on lists are those that the measure's SQL is held against."""
    values = np.random.default_rng(3).normal(0, 1, (300, n))
    values = np.round(2 * values) if tied else values
    found = rules(values, base)
    told = found.signal & ~found.crowded
    for at, line in enumerate(values.tolist()):
        want = run_rules.of(line, base)
        assert bool(told[at]) == bool(run_rules.signal(want, minimum=1))
        assert found.trend[at] == want.longest_trend
        assert found.after[at] == max(want.run_above, want.run_below)
        assert bool(found.crowded[at]) == want.crowded
    assert told.any() and not told.all()
    assert found.crowded.any() == tied and not found.crowded.all()


@pytest.mark.parametrize("n", [12, 24, 36])
def test_chance_alone_signals_seldom(n: int) -> None:
    """Crossings alone stay under one in twenty; both rules together under one in ten."""
    found = rates(n)
    assert found["crossings"] < 0.05 and found["run"] < 0.05
    assert found["either"] < 0.10


@pytest.mark.parametrize("n", [24, 36])
def test_a_shift_is_found(n: int) -> None:
    """Of three standard deviations nearly always, of two in most series; by the trend rule hardly oftener than by chance."""
    chance = rates(n)
    assert rates(n, shift=3.0)["either"] > 0.90
    assert rates(n, shift=2.0)["either"] > 0.50
    assert rates(n, shift=3.0)["trend6"] < chance["trend6"] + 0.05


@pytest.mark.parametrize("n", [24, 36])
def test_a_drift_is_found_by_runs_and_crossings_and_not_by_trends(n: int) -> None:
    """Of four standard deviations over the series: found in most, and by six points in a row in few more than chance. Five
    points in a row find a few more, and are wrong in every fourth series of chance."""
    found, chance = rates(n, drift=4.0), rates(n)
    assert found["either"] > 0.60
    assert found["trend6"] < 0.15 and found["trend6"] - chance["trend6"] < 0.05
    assert chance["trend5"] > 0.20
    assert found["trend7"] < 0.03


def test_no_long_run_in_twelve_points_about_their_own_median() -> None:
    """Half of the points lie on each side, so that no run is longer than six where seven are allowed."""
    assert rates(12, shift=4.0)["run"] == 0.0


after = cache(shifts)


def test_the_chance_of_a_shift_is_that_of_coins_of_every_weight() -> None:
    """Worked out another way: the median of 7 points before has a share u of all points above it, which is Beta(4, 4); each point
    after lies above it with that share, alone, so that the longest run of twelve is that of coins."""
    shares = (np.arange(200) + 0.5) / 200
    weights = shares**3 * (1 - shares) ** 3
    none = [no_run(12, 8, share) for share in shares]
    assert after(7, 12, 8) == pytest.approx(1 - np.average(none, weights=weights), abs=0.008)


def no_run(coins: int, run: int, share: float) -> float:
    """The chance that of so many coins, of which each falls on one side with a chance, no `run` in a row lie on one side."""
    now = {(side, 1): chance for side, chance in ((0, 1 - share), (1, share))}
    for _ in range(coins - 1):
        then: dict[tuple[int, int], float] = {}
        for (side, length), chance in now.items():
            for falls, weight in ((0, 1 - share), (1, share)):
                key = (falls, length + 1 if falls == side else 1)
                then[key] = then.get(key, 0.0) + chance * weight
        now = {key: chance for key, chance in then.items() if key[1] < run}
    return sum(now.values())


def test_the_chance_of_a_signal_is_that_of_all_orders() -> None:
    """About the median of all sixteen points any order of eight above and eight below is as likely as another."""
    found = [
        run_rules.signal(run_rules.of([float(at in above) for at in range(16)], 16))
        for above in combinations(range(16), 8)
    ]
    assert signals(16, 16) == pytest.approx(sum(map(bool, found)) / len(found), abs=0.004)


def test_a_frozen_median_is_wrong_oftener() -> None:
    """It lies beside the middle of what comes after, in series of pure chance too."""
    for points, base in ((24, 12), (36, 12), (37, 18)):
        assert 2 * signals(points, points) < signals(points, base) < 0.2
    assert signals(24, 24, trend=5) > 0.2


@pytest.mark.parametrize("base", [12, 18, 24])
def test_six_in_a_row_after_a_change_is_no_rare_chance(base: int) -> None:
    """Why eight is asked for where the spec says nothing."""
    assert after(base, 12, 6) > 0.15
    assert after(base, 12, 8) < 0.10


FIGURES = re.compile(
    r"^\| (\d+) points(?:, (shift|drift) (\d))? \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \|$", re.M
)
AFTER = re.compile(r"^\| (\d+) before, (\d+) after \| ([\d.]+) % \| ([\d.]+) % \|$", re.M)
FROZEN = re.compile(r"^\| the first (\d+) of (\d+) points \| ([\d.]+) % \|$", re.M)
CROWDED = re.compile(
    r"^\| (?:(\d+) points|(\d+) before, (\d+) after), (\d+) (of 100 are 0|students) \| (signal|shift) \| ([\d.]+) % \| ([\d.]+) % \|$",
    re.M,
)


def test_the_figures_of_the_readme() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    rows = FIGURES.findall(text)
    assert len(rows) == 11
    for n, kind, size, *said in rows:
        found = rates(int(n), **({kind: float(size)} if kind else {}))
        assert said == [f"{100 * found[rule]:.1f}" for rule in ("either", "trend5", "trend6", "trend7")]
    frozen = FROZEN.findall(text)
    assert len(frozen) == 8
    for base, points, either in frozen:
        assert either == f"{100 * signals(int(points), int(base)):.1f}"
    lines = AFTER.findall(text)
    assert len(lines) == 6
    for base, points, six, eight in lines:
        assert (six, eight) == tuple(f"{100 * after(int(base), int(points), run):.1f}" for run in (6, 8))
    crowded = CROWDED.findall(text)
    assert len(crowded) == 7
    for points, before, later, size, kind, verdict, *given in crowded:
        series = int(points or 0) or int(before) + int(later)
        counted = rules(tied(series, int(size), students=kind == "students"), int(before or points))
        ones = counted.signal if verdict == "signal" else counted.after >= 8
        assert given == [f"{100 * share.mean():.1f}" for share in (ones, ones & ~counted.crowded)]


def tied(n: int, size: int, students: bool) -> NDArray[np.float64]:
    """Shares of so many students, each absent with a chance of 5 in 100; or of so many of 100 points that are 0."""
    random = np.random.default_rng([20_261_122, n, size])
    if students:
        return random.binomial(size, 0.05, (SERIES, n)) / size
    return np.maximum(random.random((SERIES, n)) - size / 100, 0.0)


PACKAGE = Path(__file__).parents[1]
PAGE = PACKAGE.parents[1] / "docs" / "how-to" / "see-whether-a-change-helped.md"  # in the repository only
SHORT = re.compile(
    r"in up to (\d+) of a hundred series of 10 to 60 points, and in up to (\d+) of a hundred series of 180"
)
FROZEN_WORDS = re.compile(r"in (\d+) of a hundred about the first (\d+) of (\d+)")


@cache
def most(first: int, last: int, step: int) -> int:
    """The most of a hundred series of chance that signal, of all those numbers of points."""
    return max(round(100 * signals(n, n)) for n in range(first, last + 1, step))


@pytest.mark.parametrize("where", ["docstring", PACKAGE / "README.md", PAGE], ids=["docstring", "readme", "page"])
def test_what_is_said_of_chance_in_words(where: Path | str) -> None:
    if where == PAGE and not PAGE.is_file():
        pytest.skip("the page lies in the repository of metricspec")
    text = where.read_text(encoding="utf-8") if isinstance(where, Path) else RunChart.__doc__ or ""
    ((short, days),) = SHORT.findall(" ".join(text.split()))
    assert (int(short), int(days)) == (most(10, 60, 1), most(60, 180, 15))
    frozen = FROZEN_WORDS.findall(" ".join(text.split()))
    assert frozen or where == PACKAGE / "README.md", "it has them as a table"
    for share, base, points in frozen:
        assert int(share) == round(100 * signals(int(points), int(base)))


def test_a_frozen_median_is_wrong_oftener_the_more_points_follow() -> None:
    shares = [signals(points, 12) for points in (15, 24, 36, 60, 90)]
    assert shares == sorted(shares) and shares[0] < 0.05 and shares[-1] > 0.25


def test_the_rule_for_points_on_the_line_keeps_chance_where_it_is() -> None:
    """With half of the points 0 chance alone would give a verdict in nearly every second series."""
    for n, base in ((24, 24), (36, 36), (37, 18)):
        found = rules(tied(n, 50, students=False), base)
        assert found.signal.mean() > 0.4
        assert (found.signal & ~found.crowded).mean() < signals(n, base)
    assert (found.after >= 8).mean() > 0.35
    assert ((found.after >= 8) & ~found.crowded).mean() < shifts(18, 19, 8)
