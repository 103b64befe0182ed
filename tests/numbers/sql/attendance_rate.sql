-- Days attended over days expected, both added up over students.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM attendance_stint AS a JOIN school USING (school_id, school_year)
  WHERE a.enrollment_status IN ('10', '30') AND a.attendance_exempt IS NOT TRUE
  UNION ALL
  SELECT 'district' AS org_level, district_id AS org_id, a.* FROM attendance_stint AS a JOIN school USING (school_id, school_year)
  WHERE a.enrollment_status IN ('10', '30') AND a.attendance_exempt IS NOT TRUE
  UNION ALL
  SELECT 'network' AS org_level, network_id AS org_id, a.* FROM attendance_stint AS a JOIN school USING (school_id, school_year)
  WHERE a.enrollment_status IN ('10', '30') AND a.attendance_exempt IS NOT TRUE
), student AS (
  SELECT org_level, org_id, school_year, student_id,
    sum(days_expected) AS expected, sum(days_absent) AS absent, sum(days_attended) AS attended,
    last(grade ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS grade,
    last(race_ethnicity ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS race,
    bool_or(english_learner) AS el, bool_or(long_term_english_learner) AS ltel, bool_or(reclassified_4_years) AS rfp,
    bool_or(economically_disadvantaged) AS sed, bool_or(disability) AS swd, bool_or(foster_youth) AS fos,
    bool_or(homeless) AS hom
  FROM placed GROUP BY ALL
), member AS (
  SELECT *, unnest(dash14(school_year, race, el, ltel, sed, swd, fos, hom)) AS student_group
  FROM student
  WHERE true
)
SELECT org_level, org_id, school_year, student_group, sum(attended) AS numerator, sum(expected) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL
GROUP BY ALL
