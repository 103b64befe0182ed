-- Expected places under the generalized partial credit model, on a grid finer than the engine's, from the table
-- parameter(item, a, answer, below): the sum of the steps up to an answer.
WITH point AS (SELECT 0.04 * unnest(range(-200, 201)) AS theta),
chance AS (
  SELECT item, answer, theta, weight - ln(sum(exp(weight)) OVER (PARTITION BY item, theta)) AS log_p
  FROM (SELECT item, answer, theta, a * ((answer - 1) * theta - below) AS weight FROM parameter, point)
), likelihood AS (
  SELECT student_id, school_year, theta, exp(sum(log_p) - theta * theta / 2) AS density
  FROM answer JOIN chance USING (item) WHERE answer.score = chance.answer GROUP BY student_id, school_year, theta
), placed AS (
  SELECT student_id, school_year, sum(theta * density) / sum(density) AS theta FROM likelihood GROUP BY ALL
)
SELECT l.org_level, l.org_id, l.school_year, l.student_group, count(*) AS n, avg(t.theta) AS value,
  stddev_samp(t.theta) / sqrt(count(*)) AS standard_error
FROM placed AS t JOIN person AS p USING (student_id, school_year) JOIN place AS l USING (student_id, school_year)
WHERE 2 * p.answered >= len(getvariable('items')) GROUP BY ALL
