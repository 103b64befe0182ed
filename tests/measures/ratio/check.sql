-- Both sums over the students whose excused days are known; a school without an expected day has no value.
WITH student AS (
  SELECT school_id, student_id, sum(days_expected) AS expected, sum(days_excused) AS excused
  FROM attendance_stint GROUP BY ALL HAVING count(days_excused) = count(*)
)
SELECT school_id AS org_id, 'ALL' AS student_group, sum(excused) AS numerator, sum(expected) AS denominator, count(*) AS n,
  CASE WHEN sum(expected) > 0 THEN 100.0 * sum(excused) / sum(expected) END AS value
FROM student GROUP BY ALL
