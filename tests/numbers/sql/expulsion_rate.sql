-- Students expelled, each once.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE a.enrollment_status IN ('10', '30')
  UNION ALL
  SELECT 'district' AS org_level, district_id AS org_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE a.enrollment_status IN ('10', '30')
  UNION ALL
  SELECT 'network' AS org_level, network_id AS org_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE a.enrollment_status IN ('10', '30')
), student AS (
  SELECT org_level, org_id, school_year, student_id,
    last(race_ethnicity ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS race,
    bool_or(english_learner) AS el, bool_or(long_term_english_learner) AS ltel,
    bool_or(economically_disadvantaged) AS sed, bool_or(disability) AS swd, bool_or(foster_youth) AS fos,
    bool_or(homeless) AS hom
  FROM placed GROUP BY ALL
), suspended AS (
  SELECT org_level, org_id, school_year, student_id
  FROM discipline_action
  JOIN (SELECT DISTINCT org_level, org_id, school_year, student_id, school_id FROM placed) AS p
    USING (student_id, school_id, school_year)
  WHERE action = '200'
  GROUP BY ALL HAVING count(*) >= 1
), member AS (
  SELECT *, (org_level, org_id, school_year, student_id) IN (FROM suspended) AS met, unnest(dataquest(race, el, sed, swd, fos, hom)) AS student_group
  FROM student
)
SELECT org_level, org_id, school_year, student_group, count(*) FILTER (met) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL AND school_year >= '2016-17'
GROUP BY ALL
