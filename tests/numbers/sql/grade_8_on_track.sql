-- All students of grade 8; one without courses or days is not on track, nor one suspended or expelled.
WITH placed AS (
  SELECT 'school' AS org_level, school_id AS org_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE enrollment_status IN ('10', '30')
  UNION ALL
  SELECT 'district', district_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE enrollment_status IN ('10', '30')
  UNION ALL
  SELECT 'network', network_id, a.* FROM enrollment AS a JOIN school USING (school_id, school_year)
  WHERE enrollment_status IN ('10', '30')
), student AS (
  SELECT org_level, org_id, school_year, student_id,
    last(grade ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS grade,
    last(race_ethnicity ORDER BY entry_date, exit_date NULLS LAST, stint_id) AS race,
    bool_or(english_learner) AS el, bool_or(long_term_english_learner) AS ltel,
    bool_or(economically_disadvantaged) AS sed, bool_or(disability) AS swd, bool_or(foster_youth) AS fos,
    bool_or(homeless) AS hom
  FROM placed GROUP BY ALL
), place AS (
  SELECT DISTINCT org_level, org_id, school_year, student_id, school_id FROM placed
), courses AS (
  SELECT org_level, org_id, school_year, student_id, avg(grade_points) AS gpa,
    count(*) FILTER (course_subject = 'ELA') AS ela, count(*) FILTER (course_subject = 'MATH') AS math,
    count(*) FILTER (mark IN ('D', 'F') AND course_subject IN ('ELA', 'MATH')) AS low
  FROM place JOIN course_grade USING (school_id, school_year, student_id) GROUP BY ALL
), days AS (
  SELECT org_level, org_id, school_year, student_id, sum(days_attended) AS attended, sum(days_expected) AS expected
  FROM place JOIN attendance_stint USING (school_id, school_year, student_id) GROUP BY ALL
), suspended AS (
  SELECT DISTINCT org_level, org_id, school_year, student_id, true AS suspended
  FROM place JOIN discipline_action USING (school_id, school_year, student_id) WHERE action IN ('100', '110', '200')
), member AS (
  SELECT *, gpa >= 2.5 AND 25 * attended >= 24 * expected AND low = 0 AND ela > 0 AND math > 0 AND suspended IS NULL AS met,
    unnest(dash14(school_year, race, el, ltel, sed, swd, fos, hom)) AS student_group
  FROM student LEFT JOIN courses USING (org_level, org_id, school_year, student_id)
  LEFT JOIN days USING (org_level, org_id, school_year, student_id)
  LEFT JOIN suspended USING (org_level, org_id, school_year, student_id)
  WHERE grade = '08'
)
SELECT org_level, org_id, school_year, student_group, count(*) FILTER (met) AS numerator, count(*) AS denominator, count(*) AS n
FROM member WHERE student_group IS NOT NULL GROUP BY ALL
