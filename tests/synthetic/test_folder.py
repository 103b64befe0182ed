"""A network appears whole or not at all, and never in the place of anything else."""

from pathlib import Path

import pytest

from metricspec.synthetic import ForeignFolderError, generate

FEW = {"students": 300, "districts": 1, "years": 1}


def test_refuses_a_folder_of_other_files(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "org.parquet").write_text("mine")
    with pytest.raises(ForeignFolderError, match="not written by this generator"):
        generate(folder, **FEW)
    assert [path.name for path in folder.iterdir()] == ["org.parquet"]
    assert (folder / "org.parquet").read_text() == "mine"


def test_refuses_its_own_folder_once_something_is_added(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    generate(folder, **FEW)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ForeignFolderError, match=r"notes\.txt"):
        generate(folder, seed=9, **FEW)
    assert (folder / "notes.txt").read_text() == "mine"


def test_refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    with pytest.raises(ForeignFolderError, match="give a folder"):
        generate(tmp_path / "data", **FEW)


def test_replaces_its_own_network(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    generate(folder, seed=1, **FEW)
    before = (folder / "assessment.parquet").read_bytes()
    generate(folder, seed=2, **FEW)
    assert (folder / "assessment.parquet").read_bytes() != before
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_an_error_leaves_the_earlier_network_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    generate(folder, seed=1, **FEW)
    before = (folder / "assessment.parquet").read_bytes()

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(folder, seed=2, progress=stop, **FEW)
    assert (folder / "assessment.parquet").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    generate(tmp_path / "data", students=300, districts=1, years=2, progress=lambda *step: seen.append(step))
    assert seen == [(1, 2), (2, 2)]
