-- Steps by a list of levels; of ten and more learners the tested are wanted to be 95 percent.
WITH step AS (
  SELECT *, list_position(['1', '2L', '2H', '3L', '3H', '4'], prior_level) AS before,
    list_position(['1', '2L', '2H', '3L', '3H', '4'], level) AS now FROM english_learner_status
), school AS (
  SELECT school_id, count(*) AS enrolled, count(*) FILTER (tested) AS tested, count(before + now) AS n,
    count(*) FILTER (now > before OR (before = now AND prior_level = CASE test WHEN 'ALTERNATE' THEN '3L' ELSE '4' END)
      OR (test = 'ALTERNATE' AND scale_score >= prior_scale_score + 10)) AS met
  FROM step GROUP BY ALL
), judged AS (
  SELECT *, enrolled >= 10 AND tested < 0.95 * enrolled AS short, ceil(0.95 * enrolled) - tested AS lacking FROM school
)
SELECT school_id AS org_id, 'ALL' AS student_group, met AS numerator,
  n + CASE WHEN short THEN lacking ELSE 0 END AS denominator, n,
  100 * met / (n + CASE WHEN short THEN lacking ELSE 0 END) AS value,
  CASE WHEN short THEN 'participation below 95 percent' END AS notes
FROM judged
