-- English learners for 2,557 days or more on the 30th of June, since the earlier of entry and identification.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM english_learner_status AS a JOIN school USING (school_id, school_year)
  UNION ALL
  SELECT 'district', coalesce(a.accountability_district_id, district_id), a.* FROM english_learner_status AS a JOIN school USING (school_id, school_year)
  WHERE NOT charter
  UNION ALL
  SELECT 'network', network_id, a.* FROM english_learner_status AS a JOIN school USING (school_id, school_year)
), member AS (
  SELECT *, least(entry_us_date, el_date) AS since, make_date(CAST('20' || right(school_year, 2) AS INTEGER), 6, 30) AS day,
    unnest(dash14(school_year, race_ethnicity, english_learner, long_term_english_learner, economically_disadvantaged,
      disability, foster_youth, homeless)) AS student_group
  FROM placed WHERE grade <> 'TK'
)
SELECT org_level, org_id, school_year, student_group,
  count(*) FILTER (day - since >= 2557) AS numerator, count(since) AS denominator, count(since) AS n
FROM member WHERE student_group IS NOT NULL AND school_year >= '2016-17' GROUP BY ALL HAVING count(since) > 0
