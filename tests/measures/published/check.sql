SELECT org_id, student_group, numerator, denominator, denominator AS n,
  coalesce(100 * numerator / denominator, value) AS value
FROM dashboard_published WHERE indicator_code = 'chronic' AND org_level = 'school'
