-- Favorable answers of all answers, whole and of each half of the items; then what is said of the whole.
WITH answer AS (
  SELECT school_id, student_id, grade, item, CASE WHEN response BETWEEN 1 AND 5 THEN response END AS x,
    CASE WHEN item IN ('i1', 'i2') THEN 'first' ELSE 'second' END AS part
  FROM survey_response
), person AS (
  SELECT school_id, student_id, NULL AS category, count(x) AS m, count(*) FILTER (x >= 4) AS f, 4 AS items,
    CASE WHEN grade <= '05' THEN 60 ELSE 25 END AS asked, sum(x) AS total
  FROM answer GROUP BY ALL
), shares AS (
  SELECT school_id, student_id, category, m, f, items FROM person
  UNION ALL
  SELECT school_id, student_id, part, count(x), count(*) FILTER (x >= 4), 2 FROM answer GROUP BY ALL
), floors AS (
  SELECT school_id, count(*) AS invited, count(*) FILTER (m >= 2) AS took, 100 * took >= sum(asked) AS told
  FROM person GROUP BY ALL
), score AS (
  SELECT school_id, category, count(*) AS n, sum(f) AS f, sum(m) AS m, stddev_samp(f / m) AS sd
  FROM shares WHERE m > 0 AND m >= items / 2 GROUP BY ALL
), complete AS (
  SELECT school_id, count(*) AS n, var_samp(total) AS v FROM person WHERE m = 4 GROUP BY ALL
), item AS (
  SELECT school_id, sum(v) AS v FROM (
    SELECT school_id, item, var_samp(x) AS v FROM answer JOIN (SELECT student_id FROM person WHERE m = 4)
    USING (student_id) GROUP BY ALL) GROUP BY ALL
), level AS (
  SELECT s.*, sum(n * f / m) OVER () / sum(n) OVER () AS centre FROM score AS s JOIN floors USING (school_id)
  WHERE category IS NULL AND told AND n >= 2
), made AS (
  SELECT school_id, category, NULL AS statistic, CASE WHEN told THEN f END AS numerator,
    CASE WHEN told THEN m END AS denominator, n, CASE WHEN told THEN 100 * f / m END AS value
  FROM score JOIN floors USING (school_id)
  UNION ALL
  SELECT school_id, NULL, 'participation', took, invited, took, 100 * took / invited FROM floors
  UNION ALL
  SELECT school_id, NULL, 'standard_deviation', NULL, n, n, 100 * sd FROM score JOIN floors USING (school_id)
  WHERE category IS NULL AND told AND n > 1
  UNION ALL
  SELECT school_id, NULL, 'alpha', NULL, c.n, c.n, 4 / 3 * (1 - i.v / c.v)
  FROM complete AS c JOIN item AS i USING (school_id) JOIN floors USING (school_id) WHERE told AND c.n > 1
  UNION ALL
  SELECT school_id, NULL, 'standing', NULL, n, n,
    (f / m - centre) / sqrt((SELECT sum(n * (f / m - centre) ** 2) / sum(n) FROM level)) FROM level
)
SELECT school_id AS org_id, 'ALL' AS student_group, * EXCLUDE (school_id) FROM made
