-- Graduates in five years of the class before, without those who left for good.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'district', district_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'network', network_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
), member AS (
  SELECT *, unnest(dash14_cohort(school_year, race_ethnicity, english_learner, long_term_english_learner,
    economically_disadvantaged, disability, foster_youth, homeless)) AS student_group
  FROM placed WHERE left(cohort_year, 4)::INTEGER = left(school_year, 4)::INTEGER - 1 AND in_cohort
    AND outcome NOT IN ('transfer_out', 'emigrated', 'deceased')
)
SELECT org_level, org_id, school_year, student_group,
  count(*) FILTER (graduated) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL AND school_year >= '2017-18' GROUP BY ALL
