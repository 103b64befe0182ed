-- Absent ten percent or more of at least 31 days expected, added up day by day at the schools of the enrollments that count.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE a.enrollment_status IN ('10', '30')
  UNION ALL
  SELECT 'district' AS org_level, coalesce(a.accountability_district_id, district_id) AS org_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE a.enrollment_status IN ('10', '30') AND NOT charter
  UNION ALL
  SELECT 'network' AS org_level, network_id AS org_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE a.enrollment_status IN ('10', '30')
), student AS (
  SELECT org_level, org_id, school_year, student_id,
    last(grade ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS grade,
    last(race_ethnicity ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS race,
    bool_or(english_learner) AS el, bool_or(long_term_english_learner) AS ltel,
    bool_or(economically_disadvantaged) AS sed, bool_or(disability) AS swd, bool_or(foster_youth) AS fos,
    bool_or(homeless) AS hom
  FROM placed GROUP BY ALL
), attended AS (
  SELECT org_level, org_id, school_year, student_id, sum(d.days_absent) AS absent, sum(d.days_expected) AS expected
  FROM daily_attendance AS d
  JOIN (SELECT DISTINCT org_level, org_id, school_year, student_id, school_id FROM placed) AS p
    USING (student_id, school_id, school_year)
  GROUP BY ALL
), member AS (
  SELECT *, unnest(dash14(school_year, race, el, ltel, sed, swd, fos, hom)) AS student_group
  FROM student JOIN attended USING (org_level, org_id, school_year, student_id)
  WHERE expected >= 31 AND grade IN ('TK', 'KN', '01', '02', '03', '04', '05', '06', '07', '08')
)
SELECT org_level, org_id, school_year, student_group, count(*) FILTER (10 * absent >= expected) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL AND school_year >= '2016-17'
GROUP BY ALL
