-- Students with any suspension or an expulsion, of all enrolled at any time.
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
  SELECT org_level, org_id, school_year, student_id, list(DISTINCT school_id) AS schools,
    last(race_ethnicity ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS race,
    bool_or(english_learner) AS el, bool_or(reclassified_4_years) AS rfp,
    bool_or(economically_disadvantaged) AS sed, bool_or(disability) AS swd, bool_or(foster_youth) AS fos,
    bool_or(homeless) AS hom
  FROM placed GROUP BY ALL
), removed AS (
  SELECT student_id, school_year, list(DISTINCT school_id) AS places FROM discipline_action WHERE action <> '300' GROUP BY ALL
), member AS (
  SELECT s.*, coalesce(list_has_any(schools, places), false) AS met,
    unnest(sqii(race, el, rfp, sed, swd, fos, hom)) AS student_group
  FROM student AS s LEFT JOIN removed USING (student_id, school_year)
)
SELECT org_level, org_id, school_year, student_group, count(*) FILTER (met) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL GROUP BY ALL
