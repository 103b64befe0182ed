-- Flags as a list for each student; what is unknown in it stays unknown.
WITH student AS (
  SELECT school_id, [days_excused >= 10, days_unexcused >= 5, days_absent >= 18] AS flags,
    list_count(flags) = 3 AS known, len(list_filter(flags, lambda f: f)) AS raised
  FROM attendance_stint
), school AS (
  SELECT school_id, count(*) AS students, count(*) FILTER (known) AS known, count(*) FILTER (raised > 0) AS any_raised,
    count(*) FILTER (known AND raised = 0) AS none
  FROM student GROUP BY ALL
), counted AS (
  SELECT school_id, NULL AS category, NULL AS statistic, known - none AS met, known AS whole, known AS n FROM school
  UNION ALL
  SELECT school_id, CASE r WHEN 1 THEN '1 flag' ELSE r || ' flags' END, NULL,
    (SELECT count(*) FROM student AS t WHERE t.school_id = s.school_id AND t.known AND t.raised = r), students, known
  FROM school AS s, range(4) AS numbers(r)
  UNION ALL SELECT school_id, 'partly known', NULL, students - known, students, known FROM school
  UNION ALL SELECT school_id, NULL, 'at_least', any_raised, students, known FROM school
  UNION ALL SELECT school_id, NULL, 'at_most', students - none, students, known FROM school
  UNION ALL SELECT school_id, NULL, 'flag_' || name, count(*) FILTER (raised), count(raised), count(raised)
  FROM (SELECT school_id, unnest(['excused', 'unexcused', 'absent']) AS name, unnest(flags) AS raised FROM student) GROUP BY ALL
)
SELECT school_id AS org_id, 'ALL' AS student_group, category, statistic, met AS numerator, whole AS denominator, n,
  100.0 * met / whole AS value, 100 * sqrt((1.0 * met / whole) * (1 - 1.0 * met / whole) / whole) AS standard_error,
  100 * (2 * met + z * z - z * sqrt(z * z + 4.0 * met * (whole - met) / whole)) / (2 * (whole + z * z)) AS low,
  100 * (2 * met + z * z + z * sqrt(z * z + 4.0 * met * (whole - met) / whole)) / (2 * (whole + z * z)) AS high
FROM counted, (SELECT 1.959963984540054 AS z)
