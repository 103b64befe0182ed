-- Of the races with 20 students or more the one that does worst by the published tenth; then the larger, then the first.
-- Without such a race, the number of students of the largest and nothing else.
WITH ranked AS (
  SELECT *, row_number() OVER (PARTITION BY org_level, org_id, school_year
    ORDER BY round(100 * CAST(numerator AS DECIMAL(18, 0)) / denominator, 1) ASC, n DESC, student_group) AS place
  FROM "sqii.academic_performance_math" WHERE student_group IN ('AA', 'AI', 'AS', 'FI', 'LX', 'PI', 'WH', 'TWO') AND n >= 20
)
SELECT org_level, org_id, school_year, 'ALL' AS student_group, student_group AS category, numerator, denominator, n,
  numerator / denominator AS value FROM ranked WHERE place = 1
UNION ALL
SELECT org_level, org_id, school_year, 'ALL', NULL, NULL, max(n), max(n), NULL
FROM "sqii.academic_performance_math" WHERE student_group IN ('AA', 'AI', 'AS', 'FI', 'LX', 'PI', 'WH', 'TWO') GROUP BY org_level, org_id, school_year HAVING max(n) < 20
