"""Every number the synthetic network is made with. All of it is written to truth/parameters.json.

The figures are chosen to give plausible totals and to reach the edges that rules turn on;
none of them is an estimate about real students.
"""

from dataclasses import dataclass, field

SUBJECTS = ("ELA", "MATH")
TESTED_GRADES = (3, 4, 5, 6, 7, 8, 11)
LEVEL_3_MINIMUM = {
    "ELA": (2432, 2473, 2502, 2531, 2552, 2567, 2583),
    "MATH": (2436, 2485, 2528, 2552, 2567, 2586, 2628),
}
LEVEL_2_MINIMUM = {  # grades 3 to 8 not checked against a source
    "ELA": (2367, 2416, 2442, 2457, 2479, 2487, 2493),
    "MATH": (2381, 2411, 2455, 2473, 2484, 2504, 2543),
}
LEVEL_4_MINIMUM = {  # grades 3 to 8 not checked against a source
    "ELA": (2490, 2533, 2582, 2618, 2649, 2668, 2682),
    "MATH": (2501, 2549, 2579, 2610, 2635, 2653, 2718),
}


@dataclass(frozen=True, slots=True)
class StudentParameters:
    """Who the students are and how their attributes change."""

    arrives_later: float = 0.10
    leaves_each_summer: float = 0.03
    starts_in_transitional_kindergarten: float = 0.55
    leaves_network_after_grade_8: float = 0.25  # from an elementary district only
    moves_zone_each_summer: float = 0.03
    races_where_poverty_is_0: tuple[float, ...] = (0.05, 0.006, 0.20, 0.05, 0.30, 0.006, 0.32, 0.068)
    races_where_poverty_is_1: tuple[float, ...] = (0.09, 0.006, 0.06, 0.02, 0.74, 0.006, 0.05, 0.028)
    race_unknown: float = 0.01
    uses_charter: float = 0.10  # where the zone has one
    uses_charter_high: float = 0.12
    poverty_changes_each_year: float = 0.05
    housing_insecure: float = 0.09
    homeless_if_insecure: float = 0.40
    foster_exposed: float = 0.014
    foster_if_exposed: float = 0.50
    disability: float = 0.15
    alternate_assessment_if_disability: float = 0.075
    accountability_elsewhere_if_disability: float = 0.04
    nonpublic_if_disability: float = 0.012
    attendance_exempt: float = 0.005
    alternative_school_cut: tuple[float, float, float] = (2.05, 1.65, 1.45)  # grades 10, 11, 12


@dataclass(frozen=True, slots=True)
class StintParameters:
    """How a school year falls into enrolment stints."""

    late: float = 0.012
    early: float = 0.016
    move: float = 0.043
    returns: float = 0.004
    gap: float = 0.004
    short_term: float = 0.003
    mobile_factor: float = 2.0  # homeless and foster students move this many times as often
    another_district: float = 0.25
    episode: float = 0.35  # share of homeless or foster episodes that end inside the year
    poverty_differs_between_stints: float = 0.08
    secondary: float = 0.002
    secondary_high_school: float = 0.015


@dataclass(frozen=True, slots=True)
class AttendanceParameters:
    """Daily probability of absence, on the logit scale."""

    intercept: float = -3.07
    student_sd: float = 0.62
    school_sd: float = 0.14
    year_trend: float = -0.06  # per year
    economically_disadvantaged: float = 0.28
    homeless: float = 0.60
    foster_youth: float = 0.25
    disability: float = 0.15
    kindergarten: float = 0.28
    high_school: float = 0.18
    alternative_school: float = 0.7
    unexcused_share: float = 0.42
    independent_study_incomplete_share: float = 0.03
    independent_study_share_of_present: float = 0.006


@dataclass(frozen=True, slots=True)
class DisciplineParameters:
    """Actions a student-year, on the log scale."""

    intercept: tuple[float, float, float] = (-4.75, -3.05, -3.30)  # elementary, middle, high
    student_sd: float = 0.85
    school_sd: float = 0.30
    disability: float = 0.55
    foster_youth: float = 0.80
    homeless: float = 0.40
    economically_disadvantaged: float = 0.25
    african_american: float = 0.75
    american_indian: float = 0.45
    asian: float = -0.80
    filipino: float = -0.60
    action_share: tuple[float, float, float, float] = (0.72, 0.17, 0.01, 0.10)  # 100, 110, 200, 300
    partial_day_share: tuple[float, float] = (0.30, 0.50)  # 100, 110


@dataclass(frozen=True, slots=True)
class ScoreParameters:
    """True scores as distances from the mean of their grade, in scale points.

    grades 4-8 and 11:  y = same*p_same + other*p_other + sum b_k (x_k - reference_k)
                            + peer_same*(P_same) + peer_other*(P_other)
                            + peer_poverty*(share - reference share) + school effect + noise
    where P is the mean of the previous true scores over the students of the same school, grade and year.
    """

    mean_above_level_3: tuple[tuple[int, ...], ...] = (
        (-14, -12, -10, -10, -8, -8, 6),
        (-12, -22, -35, -42, -48, -56, -70),
    )  # ELA, MATH by tested grade
    first_sd: float = 66.0
    first_correlation: float = 0.80
    first_economically_disadvantaged: float = -28.0
    first_english_learner: float = -34.0
    first_disability: float = -42.0
    first_neighbourhood: float = -60.0  # per unit of the zone's poverty above its reference
    same: float = 0.68
    other: float = 0.17
    economically_disadvantaged: float = -4.0
    english_learner: float = -6.0
    disability: float = -8.0
    homeless: float = -4.0
    foster_youth: float = -4.0
    reference: dict[str, float] = field(
        default_factory=lambda: {
            "economically_disadvantaged": 0.62,
            "english_learner": 0.17,
            "disability": 0.13,
            "homeless": 0.04,
            "foster_youth": 0.007,
        }
    )
    peer_same: float = 0.08
    peer_other: float = 0.03
    peer_poverty: float = -10.0
    noise_sd: float = 36.0
    noise_correlation: float = 0.35
    effect_school_sd: float = 8.0
    effect_subject_sd: float = 4.5
    effect_grade_sd: float = 3.5
    effect_year_sd: float = 3.5
    csem_floor: float = 25.0
    csem_curve: float = 4.0  # added per squared hundred points from the mean
    csem_ceiling: float = 36.0
    prior_known_before_first_year: float = 0.94


@dataclass(frozen=True, slots=True)
class AssessmentParameters:
    """Who is not tested, and why."""

    not_tested: float = 0.016
    not_tested_one_subject: float = 0.004
    not_tested_disability: float = 0.035
    not_tested_homeless: float = 0.03
    low_participation_schools: float = 0.12
    low_participation_more: tuple[float, float] = (0.04, 0.13)
    parent_waiver: float = 0.004
    medical_exemption: float = 0.0015
    invalid_score: float = 0.003
    arrived_in_grace_period: float = 0.004


@dataclass(frozen=True, slots=True)
class SurveyParameters:
    """Graded responses to agreement items: latent value plus item place plus noise, cut into five."""

    constructs: dict[str, int] = field(
        default_factory=lambda: {
            "self_management": 9,
            "self_efficacy": 4,
            "growth_mindset": 4,
            "social_awareness": 8,
        }
    )
    prefixes: tuple[str, ...] = ("sm", "se", "gm", "sa")
    construct_mean: tuple[float, ...] = (0.75, 0.25, 0.35, 0.55)
    reversed_items: tuple[str, ...] = ("gm_1", "gm_2", "gm_4")
    cuts: tuple[float, ...] = (-1.7, -0.75, 0.25, 1.35)
    student_sd: float = 0.75
    school_sd: float = 0.17  # about 5 % of the variance between students
    item_sd: float = 0.25
    noise_sd: float = 0.85
    middle_school_drop: float = -0.15
    response: float = 0.81
    school_response_sd: float = 0.06
    item_skipped: float = 0.02
    stops_half_way: float = 0.02
    last_years: int = 2


@dataclass(frozen=True, slots=True)
class ClimateParameters:
    """Climate items: the constructs, who answers, and how much schools differ."""

    constructs: tuple[str, ...] = ("academic_support", "belonging", "discipline_fairness", "safety")
    prefixes: tuple[str, ...] = ("as", "be", "df", "sf")
    construct_mean: tuple[float, ...] = (0.75, 0.40, 0.30, 0.55)
    items_each: int = 3
    student_sd: float = 0.70
    school_sd: float = 0.25
    noise_sd: float = 0.85
    student_response: float = 0.78
    family_response: tuple[float, float, float] = (0.42, 0.31, 0.22)  # elementary, middle, high
    family_kinder: float = 0.35
    staff_for_each: float = 0.06
    staff_response: float = 0.72


@dataclass(frozen=True, slots=True)
class CourseParameters:
    """Marks from ability, attendance habit and chance."""

    ability: float = 0.50
    absence: float = -0.35
    poverty: float = -0.20
    student_noise: float = 0.40
    course_noise: float = 0.60
    mark_cuts: tuple[float, ...] = (-1.40, -0.85, -0.15, 0.55)  # F | D | C | B | A
    credits: float = 5.0
    last_years: int = 2


@dataclass(frozen=True, slots=True)
class LanguageParameters:
    """English learners: levels 1, 2L, 2H, 3L, 3H, 4 and reclassification."""

    at_entry_if: dict[str, float] = field(
        default_factory=lambda: {"HI": 0.40, "AS": 0.35, "PI": 0.15, "FI": 0.12, "WH": 0.05}
    )
    poverty_factor: float = 0.7  # multiplies chances by this plus the zone's poverty
    step_share: tuple[float, float, float, float] = (0.14, 0.37, 0.41, 0.08)  # -1, 0, +1, +2 levels
    school_sd: float = 0.05
    reclassified_from_level_4: float = 0.55
    reclassified_from_level_3h: float = 0.12
    reclassified_from_grade: int = 2
    tested: float = 0.955


@dataclass(frozen=True, slots=True)
class CohortParameters:
    """How a class of grade 12 ends."""

    graduate_intercept: float = 2.75
    graduate_ability: float = 0.7
    graduate_disadvantaged: float = -0.45
    graduate_disability: float = -0.7
    graduate_alternative: float = -1.5
    not_graduate_share: tuple[float, float, float] = (0.42, 0.44, 0.14)  # dropout, still, completer
    left_early_transfer: float = 0.65
    left_earlier_transfer: float = 0.85
    deceased: float = 0.0005
    fifth_year_returns: float = 0.75
    fifth_year_graduate: float = 0.50
    sixth_year_graduate: float = 0.15
    prepared_intercept: float = 0.0
    a_g_intercept: float = 0.1
    ability: float = 1.1


@dataclass(frozen=True, slots=True)
class Parameters:
    """All parameters, by theme."""

    students: StudentParameters = field(default_factory=StudentParameters)
    stints: StintParameters = field(default_factory=StintParameters)
    attendance: AttendanceParameters = field(default_factory=AttendanceParameters)
    discipline: DisciplineParameters = field(default_factory=DisciplineParameters)
    scores: ScoreParameters = field(default_factory=ScoreParameters)
    assessment: AssessmentParameters = field(default_factory=AssessmentParameters)
    surveys: SurveyParameters = field(default_factory=SurveyParameters)
    climate: ClimateParameters = field(default_factory=ClimateParameters)
    courses: CourseParameters = field(default_factory=CourseParameters)
    language: LanguageParameters = field(default_factory=LanguageParameters)
    cohorts: CohortParameters = field(default_factory=CohortParameters)
