WITH school AS (
  SELECT school_id, avg(economically_disadvantaged::INT) AS x, avg(disability::INT) AS y, count(*) AS n FROM enrollment GROUP BY ALL
), whole AS (SELECT avg(disability::INT) AS y FROM enrollment)
SELECT school_id AS org_id, 'ALL' AS student_group, CASE WHEN school.y >= whole.y THEN 'high status, ' ELSE 'low status, ' END
  || CASE WHEN x >= 0.4 THEN 'high growth' ELSE 'low growth' END AS category, n, 100 * x AS value
FROM school, whole
