-- Favorable answers of all answers of those who answered half of the items, whole and by construct; clustered by person.
WITH part AS (
  SELECT student_id, school_year, NULL AS category, answered, favorable, len(getvariable('items')) AS items FROM person
  UNION ALL
  SELECT student_id, school_year, MAP {'academic_support': 'academic support', 'belonging': 'belonging',
    'discipline_fairness': 'fair discipline', 'safety': 'safety'}[construct], count(score),
    count(CASE WHEN score >= 4 THEN 1 END), 3
  FROM answer WHERE getvariable('parts') GROUP BY ALL
), counted AS (
  SELECT l.org_level, l.org_id, l.school_year, l.student_group, p.category, p.answered, p.favorable,
    sum(p.favorable) OVER org / sum(p.answered) OVER org AS share
  FROM part AS p JOIN place AS l USING (student_id, school_year) WHERE 2 * p.answered >= p.items
  WINDOW org AS (PARTITION BY l.org_level, l.org_id, l.school_year, l.student_group, p.category)
), invited AS (
  SELECT l.org_level, l.org_id, l.school_year, l.student_group, count(*) AS invited, avg(p.asked) AS asked,
    count(CASE WHEN 2 * p.answered >= len(getvariable('items')) THEN 1 END) AS took_part
  FROM person AS p JOIN place AS l USING (student_id, school_year) GROUP BY ALL
)
SELECT org_level, org_id, school_year, student_group, category, sum(favorable) AS numerator, sum(answered) AS denominator,
  count(*) AS n, any_value(took_part) AS took_part, any_value(invited) AS invited,
  any_value(100 * took_part >= asked * invited - 1e-9) AS reported,
  sqrt(count(*) / (count(*) - 1) * sum((favorable - share * answered) ** 2)) / sum(answered) AS standard_error
FROM counted JOIN invited USING (org_level, org_id, school_year, student_group)
GROUP BY org_level, org_id, school_year, student_group, category
