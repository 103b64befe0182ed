"""Students as drawn once: when they come and go, who they are, what they bring."""

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Dates, Floats, Ints
from .parameters import Parameters, StudentParameters
from .places import Places
from .streams import stream

RACES = ("AA", "AI", "AS", "FI", "HI", "PI", "WH", "MR")
FIRST_STUDENT_ID = 9_000_000_000
GRADES = ("TK", "KN", *(f"{number:02d}" for number in range(1, 13)))
ATTRIBUTES = (
    "english_learner",
    "long_term_english_learner",
    "reclassified_4_years",
    "economically_disadvantaged",
    "disability",
    "foster_youth",
    "homeless",
)
EL, LTEL, RFEP, SED, SWD, FOSTER, HOMELESS = range(7)
NEVER = 99


@dataclass(frozen=True, slots=True)
class Students:
    """One entry a student; grades are indexes into GRADES, years count from the first."""

    first_grade: Ints  # grade in the first year; negative = not yet at school
    first_year: Ints
    last_year: Ints
    starts_tk: Bools
    leaves_after_8: Bools
    zone: Ints
    uses_charter: Bools
    uses_charter_high: Bools
    alternative_score: Floats
    race: Ints  # index into RACES, -1 unknown
    disadvantaged: Bools
    disability_from: Ints  # grade index from which, NEVER
    alternate_assessment: Bools
    foster_exposed: Bools
    insecure: Bools
    ability: Floats  # two columns: ELA, MATH
    absence: Floats
    behaviour: Floats
    outlook: Floats  # social-emotional, one column a construct
    learner: Bools  # English learner at entry
    us_entry: Dates
    learner_since: Dates

    @property
    def count(self) -> int:
        return int(self.first_grade.size)


def draw_students(
    seed: int, enrolled: int, years: int, last_year: int, places: Places, parameters: Parameters
) -> Students:
    """So many students that about `enrolled` are at school in a year."""
    p, rng = parameters.students, stream(seed, "students")
    n = _how_many(enrolled, years, places, p)
    first_grade = rng.integers(-(years - 1), 14, n)
    zone = rng.integers(0, places.zones.district.size, n)
    poverty = places.zones.poverty[zone]
    late = (rng.random(n) < p.arrives_later) & (years > 1)
    first_year = np.where(late, rng.integers(1, max(years, 2), n), 0)
    last_year_in = np.minimum(first_year + rng.geometric(p.leaves_each_summer, n) - 1, years)
    race = _races(poverty, p, rng)
    absence = rng.normal(size=n)
    insecure = rng.random(n) < p.housing_insecure * (0.25 + 1.3 * poverty)
    learner, us_entry, learner_since = _learners(
        race, poverty, first_grade, first_year, last_year - years + 1, parameters, rng
    )
    disadvantaged = (rng.random(n) < np.clip(poverty + 0.12 * (learner - 0.2), 0.02, 0.98)) | insecure
    disability_from = np.where(rng.random(n) < p.disability, rng.integers(-2, 8, n), NEVER)
    rho = parameters.scores.first_correlation
    common = rng.normal(size=n)
    ability = np.sqrt(rho) * common[:, None] + np.sqrt(1 - rho) * rng.normal(size=(n, 2))
    outlook = 0.25 * common[:, None] + rng.normal(size=(n, 1)) * 0.6 + rng.normal(size=(n, 4)) * 0.76
    return Students(
        first_grade=first_grade,
        first_year=first_year,
        last_year=last_year_in,
        starts_tk=rng.random(n) < p.starts_in_transitional_kindergarten,
        leaves_after_8=(rng.random(n) < p.leaves_network_after_grade_8) | (places.zones.high[zone] < 0),
        zone=zone,
        uses_charter=rng.random(n) < p.uses_charter,
        uses_charter_high=rng.random(n) < p.uses_charter_high,
        alternative_score=0.6 * absence + 0.8 * rng.normal(size=n),
        race=race,
        disadvantaged=disadvantaged,
        disability_from=disability_from,
        alternate_assessment=(disability_from < NEVER) & (rng.random(n) < p.alternate_assessment_if_disability),
        foster_exposed=rng.random(n) < p.foster_exposed,
        insecure=insecure,
        ability=ability,
        absence=absence,
        behaviour=0.4 * absence + 0.92 * rng.normal(size=n),
        outlook=outlook,
        learner=learner,
        us_entry=us_entry,
        learner_since=learner_since,
    )


def _how_many(enrolled: int, years: int, places: Places, p: StudentParameters) -> int:
    """Students to draw, over all years, for so many at school in each."""
    presence = 1 - p.leaves_each_summer * (years - 1) / 2 - p.arrives_later * (years - 1) / years / 2
    grades_filled = 13 + p.starts_in_transitional_kindergarten - _leavers_share(places, p) * 4
    return round(enrolled / presence / grades_filled * (14 + years - 1))


def _leavers_share(places: Places, p: StudentParameters) -> float:
    """Share of zones whose students are gone after grade 8."""
    elementary = np.array([kind == "ED" for kind in places.district_types])[places.zones.district]
    gone = np.where(places.zones.high < 0, 1.0, np.where(elementary, p.leaves_network_after_grade_8, 0.0))
    return float(gone.mean())


def _races(poverty: Floats, p: StudentParameters, rng: np.random.Generator) -> Ints:
    """Race and ethnicity: shares drift with the zone's poverty."""
    rich, poor = np.array(p.races_where_poverty_is_0), np.array(p.races_where_poverty_is_1)
    shares = rich + (poor - rich) * poverty[:, None]
    race = (rng.random(poverty.size)[:, None] > np.cumsum(shares, axis=1)).sum(axis=1)
    return np.where(rng.random(poverty.size) < p.race_unknown, -1, np.minimum(race, len(RACES) - 1)).astype(np.int64)


def _learners(
    race: Ints,
    poverty: Floats,
    first_grade: Ints,
    first_year: Ints,
    first_ending_year: int,
    parameters: Parameters,
    rng: np.random.Generator,
) -> tuple[Bools, Dates, Dates]:
    """Who enters as an English learner, when the student came to the schools, and since when."""
    p, n = parameters.language, race.size
    chance = np.array([p.at_entry_if.get(code, 0.0) for code in RACES] + [0.1])[race]
    learner = rng.random(n) < chance * (p.poverty_factor + poverty)
    kindergarten = first_ending_year - 1 - np.minimum(first_grade - 1, 12)  # autumn of kindergarten
    arrived = first_ending_year - 1 + first_year
    new = learner & (rng.random(n) < np.where(first_year > 0, 0.35, 0.06))  # came from abroad, recently
    autumn = np.where(
        new, np.where(first_year > 0, arrived, np.maximum(kindergarten, first_ending_year - 2)), kindergarten
    )
    start: Dates = (autumn - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    us_entry: Dates = start + 225 + rng.integers(0, 21, n)
    since: Dates = us_entry + rng.integers(0, 45, n)
    return learner, us_entry, since
