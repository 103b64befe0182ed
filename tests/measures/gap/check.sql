WITH school AS (
  SELECT school_id AS org_id, 'ALL' AS student_group, count(*) AS n, count(*) FILTER (10 * days_absent >= days_expected) AS met
  FROM attendance_stint GROUP BY ALL
), race AS (
  SELECT school_id AS org_id, CASE race_ethnicity WHEN 'HI' THEN 'LX' ELSE race_ethnicity END AS student_group, count(*) AS n,
    count(*) FILTER (10 * days_absent >= days_expected) AS met
  FROM attendance_stint GROUP BY ALL
), side AS (
  SELECT org_id, r.student_group, r.n, r.met, s.n - r.n AS others, s.met - r.met AS others_met
  FROM race AS r JOIN school AS s USING (org_id) WHERE s.n > r.n
)
SELECT org_id, student_group, least(n, others) AS n, 100 * (met / n - others_met / others) AS value,
  100 * sqrt(met * (n - met) / n ^ 3 + others_met * (others - others_met) / others ^ 3) AS standard_error
FROM side
