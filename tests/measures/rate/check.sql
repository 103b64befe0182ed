-- Students whose excused days are a tenth of those expected; who has an unknown number counts nowhere.
WITH student AS (
  SELECT school_id, student_id, sum(days_expected) AS expected,
    CASE WHEN count(days_excused) = count(*) THEN sum(days_excused) END AS excused
  FROM attendance_stint GROUP BY ALL
), counted AS (
  SELECT school_id, count(*) AS n, count(*) FILTER (excused / expected >= 0.1) AS met
  FROM student WHERE excused IS NOT NULL GROUP BY ALL
)
SELECT school_id AS org_id, 'ALL' AS student_group, met AS numerator, n AS denominator, n,
  100.0 * met / n AS value, 100 * sqrt((1.0 * met / n) * (1 - 1.0 * met / n) / n) AS standard_error,
  100 * (2 * met + z * z - z * sqrt(z * z + 4.0 * met * (n - met) / n)) / (2 * (n + z * z)) AS low,
  100 * (2 * met + z * z + z * sqrt(z * z + 4.0 * met * (n - met) / n)) / (2 * (n + z * z)) AS high
FROM counted, (SELECT 1.959963984540054 AS z)
