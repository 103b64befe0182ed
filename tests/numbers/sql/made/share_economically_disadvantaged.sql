-- Of the students with a primary or short-term enrollment at the place, those flagged in any of these enrollments.
WITH placed AS (
  SELECT unnest(['school', 'district', 'network']) AS org_level, unnest([school_id, district_id, network_id]) AS org_id, e.*
  FROM enrollment AS e JOIN school USING (school_id, school_year) WHERE enrollment_status IN ('10', '30')
), student AS (
  SELECT org_level, org_id, school_year, student_id, coalesce(bool_or(economically_disadvantaged), false) AS flagged FROM placed GROUP BY ALL
)
SELECT org_level, org_id, school_year, 'ALL' AS student_group, count(*) FILTER (flagged) AS numerator,
  count(*) AS denominator, count(*) AS n, numerator / denominator AS value
FROM student GROUP BY ALL
