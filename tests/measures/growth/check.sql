-- A line through each grade by regr_slope and regr_intercept; a grade of fewer than four or of one score for all has
-- none, and a school without a residual has no statistic. The residuals' variance
-- within schools is pooled: 36 over 13 residuals less 4 schools.
WITH known AS (SELECT * FROM assessment WHERE prior_same IS NOT NULL AND scale_score IS NOT NULL),
line AS (
  SELECT grade, regr_slope(scale_score, prior_same) AS b, regr_intercept(scale_score, prior_same) AS a
  FROM known GROUP BY grade HAVING count(*) >= 4 AND min(scale_score) < max(scale_score)
),
residual AS (SELECT school_id, scale_score - a - b * prior_same AS r FROM known JOIN line USING (grade)),
school AS (SELECT school_id, count(*) AS n, avg(r) AS effect, var_pop(r) * count(*) AS ss FROM residual GROUP BY ALL),
pooled AS (SELECT sum(ss) / (sum(n) - count(*)) AS variance FROM school),
place AS (
  SELECT s.school_id, 100.0 * avg(CASE WHEN abs(o.effect - s.effect) < 1e-8 THEN 0.5 WHEN o.effect < s.effect THEN 1 ELSE 0 END) AS p
  FROM school s CROSS JOIN school o GROUP BY ALL
),
asked AS (
  SELECT school_id, count(*) AS everyone, count(*) FILTER (prior_same IS NOT NULL AND scale_score IS NOT NULL) AS complete
  FROM assessment GROUP BY ALL
),
whole AS (
  SELECT school_id AS org_id, coalesce(n, 0) AS n, effect, sqrt(variance / n) AS se, p, complete, everyone
  FROM asked LEFT JOIN school USING (school_id) LEFT JOIN place USING (school_id) CROSS JOIN pooled
)
SELECT org_id, 'ALL' AS student_group, NULL AS statistic, NULL AS numerator, n AS denominator, n, effect AS value,
  se AS standard_error, effect - 1.959963984540054 * se AS low, effect + 1.959963984540054 * se AS high FROM whole
UNION ALL
SELECT org_id, 'ALL', 'percentile', NULL, n, n, p, NULL, NULL, NULL FROM whole WHERE n > 0
UNION ALL
SELECT org_id, 'ALL', 'index_level', NULL, n, n, least(10, floor(round(p) / 10) + 1), NULL, NULL, NULL FROM whole WHERE n > 0
UNION ALL
SELECT org_id, 'ALL', 'coverage', complete, everyone, n, 100.0 * complete / everyone, NULL, NULL, NULL FROM whole WHERE n > 0
