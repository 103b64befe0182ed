-- The mean of the scores less 2500; of fewer than 95 percent tested, each missing student enters with -333.
WITH school AS (
  SELECT school_id, count(*) AS enrolled, count(*) FILTER (tested) AS tested, count(scale_score) AS n,
    sum(scale_score - 2500) AS total, stddev_samp(scale_score) / sqrt(count(scale_score)) AS error
  FROM assessment GROUP BY ALL
), judged AS (
  SELECT *, round(100.0 * tested / enrolled) < 95 AS short, ceil(0.95 * enrolled) AS required FROM school
), counted AS (
  SELECT *, total - CASE WHEN short THEN 333 * (required - tested) ELSE 0 END AS points,
    CASE WHEN short THEN required ELSE n END AS of FROM judged
)
SELECT school_id AS org_id, 'ALL' AS student_group, points AS numerator, of AS denominator, n, points / of AS value,
  CASE WHEN NOT short THEN error END AS standard_error,
  CASE WHEN short THEN 'participation below 95 percent' END AS notes
FROM counted
