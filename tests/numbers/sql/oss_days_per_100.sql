-- Days of out-of-school suspension, and the students enrolled at any time in the year.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE enrollment_status IN ('10', '30')
  UNION ALL
  SELECT 'district', district_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE enrollment_status IN ('10', '30')
  UNION ALL
  SELECT 'network', network_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE enrollment_status IN ('10', '30')
), student AS (
  SELECT org_level, org_id, school_year, student_id,
    last(race_ethnicity ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS race,
    bool_or(english_learner) AS el, bool_or(long_term_english_learner) AS ltel,
    bool_or(economically_disadvantaged) AS sed, bool_or(disability) AS swd, bool_or(foster_youth) AS fos,
    bool_or(homeless) AS hom
  FROM placed GROUP BY ALL
), lost AS (
  SELECT p.org_level, p.org_id, p.school_year, p.student_id, sum(CAST(duration_days AS DECIMAL(18, 2))) AS days
  FROM (SELECT DISTINCT org_level, org_id, school_year, student_id, school_id FROM placed) AS p
  JOIN discipline_action AS d USING (student_id, school_id, school_year)
  WHERE d.action = '100' GROUP BY ALL
), member AS (
  SELECT s.*, coalesce(days, 0) AS days, unnest(dash14(school_year, race, el, ltel, sed, swd, fos, hom)) AS student_group
  FROM student AS s LEFT JOIN lost USING (org_level, org_id, school_year, student_id)
)
SELECT org_level, org_id, school_year, student_group, sum(days) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL AND school_year >= '2016-17' GROUP BY ALL
