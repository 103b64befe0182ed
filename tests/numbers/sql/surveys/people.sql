-- Written from the rules: one row for each person asked, with the answers to the items of getvariable('items'), and the
-- orgs and student groups where the person counts. In the network everybody answers at one school.
CREATE OR REPLACE TABLE answer AS
SELECT student_id, school_id, school_year, construct, item, grade, race_ethnicity, english_learner,
  reclassified_4_years, economically_disadvantaged, disability, foster_youth, homeless,
  CASE WHEN response BETWEEN 1 AND 5
    THEN CASE WHEN list_contains(getvariable('reversed'), item) THEN 6 - response ELSE response END END AS score
FROM survey_response
WHERE respondent = getvariable('respondent') AND list_contains(getvariable('items'), item)
  AND (respondent <> 'student' OR grade IN ('04', '05', '06', '07', '08', '09', '10', '11', '12'));

CREATE OR REPLACE TABLE person AS
SELECT student_id, school_id, school_year, count(score) AS answered, count(CASE WHEN score >= 4 THEN 1 END) AS favorable,
  CASE WHEN getvariable('respondent') <> 'family' THEN 0
    WHEN any_value(grade) IN ('TK', 'KN', '01', '02', '03', '04', '05') THEN 40
    WHEN any_value(grade) IN ('06', '07', '08') THEN 30 ELSE 25 END AS asked,
  CASE WHEN getvariable('respondent') = 'staff' THEN ['ALL'] ELSE
    list_filter(sqii(any_value(race_ethnicity), bool_or(english_learner), bool_or(reclassified_4_years),
      bool_or(economically_disadvantaged), bool_or(disability), bool_or(foster_youth), bool_or(homeless)),
      lambda g: g IS NOT NULL) END AS groups
FROM answer GROUP BY ALL;

CREATE OR REPLACE TABLE place AS
SELECT p.student_id, p.school_year, level.org_level, level.org_id, unnest(p.groups) AS student_group
FROM person AS p JOIN school AS s USING (school_id, school_year),
  LATERAL (SELECT unnest(['school', 'district', 'network']) AS org_level,
    unnest([s.school_id, s.district_id, s.network_id]) AS org_id) AS level;
