-- Students by level, of those whose level is known.
WITH category AS (SELECT unnest(['low', 'middle', 'high']) AS category),
school AS (SELECT school_id, count(level) AS n FROM english_learner_status GROUP BY ALL),
counted AS (
  SELECT school_id, category, n, (SELECT count(*) FROM english_learner_status AS e WHERE e.school_id = s.school_id
    AND CASE WHEN level IN ('1', '2L') THEN 'low' WHEN level IN ('2H', '3L') THEN 'middle' WHEN level <> '' THEN 'high' END
      = category) AS met
  FROM school AS s, category
)
SELECT school_id AS org_id, 'ALL' AS student_group, category, met AS numerator, n AS denominator, n,
  100.0 * met / n AS value, 100 * sqrt((1.0 * met / n) * (1 - 1.0 * met / n) / n) AS standard_error,
  100 * (2 * met + z * z - z * sqrt(z * z + 4.0 * met * (n - met) / n)) / (2 * (n + z * z)) AS low,
  100 * (2 * met + z * z + z * sqrt(z * z + 4.0 * met * (n - met) / n)) / (2 * (n + z * z)) AS high
FROM counted, (SELECT 1.959963984540054 AS z)
