WITH race AS (
  SELECT school_id, CASE race_ethnicity WHEN 'HI' THEN 'LX' ELSE race_ethnicity END AS race, count(*) AS n,
    count(*) FILTER (10 * days_absent >= days_expected) AS met
  FROM attendance_stint GROUP BY ALL
), best AS (
  SELECT school_id, max(n) AS largest, arg_max(race, [100 * met / n, n]) FILTER (n >= 20) AS race FROM race GROUP BY ALL
)
SELECT b.school_id AS org_id, 'ALL' AS student_group, b.race AS category, r.met AS numerator, coalesce(r.n, b.largest) AS n,
  100 * r.met / r.n AS value
FROM best AS b LEFT JOIN race AS r ON r.school_id = b.school_id AND r.race = b.race
