-- The density of theta given the answers on a fine grid of its own, with the model's chances written out as powers.
WITH item AS (
  SELECT unnest(['i1', 'i2', 'i3']) AS item, unnest([1, 1, 1.5]) AS a, unnest([-1, -1, -0.5]) AS b1, unnest([1, 1, 0.8]) AS b2
), chance AS (
  SELECT item, theta, unnest([0, 1, 2]) AS x, unnest([1, w1, w2]) / (1 + w1 + w2) AS p
  FROM (SELECT item, theta, exp(a * (theta - b1)) AS w1, exp(a * (2 * theta - b1 - b2)) AS w2
    FROM item, (SELECT unnest(range(-1000, 1001)) / 100 AS theta))
), answer AS (
  SELECT school_id, student_id, item, CASE item WHEN 'i3' THEN 2 - response ELSE response END AS x FROM survey_response
), given AS (
  SELECT school_id, student_id, theta, exp(-theta * theta / 2) * product(p) AS density
  FROM answer JOIN chance USING (item, x) GROUP BY school_id, student_id, theta
), person AS (
  SELECT student_id, 50 + 10 * sum(theta * density) / sum(density) AS y FROM given GROUP BY ALL
), enough AS (
  SELECT school_id, student_id, y FROM answer JOIN person USING (student_id)
  WHERE x BETWEEN 0 AND 2 GROUP BY ALL HAVING count(*) >= 2
), school AS (
  SELECT school_id AS org_id, count(y) AS n, avg(y) AS mean, stddev_samp(y) AS sd FROM enough GROUP BY ALL
), asked AS (
  SELECT school_id AS org_id, count(DISTINCT student_id) AS invited FROM answer GROUP BY ALL
)
SELECT org_id, 'ALL' AS student_group, NULL AS statistic, n AS denominator, n, mean AS value, sd / sqrt(n) AS standard_error
FROM school
UNION ALL
SELECT org_id, 'ALL', 'participation', invited, n, 100 * n / invited, NULL FROM school JOIN asked USING (org_id)
UNION ALL
SELECT org_id, 'ALL', 'standard_deviation', n, n, sd, NULL FROM school WHERE n > 1
