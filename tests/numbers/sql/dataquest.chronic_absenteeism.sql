-- As the Dashboard's, but all grades, nonpublic placements and charters in, at the district attended.
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
  SELECT *, unnest(dataquest(race, el, sed, swd, fos, hom)) AS student_group
  FROM student
  WHERE expected >= 31 AND attended >= 1 AND grade IN ('TK', 'KN', '01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12')
)
SELECT org_level, org_id, school_year, student_group, count(*) FILTER (10 * absent >= expected) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL
  AND school_year >= '2016-17' AND school_year <> '2019-20'
GROUP BY ALL
