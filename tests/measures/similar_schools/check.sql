WITH school AS (
  SELECT school_id AS id, avg(economically_disadvantaged::INT) AS x, avg(disability::INT) AS y, count(*) AS n
  FROM enrollment GROUP BY ALL
), spread AS (SELECT stddev_pop(x) AS sx, stddev_pop(y) AS sy FROM school WHERE n >= 11
), pair AS (
  SELECT a.id, b.id AS other, least(a.n, b.n) AS n, sqrt((((a.x - b.x) / sx) ^ 2 + ((a.y - b.y) / sy) ^ 2) / 2) AS distance
  FROM school AS a, school AS b, spread WHERE a.id <> b.id AND a.n >= 11 AND b.n >= 11
)
SELECT id AS org_id, 'ALL' AS student_group, other AS category, n, distance AS value FROM pair
QUALIFY row_number() OVER (PARTITION BY id ORDER BY distance) <= 2
UNION ALL SELECT id, 'ALL', NULL, n, NULL FROM school WHERE n < 11
