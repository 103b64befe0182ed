-- Days of suspension of every thousand students; where they are no whole number there is no interval.
WITH counted AS (
  SELECT school_id, count(DISTINCT student_id) AS students, coalesce(sum(duration_days), 0) AS days
  FROM enrollment LEFT JOIN (FROM discipline_action WHERE action <> '300') USING (school_id, student_id) GROUP BY ALL
)
SELECT school_id AS org_id, 'ALL' AS student_group, days AS numerator, students AS denominator, students AS n,
  1000.0 * days / students AS value, CASE WHEN days = floor(days) THEN 1000 * sqrt(days) / students END AS standard_error
FROM counted
