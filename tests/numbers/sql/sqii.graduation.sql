-- Graduates by the end of four, five and six years, of the three classes that report in the year.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'district', district_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'network', network_id, a.* FROM cohort_outcome AS a JOIN school USING (school_id, school_year)
), member AS (
  SELECT *, unnest(sqii(race_ethnicity, english_learner, reclassified_4_years, economically_disadvantaged, disability,
    foster_youth, homeless)) AS student_group
  FROM placed WHERE outcome IN ('graduate', 'dropout', 'still_enrolled', 'completer')
)
SELECT org_level, org_id, school_year, student_group,
  count(*) FILTER (outcome = 'graduate') AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL GROUP BY ALL
