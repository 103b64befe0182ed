-- Graduates of the four-year cohort who met the universities' requirements, of all its graduates.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'district', district_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'network', network_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
), member AS (
  SELECT *, unnest(dash14_cohort(school_year, race_ethnicity, english_learner, long_term_english_learner,
    economically_disadvantaged, disability, foster_youth, homeless)) AS student_group
  FROM placed WHERE cohort = '4' AND outcome = 'graduate'
)
SELECT org_level, org_id, school_year, student_group,
  count(*) FILTER (a_g) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL AND school_year >= '2016-17' GROUP BY ALL
