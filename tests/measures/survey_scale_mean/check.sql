-- Each person's mean of the items answered, the second turned round; then the mean of a school's people.
WITH answer AS (
  SELECT school_id, student_id, item,
    CASE WHEN response BETWEEN 1 AND 5 THEN CASE item WHEN 'i2' THEN 6 - response ELSE response END END AS x
  FROM survey_response WHERE item IN ('i1', 'i2')
), person AS (
  SELECT school_id, student_id, avg(x) AS y, sum(x) AS total, count(x) AS k,
    any_value(x) FILTER (item = 'i1') AS first, any_value(x) FILTER (item = 'i2') AS second
  FROM answer GROUP BY ALL
), school AS (
  SELECT school_id AS org_id, count(y) AS n, avg(y) AS mean, stddev_samp(y) AS sd, count(*) AS invited,
    count(*) FILTER (k = 2) AS complete, var_samp(first) FILTER (k = 2) AS v1, var_samp(second) FILTER (k = 2) AS v2,
    var_samp(total) FILTER (k = 2) AS v
  FROM person GROUP BY ALL
)
SELECT org_id, 'ALL' AS student_group, NULL AS statistic, n * mean AS numerator, n AS denominator, n, mean AS value,
  sd / sqrt(n) AS standard_error FROM school
UNION ALL
SELECT org_id, 'ALL', 'participation', n, invited, n, 100 * n / invited, NULL FROM school
UNION ALL
SELECT org_id, 'ALL', 'standard_deviation', NULL, n, n, sd, NULL FROM school WHERE n > 1
UNION ALL
SELECT org_id, 'ALL', 'alpha', NULL, complete, complete, 2 * (1 - (v1 + v2) / v), NULL FROM school WHERE complete > 1
