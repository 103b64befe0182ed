-- Risk of the group over the risk of the other students; Katz's interval; from 10 events and 30 students on either side.
WITH cell AS (
  SELECT g.org_level, g.org_id, g.school_year, g.student_group, g.numerator AS a, g.denominator AS n1,
    w.numerator - g.numerator AS b, w.denominator - g.denominator AS n2
  FROM "ca.suspension_rate" AS g JOIN "ca.suspension_rate" AS w USING (org_level, org_id, school_year)
  WHERE w.student_group = 'ALL' AND g.student_group <> 'ALL' AND w.denominator > g.denominator
), told AS (
  SELECT *, least(a, b) >= 10 AND least(n1, n2) >= 30 AS enough, a * n2 / nullif(b * n1, 0) AS ratio,
    sqrt(1 / nullif(a, 0) - 1 / n1 + 1 / nullif(b, 0) - 1 / n2) AS error FROM cell
)
SELECT org_level, org_id, school_year, student_group, NULL AS category, least(n1, n2) AS n,
  CASE WHEN enough THEN ratio END AS value, CASE WHEN enough THEN ratio * error END AS standard_error,
  CASE WHEN enough THEN exp(ln(ratio) - 1.959963984540054 * error) END AS low,
  CASE WHEN enough THEN exp(ln(ratio) + 1.959963984540054 * error) END AS high,
  CASE WHEN least(n1, n2) < 30 THEN 'fewer than 30 students on one side' WHEN a = 0 THEN 'no events in the group: no ratio'
    WHEN b = 0 THEN 'no events to compare with: no ratio' WHEN NOT enough THEN 'fewer than 10 events on one side' END AS notes
FROM told
