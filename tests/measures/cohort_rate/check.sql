-- Two sets added up: the class of the year, and those of the class before who graduated in the fifth year.
WITH counted AS (
  SELECT school_id, sum(met) AS met, sum(n) AS n FROM (
    SELECT school_id, count(*) FILTER (graduated) AS met, count(*) AS n FROM cohort_outcome
    WHERE cohort = '4' AND outcome NOT IN ('transfer_out', 'emigrated', 'deceased') GROUP BY ALL
    UNION ALL
    SELECT school_id, count(*), count(*) FROM cohort_outcome
    WHERE cohort = '5' AND graduated AND NOT graduated_earlier GROUP BY ALL
  ) GROUP BY ALL
)
SELECT school_id AS org_id, 'ALL' AS student_group, met AS numerator, n AS denominator, n,
  100.0 * met / n AS value, 100 * sqrt((1.0 * met / n) * (1 - 1.0 * met / n) / n) AS standard_error,
  100 * (2 * met + z * z - z * sqrt(z * z + 4.0 * met * (n - met) / n)) / (2 * (n + z * z)) AS low,
  100 * (2 * met + z * z + z * sqrt(z * z + 4.0 * met * (n - met) / n)) / (2 * (n + z * z)) AS high
FROM counted, (SELECT 1.959963984540054 AS z)
