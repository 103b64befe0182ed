"""The same arguments give the same bytes; another seed gives another network."""

import hashlib
from pathlib import Path

import pytest

from metricspec.synthetic import generate, network


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate(tmp_path / name, students=800, districts=3, years=2, seed=5)
    one = digests(tmp_path / "one")
    assert len(one) == 14
    assert one == digests(tmp_path / "two")


def test_another_seed_another_network(tmp_path: Path) -> None:
    for seed in (5, 6):
        generate(tmp_path / str(seed), students=800, districts=3, years=2, seed=seed)
    first, second = digests(tmp_path / "5"), digests(tmp_path / "6")
    assert first.keys() == second.keys()
    alike = [name for name in first if first[name] == second[name]]
    assert alike == [
        ".metricspec-synthetic.json",
        "org.parquet",
        "org_program.parquet",
    ]  # the list of schools follows from the size


@pytest.mark.parametrize(
    ("students", "districts", "years"), [(200, 1, 1), (300, 2, 2), (600, 3, 2), (1_500, 12, 2), (300, 1, 8)]
)
def test_enrols_about_as_many_as_asked(tmp_path: Path, students: int, districts: int, years: int) -> None:
    made = generate(tmp_path / "data", students=students, districts=districts, years=years, seed=3)
    assert 0.8 * students <= made.counts["enrollment"] / years / 1.07 <= 1.2 * students


@pytest.mark.parametrize(
    ("argument", "value"),
    [("students", 10), ("districts", 0), ("years", 0), ("last_year", 25), ("seed", -1), ("districts", 60)],
)
def test_refuses_what_it_cannot_make(tmp_path: Path, argument: str, value: int) -> None:
    with pytest.raises(ValueError, match=argument):
        generate(tmp_path / "data", **{"students": 1_000, argument: value})
    assert list(tmp_path.iterdir()) == []


def test_a_large_network_has_daily_rows_for_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = {"students": 2_000, "districts": 2, "years": 1, "seed": 4}
    every = generate(tmp_path / "every", **arguments).counts["daily_attendance"]
    monkeypatch.setattr(network, "DAILY_FOR_ALL", 1_999)
    sampled = generate(tmp_path / "sampled", **arguments).counts["daily_attendance"]
    assert 0.03 < sampled / every < 0.07
