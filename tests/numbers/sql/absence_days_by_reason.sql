-- Days of absence of the students whom DataQuest counts, by reason, and all of them together.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM attendance_stint AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'district', district_id, a.* FROM attendance_stint AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'network', network_id, a.* FROM attendance_stint AS a JOIN school USING (school_id, school_year)
), student AS (
  SELECT org_level, org_id, school_year, student_id, sum(days_expected) AS expected, sum(days_attended) AS attended,
    sum(days_absent) AS absent, sum(days_excused) AS excused, sum(days_unexcused) AS unexcused,
    sum(days_suspended_out) AS suspended, sum(days_independent_study_incomplete) AS study,
    last(race_ethnicity ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS race,
    bool_or(english_learner) AS el, bool_or(economically_disadvantaged) AS sed, bool_or(disability) AS swd,
    bool_or(foster_youth) AS fos, bool_or(homeless) AS hom
  FROM placed WHERE enrollment_status <> '20' AND attendance_exempt IS NOT TRUE GROUP BY ALL
), member AS (
  SELECT *, unnest(dataquest(race, el, sed, swd, fos, hom)) AS student_group FROM student
  WHERE expected >= 31 AND attended >= 1
), summed AS (
  SELECT org_level, org_id, school_year, student_group, count(*) AS n, sum(absent) AS whole, sum(excused) AS excused,
    sum(unexcused) AS unexcused, sum(suspended) AS suspended, sum(study) AS study
  FROM member WHERE student_group IS NOT NULL AND school_year >= '2017-18' GROUP BY ALL
), listed AS (
  SELECT *, unnest([
    {'category': 'excused', 'days': excused}, {'category': 'unexcused', 'days': unexcused},
    {'category': 'out_of_school_suspension', 'days': suspended},
    {'category': 'incomplete_independent_study', 'days': study},
    {'category': 'no_reason', 'days': whole - excused - unexcused - suspended - study}]) AS part
  FROM summed
)
SELECT org_level, org_id, school_year, student_group, part.category AS category, part.days AS numerator,
  whole AS denominator, n
FROM listed
