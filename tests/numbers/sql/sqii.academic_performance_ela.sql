-- Students at level 3 or 4, of those tested with a valid score who stayed from census day on.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.*, continuous_school AS stayed FROM assessment AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'district', district_id, a.*, continuous_district FROM assessment AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'network', network_id, a.*, continuous_district FROM assessment AS a JOIN school USING (school_id, school_year)
), student AS (
  SELECT org_level, org_id, school_year, student_id,
    last(grade ORDER BY test_date NULLS LAST, result_id) AS grade,
    last(race_ethnicity ORDER BY test_date NULLS LAST, result_id) AS race,
    max(achievement_level) AS level, bool_or(tested) AS tested, bool_or(valid_score) AS valid, bool_or(stayed) AS stayed,
    bool_or(english_learner) AS el, bool_or(reclassified_4_years) AS rfp, bool_or(economically_disadvantaged) AS sed,
    bool_or(disability) AS swd, bool_or(foster_youth) AS fos, bool_or(homeless) AS hom
  FROM placed WHERE subject = 'ELA' GROUP BY ALL
), member AS (
  SELECT *, unnest(sqii(race, el, rfp, sed, swd, fos, hom)) AS student_group FROM student
  WHERE grade IN ('03', '04', '05', '06', '07', '08', '11') AND tested AND valid AND stayed AND level IS NOT NULL
)
SELECT org_level, org_id, school_year, student_group, count(*) FILTER (level > 2) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL GROUP BY ALL
