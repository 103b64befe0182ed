"""The whole network, year by year."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .columns import SCHEMAS
from .effects import draw_effects
from .parameters import Parameters
from .places import build_places
from .streams import stream
from .students import draw_students
from .surveys import item_places
from .truth import write_parameters
from .writing import network_folder
from .year_writing import BLOCK, World, first_state, write_year

DAILY_FOR_ALL = 50_000  # networks up to this size have daily rows for every student
DAILY_SHARE = 0.05  # larger ones for this share, drawn by seed


Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Network:
    """A network on disk."""

    folder: Path
    files: dict[str, Path]
    counts: dict[str, int]


def generate(
    folder: Path,
    *,
    students: int = 12_000,
    districts: int = 8,
    years: int = 4,
    last_year: int = 2025,
    seed: int = 20_260,
    parameters: Parameters | None = None,
    progress: Progress | None = None,
) -> Network:
    """Write a network with about `students` enrolled in each of `years` school years up to `last_year`.

    `last_year` is the year in which the last school year ends.
    The same arguments give the same files. `progress(done, total)` is called as parts are finished.
    """
    _check(students, districts, years, last_year, seed)
    parameters = parameters or Parameters()
    settings = {
        "students": students,
        "districts": districts,
        "years": years,
        "last_year": last_year,
        "seed": seed,
        "block": BLOCK,
        "daily_for_all_up_to": DAILY_FOR_ALL,
        "daily_share_above": DAILY_SHARE,
    }
    with network_folder(folder) as writer:
        world = _world(students, districts, years, last_year, seed, parameters)
        state = first_state(world)
        write_parameters(writer.folder, parameters, settings)
        for year in range(years):
            state = write_year(world, state, year, writer)
            if progress is not None:
                progress(year + 1, years)
        counts = dict(writer.counts)
    return Network(folder, {name: folder / f"{name}.parquet" for name in SCHEMAS}, counts)


def _check(students: int, districts: int, years: int, last_year: int, seed: int) -> None:
    limits = (
        ("students", students, 200, 5_000_000),
        ("districts", districts, 1, 200),
        ("years", years, 1, 12),
        ("last_year", last_year, 2000, 2100),
        ("seed", seed, 0, 2**63 - 1),
    )
    for name, value, low, high in limits:
        if not low <= value <= high:
            raise ValueError(f"{name} is {value}; it must lie between {low} and {high}")
    if students < 60 * districts:
        raise ValueError(f"{students} students are too few for {districts} districts; give at least {60 * districts}")


def _world(enrolled: int, districts: int, years: int, last_year: int, seed: int, parameters: Parameters) -> World:
    places = build_places(seed, enrolled, districts, parameters)
    students = draw_students(seed, enrolled, years, last_year, places, parameters)
    share = 1.0 if enrolled <= DAILY_FOR_ALL else DAILY_SHARE
    return World(
        seed,
        years,
        last_year,
        parameters,
        places,
        students,
        effects=draw_effects(seed, years, places, parameters.scores),
        daily=stream(seed, "sample").random(students.count) < share,
        items=item_places(parameters.surveys, stream(seed, "surveys", year=100)),
    )
