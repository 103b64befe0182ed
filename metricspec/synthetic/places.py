"""Districts, schools, attendance zones and who feeds whom."""

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Floats, Ints
from .parameters import Parameters
from .place_names import district_id, district_name, school_id, school_name
from .streams import stream

ELEMENTARY, MIDDLE, HIGH = 0, 1, 2
SCHOOL_TYPES = ("ES", "MS", "HS")
NETWORK_ID = "NETWORK"
LAST_GRADE = (6, 9, 13)  # last grade (TK = 0, KN = 1, 01 = 2, ...) of each level
ZONES_A_MIDDLE_SCHOOL = 3
ZONES_A_HIGH_SCHOOL = 5


@dataclass(frozen=True, slots=True)
class Zones:
    """Attendance zones: where a student lives decides the schools. -1 stands for none."""

    district: Ints
    poverty: Floats
    elementary: Ints
    middle: Ints
    high: Ints
    charter: Ints
    charter_high: Ints
    alternative: Ints


@dataclass(frozen=True, slots=True)
class Schools:
    """Schools, by index."""

    ids: list[str]
    names: list[str]
    level: Ints
    district: Ints
    charter: Bools
    alternative: Bools
    attendance_effect: Floats
    discipline_effect: Floats
    survey_effect: Floats  # one column a construct
    language_effect: Floats
    untested_more: Floats


@dataclass(frozen=True, slots=True)
class Places:
    """The whole map."""

    district_ids: list[str]
    district_names: list[str]
    district_types: list[str]
    zones: Zones
    schools: Schools
    candidates: tuple[Ints, Ints, Ints]  # ordinary schools of each level, in district order
    offsets: tuple[Ints, Ints, Ints]  # where each district starts among them


def district_types(count: int) -> list[str]:
    """A mixture of unified, elementary and high-school districts; a high district needs elementary ones."""
    if count < 3:
        return ["UD"] * count
    return [{1: "ED", 2: "HD", 5: "ED"}.get(number % 8, "UD") for number in range(count)]


def build_places(seed: int, students: int, districts: int, parameters: Parameters) -> Places:
    """Draw the map for a network of about so many students."""
    rng = stream(seed, "places")
    types = district_types(districts)
    zone_district = _share_zones(students, types)
    zones_poverty = _poverty(zone_district, districts, rng)
    builder = _SchoolList()
    zones = _feeders(types, zone_district, zones_poverty, builder)
    schools = _schools(builder, parameters, stream(seed, "effects"))
    listed = [_candidates(schools, level, districts) for level in (ELEMENTARY, MIDDLE, HIGH)]
    return Places(
        district_ids=[district_id(number) for number in range(districts)],
        district_names=[district_name(number, org_type) for number, org_type in enumerate(types)],
        district_types=types,
        zones=zones,
        schools=schools,
        candidates=(listed[0][0], listed[1][0], listed[2][0]),
        offsets=(listed[0][1], listed[1][1], listed[2][1]),
    )


def _share_zones(students: int, types: list[str]) -> Ints:
    """District of each zone: schools grow with the network, districts differ in size."""
    size = min(240 * (students / 12_000) ** 0.25, 480)
    wanted = students * 6.5 / 13.5 / size
    weights = np.array(
        [0.0 if t == "HD" else (1.9, 1.0, 1.0, 1.4, 0.7, 0.8, 1.1, 0.8)[i % 8] for i, t in enumerate(types)]
    )
    counts = np.maximum(np.round(wanted * weights / weights.sum()), weights > 0).astype(np.int64)
    return np.repeat(np.arange(len(types)), counts)


def _poverty(zone_district: Ints, districts: int, rng: np.random.Generator) -> Floats:
    district_mean = rng.uniform(0.40, 0.82, districts)[zone_district]
    return np.clip(district_mean + rng.normal(0, 0.16, zone_district.size), 0.12, 0.96)


class _SchoolList:
    """Collects schools while the map is drawn."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, bool, bool, str]] = []  # level, district, charter, alternative, kind

    def add(self, level: int, district: int, kind: str, charter: bool = False, alternative: bool = False) -> int:
        self.rows.append((level, district, charter, alternative, kind))
        return len(self.rows) - 1


def _feeders(types: list[str], zone_district: Ints, poverty: Floats, schools: _SchoolList) -> Zones:
    none = np.full(zone_district.size, -1, dtype=np.int64)
    elementary, middle, high = none.copy(), none.copy(), none.copy()
    charter, charter_high, alternative = none.copy(), none.copy(), none.copy()
    for district, org_type in enumerate(types):
        own = np.flatnonzero(zone_district == district)
        for zone in own:
            elementary[zone] = schools.add(ELEMENTARY, district, "Elementary")
        for group in _groups(own, ZONES_A_MIDDLE_SCHOOL):
            middle[group] = schools.add(MIDDLE, district, "Middle")
        if own.size >= 4 or (len(types) < 3 and own.size >= 2):
            charter[own] = schools.add(ELEMENTARY, district, "Charter Academy", charter=True)
        if org_type == "HD":
            own = np.flatnonzero(np.isin(zone_district, _feeding_districts(types, district)))
        if org_type == "ED" or own.size == 0:
            continue
        for group in _groups(own, ZONES_A_HIGH_SCHOOL):
            high[group] = schools.add(HIGH, district, "High")
        if district % 8 in (0, 2, 3):
            alternative[own] = schools.add(HIGH, district, "Continuation High", alternative=True)
        if district % 8 == 0 and own.size >= 4:
            charter_high[own] = schools.add(HIGH, district, "Charter High", charter=True)
    return Zones(zone_district, poverty, elementary, middle, high, charter, charter_high, alternative)


def _feeding_districts(types: list[str], high_district: int) -> list[int]:
    """Elementary districts whose nearest high district (by number) is this one."""
    high = [number for number, org_type in enumerate(types) if org_type == "HD"]
    return [
        number
        for number, org_type in enumerate(types)
        if org_type == "ED" and min(high, key=lambda h: abs(h - number)) == high_district
    ]


def _groups(zones: Ints, size: int) -> list[Ints]:
    """Neighbouring zones that share a school."""
    if zones.size == 0:
        return []
    return np.array_split(zones, max(1, round(zones.size / size)))


def _schools(builder: _SchoolList, parameters: Parameters, rng: np.random.Generator) -> Schools:
    rows = builder.rows
    count = len(rows)
    level = np.array([row[0] for row in rows], dtype=np.int64)
    district = np.array([row[1] for row in rows], dtype=np.int64)
    tests = parameters.assessment
    untested = np.where(
        rng.random(count) < tests.low_participation_schools,
        rng.uniform(*tests.low_participation_more, count),
        0.0,
    )
    return Schools(
        ids=[school_id(row[1], number) for number, row in enumerate(rows)],
        names=[school_name(number, row[4]) for number, row in enumerate(rows)],
        level=level,
        district=district,
        charter=np.array([row[2] for row in rows]),
        alternative=np.array([row[3] for row in rows]),
        attendance_effect=rng.normal(0, parameters.attendance.school_sd, count),
        discipline_effect=rng.normal(0, parameters.discipline.school_sd, count),
        survey_effect=rng.normal(0, parameters.surveys.school_sd, (count, len(parameters.surveys.constructs))),
        language_effect=rng.normal(0, parameters.language.school_sd, count),
        untested_more=untested,
    )


def _candidates(schools: Schools, level: int, districts: int) -> tuple[Ints, Ints]:
    serves = (schools.level == level) & ~schools.alternative
    if level == MIDDLE:
        serves |= (schools.level == ELEMENTARY) & schools.charter
    listed = np.flatnonzero(serves)
    listed = listed[np.argsort(schools.district[listed], kind="stable")]
    starts = np.searchsorted(schools.district[listed], np.arange(districts + 1))
    return listed, starts


def level_of(grade: Ints) -> Ints:
    """Elementary to grade 5, middle to grade 8, high after that (grades as indexes, TK = 0)."""
    return np.searchsorted(np.array(LAST_GRADE[:2]), grade, side="left").astype(np.int64)


def another_school(places: Places, school: Ints, grade: Ints, anywhere: Bools, u: Floats) -> Ints:
    """For each row some other school that serves the grade, in the same district unless there is none."""
    found = school.copy()
    level = level_of(grade)
    for kind in (ELEMENTARY, MIDDLE, HIGH):
        rows = np.flatnonzero(level == kind)
        listed, starts = places.candidates[kind], places.offsets[kind]
        if rows.size == 0 or listed.size == 0:
            continue
        home = places.schools.district[school[rows]]
        first, after = starts[home], starts[home + 1]
        wide = anywhere[rows] | (after - first < 2)
        first, after = np.where(wide, 0, first), np.where(wide, listed.size, after)
        pick = first + (u[rows] * (after - first)).astype(np.int64)
        same = listed[pick] == school[rows]
        pick = np.where(same, first + (pick - first + 1) % (after - first), pick)
        found[rows] = listed[pick]
    return found
