-- English learners who came up a level or held the highest; missing students to 95 percent enter without progress.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM english_learner_status AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'district', coalesce(a.accountability_district_id, district_id), a.* FROM english_learner_status AS a JOIN school USING (school_id, school_year)
  WHERE NOT charter
  UNION ALL
  SELECT 'network', network_id, a.* FROM english_learner_status AS a JOIN school USING (school_id, school_year)
), learner AS (
  -- the network has one row for each learner and year, so nothing needs combining
  SELECT org_level, org_id, school_year, tested, long_term_english_learner AS ltel,
    list_position(['1', '2L', '2H', '3L', '3H', '4'], level) AS now,
    list_position(['1', '2L', '2H', '3L', '3H', '4'], prior_level) AS before,
    CASE test WHEN 'ALTERNATE' THEN 4 ELSE 6 END AS top,
    CASE test WHEN 'ALTERNATE' THEN scale_score - prior_scale_score END AS gain
  FROM placed WHERE grade IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12')
), member AS (
  SELECT *, unnest(['EL', CASE WHEN ltel AND school_year >= '2023-24' THEN 'LTEL' END]) AS student_group FROM learner
), counted AS (
  SELECT org_level, org_id, school_year, student_group, count(*) AS enrolled, count(*) FILTER (tested) AS tested,
    count(*) FILTER (now + before > 0) AS takers,
    count(*) FILTER (now > before OR (before = top AND now >= before) OR (now + before > 0 AND gain >= 10)) AS up
  FROM member WHERE student_group IS NOT NULL AND school_year >= '2018-19' AND school_year NOT IN ('2019-20', '2020-21')
  GROUP BY ALL
), judged AS (
  SELECT *, (95 * enrolled + 99) // 100 AS required,
    enrolled >= CASE WHEN student_group = 'LTEL' AND org_level = 'district' THEN 15 ELSE 30 END AS large FROM counted
)
SELECT org_level, org_id, school_year, student_group, up AS numerator,
  takers + CASE WHEN large AND tested < required THEN required - tested ELSE 0 END AS denominator, takers AS n
FROM judged WHERE takers > 0 OR (large AND tested < required)
