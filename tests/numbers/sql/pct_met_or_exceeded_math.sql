-- Students at achievement level 3 or 4, of those tested with a score.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM assessment AS a JOIN school USING (school_id, school_year)
  WHERE a.subject = 'MATH'
  UNION ALL
  SELECT 'district' AS org_level, district_id AS org_id, a.* FROM assessment AS a JOIN school USING (school_id, school_year)
  WHERE a.subject = 'MATH'
  UNION ALL
  SELECT 'network' AS org_level, network_id AS org_id, a.* FROM assessment AS a JOIN school USING (school_id, school_year)
  WHERE a.subject = 'MATH'
), student AS (
  SELECT org_level, org_id, school_year, student_id,
    last(grade ORDER BY test_date NULLS LAST, result_id) AS grade,
    last(race_ethnicity ORDER BY test_date NULLS LAST, result_id) AS race,
    max(scale_score) AS score, max(achievement_level) AS achievement_level, bool_or(tested) AS tested,
    bool_or(enrolled_in_window) AS enrolled, coalesce(bool_or(valid_score), false) AS valid,
    coalesce(bool_or(medical_exemption), false) AS medical, coalesce(bool_or(newcomer), false) AS newcomer,
    coalesce(bool_or(parent_waiver), false) AS waiver,
    bool_or(CASE org_level WHEN 'school' THEN continuous_school ELSE continuous_district END) AS continuous,
    coalesce(bool_or(english_learner), false) AS el, coalesce(bool_or(reclassified_4_years), false) AS rfp,
    bool_or(english_learner AND reclassified_4_years IS NOT TRUE) AS elo, bool_or(long_term_english_learner) AS ltel,
    bool_or(economically_disadvantaged) AS sed, bool_or(disability) AS swd, bool_or(foster_youth) AS fos,
    bool_or(homeless) AS hom
  FROM placed GROUP BY ALL
)
, member AS (
  SELECT *, unnest(dash14_academic(school_year, race, el OR rfp, elo, rfp, ltel, sed, swd, fos, hom)) AS student_group
  FROM student
  WHERE tested AND valid AND achievement_level IS NOT NULL AND grade IN ('03', '04', '05', '06', '07', '08', '11')
)
SELECT org_level, org_id, school_year, student_group,
  count(*) FILTER (achievement_level IN (3, 4)) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL GROUP BY ALL
