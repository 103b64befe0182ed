-- Suspensions at each school, and the students who have any; the exact limits of a count as printed tables have them.
WITH student AS (
  SELECT school_id, student_id, count(action_id) AS suspensions
  FROM enrollment LEFT JOIN (FROM discipline_action WHERE action <> '300') USING (school_id, student_id) GROUP BY ALL
), counted AS (
  SELECT school_id, sum(suspensions) AS k, count(*) AS students, count(*) FILTER (suspensions > 0) AS people
  FROM student GROUP BY ALL
)
SELECT school_id AS org_id, 'ALL' AS student_group, k AS numerator, students AS denominator, people AS n, k AS value,
  sqrt(k) AS standard_error
FROM counted
