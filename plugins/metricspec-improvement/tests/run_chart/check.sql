-- Points as they stand; sides of the median as a text of + and -, in which runs are found by pattern.
WITH point AS (
  SELECT school_id, strftime(date, '%Y-%m-%d') AS period, count(DISTINCT student_id) AS n, sum(days_absent) AS above,
    sum(days_expected) AS below, sum(days_absent)::double / sum(days_expected)::double AS value
  FROM daily_attendance WHERE days_expected > 0 GROUP BY ALL
), series AS (
  SELECT school_id, count(*) AS points, min(n) AS n, min(below) AS below, median(value) AS centre FROM point GROUP BY ALL
), side AS (
  SELECT school_id, coalesce(string_agg(CASE WHEN value > centre THEN '+' ELSE '-' END, '' ORDER BY period)
    FILTER (abs(value - centre) > 1e-9), '') AS sides
  FROM point JOIN series USING (school_id) GROUP BY ALL
), run AS (
  SELECT school_id, length(sides) AS useful, regexp_extract_all(sides, '\++|-+') AS runs FROM side
), signal AS (
  SELECT series.*, useful, coalesce(list_max(list_transform(runs, lambda r: length(r))), 0) AS longest, greatest(len(runs) - 1, 0) AS crossings,
    round(log2(useful) + 3) AS run_limit, CASE useful WHEN 11 THEN 2 WHEN 2 THEN 0 WHEN 1 THEN 0 END AS crossings_limit
  FROM run JOIN series USING (school_id)
), made AS (
  SELECT school_id, period AS category, NULL AS statistic, above AS numerator, below AS denominator, n, 100 * value AS value,
    NULL AS notes FROM point
  UNION ALL
  SELECT school_id, NULL, NULL, NULL, below, n, 100 * centre, CASE WHEN useful < 10
    THEN 'no signal is told of fewer than 10 points off the centre line' ELSE 'signal: fewer crossings than chance mostly gives' END FROM signal
  UNION ALL
  SELECT school_id, NULL, unnest(['points', 'useful_points', 'baseline_points', 'longest_run', 'longest_run_limit', 'crossings',
    'crossings_limit', 'signal']), NULL, below, n, unnest([points, useful, points, longest, run_limit, crossings, crossings_limit,
    CASE WHEN useful >= 10 THEN (longest > run_limit OR crossings < crossings_limit)::int END]), NULL FROM signal
)
SELECT school_id AS org_id, 'ALL' AS student_group, * EXCLUDE (school_id) FROM made WHERE statistic IS NULL OR value IS NOT NULL
