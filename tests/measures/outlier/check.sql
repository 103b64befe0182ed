-- Each school against the line through the others; with two degrees of freedom Student's t is |t| / sqrt(t² + 2).
WITH school AS (
  SELECT school_id AS id, 100 * avg(economically_disadvantaged::INT) AS x, 100 * avg(disability::INT) AS y, count(*) AS n
  FROM enrollment GROUP BY ALL
), fit AS (
  SELECT a.id, a.x, a.y, a.n, regr_slope(b.y, b.x) AS slope, regr_intercept(b.y, b.x) AS start, avg(b.x) AS middle,
    regr_sxx(b.y, b.x) AS sxx, regr_syy(b.y, b.x) AS syy, count(*) AS others
  FROM school AS a JOIN school AS b ON b.id <> a.id AND b.n >= 11 WHERE a.n >= 11 GROUP BY ALL
), apart AS (
  SELECT *, start + slope * x AS expected, y - start - slope * x AS difference,
    sqrt((syy - slope * slope * sxx) / (others - 2) * (1 + 1 / others + (x - middle) ^ 2 / sxx)) AS error FROM fit
), chance AS (SELECT *, difference / error AS t, 1 - abs(difference / error) / sqrt((difference / error) ^ 2 + 2) AS p FROM apart
), ranked AS (
  SELECT *, row_number() OVER (ORDER BY p) AS place, 100 * (rank() OVER (ORDER BY difference) - 0.5) / count(*) OVER () AS percentile
  FROM chance
), adjusted AS (
  SELECT *, min(p * 5 / place) OVER (ORDER BY place ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS q FROM ranked
), told AS (
  SELECT id, n, NULL AS statistic, CASE WHEN q > 0.05 THEN 'as expected' WHEN difference > 0 THEN 'higher than expected'
    ELSE 'lower than expected' END AS category, difference AS value, error FROM adjusted
  UNION ALL SELECT id, n, 'expected', NULL, expected, NULL FROM adjusted
  UNION ALL SELECT id, n, 'standardized', NULL, t, NULL FROM adjusted
  UNION ALL SELECT id, n, 'p_value', NULL, p, NULL FROM adjusted
  UNION ALL SELECT id, n, 'adjusted_p_value', NULL, q, NULL FROM adjusted
  UNION ALL SELECT id, n, 'percentile', NULL, percentile, NULL FROM adjusted
  UNION ALL SELECT id, n, NULL, NULL, NULL, NULL FROM school WHERE n < 11
)
SELECT id AS org_id, 'ALL' AS student_group, category, statistic, n, value, error AS standard_error FROM told
