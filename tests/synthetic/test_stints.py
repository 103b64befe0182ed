"""Enrolment, attendance and discipline agree with each other."""

from .conftest import Ask

DAYS = ("attended", "excused", "unexcused", "suspended_out", "suspended_in", "independent_study_incomplete")


def test_days_add_up(ask: Ask) -> None:
    parts = " + ".join(f"days_{part}" for part in DAYS)
    absent = "days_suspended_out + days_excused + days_unexcused + days_independent_study_incomplete"
    negative = " or ".join(f"days_{part} < 0" for part in DAYS)
    assert ask(
        f"""select count(*) from attendance_stint where days_expected <> {parts} or days_absent <> {absent}
            or days_expected < 1 or {negative}"""
    ) == [(0,)]


def test_dates_are_in_order_and_in_the_year(ask: Ask) -> None:
    assert ask(
        """select count(*) from enrollment where entry_date > exit_date
           or entry_date < make_date(left(school_year, 4)::int, 8, 1)
           or exit_date > make_date(left(school_year, 4)::int + 1, 6, 30)"""
    ) == [(0,)]


def test_only_the_last_year_has_open_enrolments(ask: Ask) -> None:
    rows = ask("select school_year from enrollment where exit_date is null group by all")
    assert rows == ask("select max(school_year) from enrollment")


def test_enrolments_do_not_overlap(ask: Ask) -> None:
    rows = ask(
        """select count(*) from enrollment a join enrollment b
             on a.student_id = b.student_id and a.school_year = b.school_year and a.stint_id < b.stint_id
           where a.enrollment_status <> '20' and b.enrollment_status <> '20'
             and a.entry_date <= coalesce(b.exit_date, date '9999-01-01')
             and b.entry_date <= coalesce(a.exit_date, date '9999-01-01')"""
    )
    assert rows == [(0,)]


def test_enrollment_and_attendance_hold_the_same_stints(ask: Ask) -> None:
    shared = """select stint_id, student_id, school_id, school_year, entry_date, exit_date, grade,
                enrollment_status, accountability_district_id, race_ethnicity, english_learner, homeless"""
    assert ask(f"{shared} from enrollment except {shared} from attendance_stint") == []


def test_daily_rows_add_up_to_the_stints(ask: Ask) -> None:
    counted = ", ".join(
        f"count(*) filter (where attendance_code = '{code}')"
        for code in ("excused", "unexcused", "suspended_out", "suspended_in", "independent_study_incomplete")
    )
    daily = f"""select student_id, school_id, count(*), sum(days_expected), sum(days_absent),
                count(*) filter (where attendance_code in ('present', 'independent_study')), {counted}
                from daily_attendance group by all"""
    stints = """select student_id, school_id, sum(days_expected), sum(days_expected), sum(days_absent),
                sum(days_attended), sum(days_excused), sum(days_unexcused), sum(days_suspended_out),
                sum(days_suspended_in), sum(days_independent_study_incomplete)
                from attendance_stint where school_year = (select max(school_year) from org) group by all"""
    assert ask(f"select count(*) > 2000 from ({stints})") == [(True,)]
    assert ask(f"({daily} except all {stints}) union all ({stints} except all {daily})") == []


def test_daily_rows_lie_within_enrolments(ask: Ask) -> None:
    assert ask(
        """select count(*) from daily_attendance d anti join attendance_stint a
             on a.student_id = d.student_id and a.school_id = d.school_id and a.school_year = d.school_year
            and d.date between a.entry_date and coalesce(a.exit_date, date '9999-01-01')"""
    ) == [(0,)]


def test_actions_lie_within_enrolments(ask: Ask) -> None:
    assert ask(
        """select count(*) from discipline_action d anti join enrollment a
             on a.student_id = d.student_id and a.school_id = d.school_id and a.school_year = d.school_year
            and d.action_date between a.entry_date and coalesce(a.exit_date, date '9999-01-01')"""
    ) == [(0,)]


def test_suspended_days_are_the_whole_days_of_the_actions(ask: Ask) -> None:
    days = """select student_id, school_id, school_year, sum(days_suspended_out) as days, count(*) as stints,
              min(days_expected) as shortest from attendance_stint group by all"""
    actions = """select student_id, school_id, school_year,
                 coalesce(sum(duration_days) filter (where action = '100'), 0) as total
                 from discipline_action group by all"""
    rows = ask(
        f"""select count(*), count(*) filter (where days <> floor(total)) from ({days}) join ({actions})
            using (student_id, school_id, school_year) where stints = 1 and shortest > 2 * total"""
    )
    assert rows[0][0] > 50
    assert rows[0][1] == 0


def test_the_edges_that_rules_turn_on_are_there(ask_large: Ask) -> None:
    rows = ask_large(
        """select count(*) filter (where 10 * days_absent = days_expected),
                  count(*) filter (where days_expected < 31), count(*) filter (where enrollment_status = '20'),
                  count(*) filter (where enrollment_status = '30'), count(*) filter (where attendance_exempt),
                  count(*) filter (where nonpublic_school), count(*) filter (where race_ethnicity is null)
           from attendance_stint"""
    )
    assert all(count > 10 for count in rows[0])
    below = """select student_id, school_year from discipline_action where action in ('100', '110')
               group by all having sum(duration_days) between 0.5 and 0.9"""
    assert ask_large(f"select count(*) > 10 from ({below})") == [(True,)]


def test_membership_at_any_time_differs_from_the_latest(ask_large: Ask) -> None:
    for attribute in ("homeless", "economically_disadvantaged", "english_learner", "foster_youth"):
        rows = ask_large(
            f"""select count(*) from (select bool_or({attribute}) as ever, arg_max({attribute}, entry_date) as latest
                from enrollment where enrollment_status = '10' group by student_id, school_id, school_year)
                where ever and not latest"""
        )
        assert rows[0][0] > 0, attribute


def test_shares_are_plausible(ask_large: Ask) -> None:
    chronic, suspended, poor = ask_large(
        """with student as (select student_id, school_year, sum(days_absent) as absent,
               sum(days_expected) as expected, bool_or(economically_disadvantaged) as poor
               from attendance_stint where enrollment_status <> '20' group by all),
           acted as (select student_id, school_year, sum(duration_days) as days from discipline_action
               where action in ('100', '110') group by all)
           select avg((10 * absent >= expected)::int), avg((coalesce(days, 0) >= 1)::int), avg(poor::int)
           from student left join acted using (student_id, school_year) where expected >= 31"""
    )[0]
    assert 0.13 < chronic < 0.24
    assert 0.015 < suspended < 0.045
    assert 0.5 < poor < 0.75
