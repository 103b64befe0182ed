-- No school has a verdict: A has too many points on the line, B none after the change, C none before it. Points as they stand; sides of the median before the change as texts of + and -, in which runs and steps are found by pattern.
WITH point AS (
  SELECT school_id, strftime(date, '%Y-%m-%d') AS period, count(DISTINCT student_id) AS n, sum(days_absent) AS above,
    sum(days_expected) AS below, sum(days_absent)::double / sum(days_expected)::double AS value
  FROM daily_attendance WHERE days_expected > 0 GROUP BY ALL
), series AS (
  SELECT school_id, count(*) AS points, count(*) FILTER (period < '2024-09-11') AS base, min(n) AS n, min(below) AS below,
    median(value) FILTER (period < '2024-09-11') AS centre, list(value ORDER BY period) AS values
  FROM point GROUP BY ALL
), side AS (
  SELECT school_id, coalesce(string_agg(CASE WHEN value > centre THEN '+' ELSE '-' END, '' ORDER BY period)
      FILTER (abs(value - centre) > 1e-9), '') AS sides,
    coalesce(string_agg(CASE WHEN value > centre THEN '+' ELSE '-' END, '' ORDER BY period)
      FILTER (abs(value - centre) > 1e-9 AND period >= '2024-09-11'), '') AS later
  FROM point JOIN series USING (school_id) GROUP BY ALL
), step AS (
  SELECT school_id, list_aggregate(list_transform(range(2, len(values) + 1),
    lambda i: CASE WHEN values[i] > values[i - 1] + 1e-9 THEN 'u' WHEN values[i] < values[i - 1] - 1e-9 THEN 'd' ELSE '' END), 'string_agg', '') AS steps
  FROM series
), longest AS (
  SELECT school_id, length(sides) AS useful, list_transform(regexp_extract_all(sides, '\++|-+'), lambda r: length(r)) AS runs,
    coalesce(list_max(list_transform(regexp_extract_all(later, '\++'), lambda r: length(r))), 0) AS up,
    coalesce(list_max(list_transform(regexp_extract_all(later, '-+'), lambda r: length(r))), 0) AS down,
    1 + coalesce(list_max(list_transform(regexp_extract_all(steps, 'u+|d+'), lambda r: length(r))), 0) AS trend
  FROM side JOIN step USING (school_id)
), signal AS (
  SELECT series.*, useful, coalesce(list_max(runs), 0) AS longest, greatest(len(runs) - 1, 0) AS crossings, up, down, trend,
    CASE WHEN useful > 0 THEN round(log2(useful) + 3) END AS run_limit, CASE useful WHEN 9 THEN 2 WHEN 2 THEN 0 END AS crossings_limit
  FROM series JOIN longest USING (school_id)
), told AS (
  SELECT *, points > useful + 1 AND (centre IN (list_min(values), list_max(values)) OR useful / points < 0.75) AS crowded FROM signal
), made AS (
  SELECT school_id, period AS category, NULL AS statistic, above AS numerator, below AS denominator, n, 100 * value AS value,
    NULL AS notes FROM point
  UNION ALL
  SELECT school_id, NULL, NULL, NULL, below, n, 100 * centre, CASE
    WHEN base = 0 THEN 'no point before 2024-09-11'
    WHEN points - base >= 6 AND crowded THEN 'no shift is told: too many points lie on the centre line (apart from that, over all points, no signal is told: too many points lie on the centre line)'
    WHEN points - base < 6 AND useful < 9 THEN 'no shift is told of fewer than 6 points off the centre line from 2024-09-11 on (apart from that, over all points, no signal is told of fewer than 9 points off the centre line)'
    ELSE 'not among the rows' END FROM told
  UNION ALL
  SELECT school_id, NULL, unnest(['points', 'useful_points', 'baseline_points', 'longest_run', 'longest_run_limit', 'crossings',
    'crossings_limit', 'signal', 'longest_trend', 'trend_from', 'points_after', 'run_above', 'run_below', 'shift_from', 'signal_after']),
    NULL, below, n, unnest([points, useful, base, longest, run_limit, crossings, crossings_limit,
    NULL, trend, 5, points - base, up, down, 6, NULL]), NULL FROM told
)
SELECT school_id AS org_id, 'ALL' AS student_group, * EXCLUDE (school_id) FROM made WHERE statistic IS NULL OR value IS NOT NULL
