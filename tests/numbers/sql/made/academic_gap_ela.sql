-- The group's average less that of all students; the others' spread from the sums of squares of both.
WITH part AS (
  SELECT *, numerator / denominator AS value, (n - 1) * spread * spread + numerator * numerator / nullif(n, 0) AS squares
  FROM "ca.ela_dfs"
), pair AS (
  SELECT g.org_level, g.org_id, g.school_year, g.student_group, g.value - a.value AS value, least(g.n, a.n - g.n) AS n,
    a.n - g.n AS rest, a.numerator - g.numerator AS rest_total, a.squares - g.squares AS rest_squares,
    g.spread * g.spread / nullif(g.n, 0) AS error2, (a.n - g.n) / a.n AS share
  FROM part AS g JOIN part AS a USING (org_level, org_id, school_year)
  WHERE a.student_group = 'ALL' AND g.student_group <> 'ALL' AND a.n > g.n
), pairs AS (
  SELECT *, CASE WHEN rest > 1 AND rest_squares IS NOT NULL THEN greatest(rest_squares - rest_total * rest_total / rest, 0) / (rest - 1) / rest END AS rest_error2
  FROM pair
), told AS (SELECT *, share * sqrt(error2 + rest_error2) AS standard_error FROM pairs)
SELECT org_level, org_id, school_year, student_group, NULL AS category, n AS denominator, n, value, standard_error,
  value - 1.959963984540054 * standard_error AS low, value + 1.959963984540054 * standard_error AS high
FROM told
