-- Students who meet a measure of readiness, over the class and the five-year graduates.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
  WHERE a.in_cohort AND (a.cohort = '4' OR a.cohort = '5' AND a.graduated AND NOT a.graduated_earlier)
  UNION ALL
  SELECT 'district' AS org_level, coalesce(a.accountability_district_id, district_id) AS org_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
  WHERE a.in_cohort AND (a.cohort = '4' OR a.cohort = '5' AND a.graduated AND NOT a.graduated_earlier) AND NOT charter
  UNION ALL
  SELECT 'network' AS org_level, network_id AS org_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
  WHERE a.in_cohort AND (a.cohort = '4' OR a.cohort = '5' AND a.graduated AND NOT a.graduated_earlier)
), student AS (
  SELECT org_level, org_id, school_year, student_id, bool_or(prepared) IS TRUE AS met,
    last(race_ethnicity ORDER BY cohort_year, cohort) AS race,
    bool_or(english_learner) AS el, bool_or(long_term_english_learner) AS ltel,
    bool_or(economically_disadvantaged) AS sed, bool_or(disability) AS swd, bool_or(foster_youth) AS fos,
    bool_or(homeless) AS hom
  FROM placed GROUP BY ALL
), member AS (
  SELECT *, unnest(dash14_cohort(school_year, race, el, ltel, sed, swd, fos, hom)) AS student_group FROM student
)
SELECT org_level, org_id, school_year, student_group,
  count(*) FILTER (met) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL AND school_year >= '2022-23'
GROUP BY ALL
