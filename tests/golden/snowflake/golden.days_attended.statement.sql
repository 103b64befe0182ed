WITH
-- attendance_stint: Attendance by enrollment as the district keeps it, in the dataset's own columns.
"bound_attendance_stint" AS (
  SELECT
    CAST(student_id AS VARCHAR) AS "student_id",
    CAST(school_id AS VARCHAR) AS "school_id",
    CAST(school_year AS VARCHAR) AS "school_year",
    CAST(COALESCE(TRY_CAST(CAST(attendance_exempt AS VARCHAR) AS BOOLEAN), FALSE) AS INT) AS "attendance_exempt",
    TRY_CAST(CAST(days_attended AS VARCHAR) AS DECIMAL(18, 2)) AS "days_attended"
  FROM attendance_stint AS physical
),
-- org: Schools, districts and networks as the district keeps it, in the dataset's own columns.
"bound_org" AS (
  SELECT
    CAST(org_id AS VARCHAR) AS "org_id",
    CAST(school_year AS VARCHAR) AS "school_year",
    CAST(org_level AS VARCHAR) AS "org_level",
    CAST(org_type AS VARCHAR) AS "org_type",
    CAST(COALESCE(TRY_CAST(CAST(charter AS VARCHAR) AS BOOLEAN), FALSE) AS INT) AS "charter",
    CAST(COALESCE(TRY_CAST(CAST(alternative AS VARCHAR) AS BOOLEAN), FALSE) AS INT) AS "alternative",
    CAST(parent_id AS VARCHAR) AS "parent_id"
  FROM org AS physical
),
-- Each school with its district and network in each year.
"org_tree" AS (
  SELECT
    "s"."org_id" AS "school_id",
    "s"."school_year",
    "s"."parent_id" AS "district_id",
    "d"."parent_id" AS "network_id",
    "s"."org_type" AS "school_type",
    "s"."charter",
    "s"."alternative"
  FROM "bound_org" AS "s"
  LEFT JOIN "bound_org" AS "d"
    ON "d"."org_id" = "s"."parent_id" AND "d"."school_year" = "s"."school_year"
  WHERE
    "s"."org_level" = 'school'
),
-- The rows of attendance_stint that count: those with `not attendance_exempt`.
"stints_1" AS (
  SELECT
    *
  FROM (
    SELECT
      "b"."student_id",
      "b"."school_id",
      "b"."school_year",
      "b"."attendance_exempt",
      "b"."days_attended",
      "t"."district_id",
      "t"."network_id",
      "t"."school_type",
      "t"."charter",
      "t"."alternative"
    FROM "bound_attendance_stint" AS "b"
    INNER JOIN "org_tree" AS "t"
      ON "t"."school_id" = "b"."school_id" AND "t"."school_year" = "b"."school_year"
  ) AS "r"
  WHERE
    (NOT ("attendance_exempt" = 1))
),
-- One row per student, org and year (school, district, network): a student counts once at each, however many rows there are.
"students_1" AS (
  SELECT
    'school' AS "org_level",
    "org_id",
    "student_id",
    "school_year",
    CAST(ROUND(SUM("days_attended"), 2) AS DECIMAL(18, 2)) AS "days_attended"
  FROM (
    SELECT
      *,
      ("school_id") AS "org_id"
    FROM "stints_1"
    WHERE
      ("school_id") IS NOT NULL
  ) AS "r"
  GROUP BY
    "org_id",
    "student_id",
    "school_year"
  UNION ALL
  SELECT
    'district' AS "org_level",
    "org_id",
    "student_id",
    "school_year",
    CAST(ROUND(SUM("days_attended"), 2) AS DECIMAL(18, 2)) AS "days_attended"
  FROM (
    SELECT
      *,
      ("district_id") AS "org_id"
    FROM "stints_1"
    WHERE
      ("district_id") IS NOT NULL
  ) AS "r"
  GROUP BY
    "org_id",
    "student_id",
    "school_year"
  UNION ALL
  SELECT
    'network' AS "org_level",
    "org_id",
    "student_id",
    "school_year",
    CAST(ROUND(SUM("days_attended"), 2) AS DECIMAL(18, 2)) AS "days_attended"
  FROM (
    SELECT
      *,
      ("network_id") AS "org_id"
    FROM "stints_1"
    WHERE
      ("network_id") IS NOT NULL
  ) AS "r"
  GROUP BY
    "org_id",
    "student_id",
    "school_year"
),
-- Sums over students for each org, and in it for each student group of all_students.
"moments_1_0" AS (
  SELECT
    "org_level",
    "org_id",
    "school_year" AS "school_year",
    COUNT(CASE WHEN (1 = 1) THEN 1 END) AS "m0_averaged_0",
    SUM(CASE WHEN (1 = 1) THEN ("days_attended") END) AS "m0_total_0",
    SUM(
      CASE
        WHEN (1 = 1)
        THEN CAST(("days_attended") AS DOUBLE) * ("days_attended")
      END
    ) AS "m0_squares_0"
  FROM "students_1"
  WHERE
    (NOT ("days_attended" IS NULL))
  GROUP BY
    "org_level",
    "org_id",
    "school_year"
),
-- The same sums, one row for each student group of all_students; a student can be in several.
"groups_1_0" AS (
  SELECT
    "org_level",
    "org_id",
    "school_year",
    'ALL' AS "student_group",
    CAST(COALESCE("m0_averaged_0", 0) AS DOUBLE) AS "m0_averaged",
    CAST(COALESCE("m0_total_0", 0) AS DOUBLE) AS "m0_total",
    CAST(COALESCE("m0_squares_0", 0) AS DOUBLE) AS "m0_squares"
  FROM "moments_1_0"
  WHERE
    "m0_averaged_0" > 0
),
-- What the cut scores need to know of each org.
"org_attributes" AS (
  SELECT
    "org_id",
    "school_year",
    MAX("org_type") AS "org_type",
    MAX("charter") AS "charter",
    MAX("alternative") AS "alternative"
  FROM (
    SELECT
      "org_id",
      "school_year",
      "org_type",
      "charter",
      "alternative"
    FROM "bound_org"
  ) AS "o"
  GROUP BY
    "org_id",
    "school_year"
),
-- The Tally: counts, value and interval of each indicator, org, year and group, before comparing and hiding.
"tally" AS (
  SELECT
    'golden.days_attended' AS "indicator",
    "school_year",
    "org_level",
    "org_id",
    "student_group",
    CAST(NULL AS VARCHAR) AS "category",
    CAST(NULL AS VARCHAR) AS "statistic",
    CAST("m0_total" AS DOUBLE) AS "numerator",
    CAST("m0_averaged" AS DOUBLE) AS "denominator",
    CAST("m0_averaged" AS DOUBLE) AS "n",
    CAST("m0_total" / NULLIF("m0_averaged", 0) AS DOUBLE) AS "value",
    CAST(SQRT(
      CASE
        WHEN CASE
          WHEN "m0_averaged" > 1
          THEN (
            "m0_squares" - "m0_total" * (
              "m0_total" / "m0_averaged"
            )
          ) / (
            "m0_averaged" - 1e0
          )
        END < 0
        THEN 0e0
        ELSE CASE
          WHEN "m0_averaged" > 1
          THEN (
            "m0_squares" - "m0_total" * (
              "m0_total" / "m0_averaged"
            )
          ) / (
            "m0_averaged" - 1e0
          )
        END
      END / NULLIF("m0_averaged", 0)
    ) AS DOUBLE) AS "standard_error",
    CAST("m0_total" / NULLIF("m0_averaged", 0) - CASE
      WHEN (
        "m0_averaged" - 1
      ) = 1
      THEN 12.706205e0
      WHEN (
        "m0_averaged" - 1
      ) = 2
      THEN 4.302653e0
      WHEN (
        "m0_averaged" - 1
      ) = 3
      THEN 3.182446e0
      WHEN (
        "m0_averaged" - 1
      ) = 4
      THEN 2.776445e0
      WHEN (
        "m0_averaged" - 1
      ) = 5
      THEN 2.570582e0
      WHEN (
        "m0_averaged" - 1
      ) = 6
      THEN 2.446912e0
      WHEN (
        "m0_averaged" - 1
      ) = 7
      THEN 2.364624e0
      WHEN (
        "m0_averaged" - 1
      ) = 8
      THEN 2.306004e0
      WHEN (
        "m0_averaged" - 1
      ) = 9
      THEN 2.262157e0
      WHEN (
        "m0_averaged" - 1
      ) >= 10
      THEN 1.959963984540054e0 + 2.372271230298562e+00 / (
        "m0_averaged" - 1
      ) + 2.822498615739611e+00 / (
        (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        )
      ) + 2.555849679507722e+00 / (
        (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        )
      ) + 1.589534053393822e+00 / (
        (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        )
      )
    END * SQRT(
      CASE
        WHEN CASE
          WHEN "m0_averaged" > 1
          THEN (
            "m0_squares" - "m0_total" * (
              "m0_total" / "m0_averaged"
            )
          ) / (
            "m0_averaged" - 1e0
          )
        END < 0
        THEN 0e0
        ELSE CASE
          WHEN "m0_averaged" > 1
          THEN (
            "m0_squares" - "m0_total" * (
              "m0_total" / "m0_averaged"
            )
          ) / (
            "m0_averaged" - 1e0
          )
        END
      END / NULLIF("m0_averaged", 0)
    ) AS DOUBLE) AS "low",
    CAST("m0_total" / NULLIF("m0_averaged", 0) + CASE
      WHEN (
        "m0_averaged" - 1
      ) = 1
      THEN 12.706205e0
      WHEN (
        "m0_averaged" - 1
      ) = 2
      THEN 4.302653e0
      WHEN (
        "m0_averaged" - 1
      ) = 3
      THEN 3.182446e0
      WHEN (
        "m0_averaged" - 1
      ) = 4
      THEN 2.776445e0
      WHEN (
        "m0_averaged" - 1
      ) = 5
      THEN 2.570582e0
      WHEN (
        "m0_averaged" - 1
      ) = 6
      THEN 2.446912e0
      WHEN (
        "m0_averaged" - 1
      ) = 7
      THEN 2.364624e0
      WHEN (
        "m0_averaged" - 1
      ) = 8
      THEN 2.306004e0
      WHEN (
        "m0_averaged" - 1
      ) = 9
      THEN 2.262157e0
      WHEN (
        "m0_averaged" - 1
      ) >= 10
      THEN 1.959963984540054e0 + 2.372271230298562e+00 / (
        "m0_averaged" - 1
      ) + 2.822498615739611e+00 / (
        (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        )
      ) + 2.555849679507722e+00 / (
        (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        )
      ) + 1.589534053393822e+00 / (
        (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        ) * (
          "m0_averaged" - 1
        )
      )
    END * SQRT(
      CASE
        WHEN CASE
          WHEN "m0_averaged" > 1
          THEN (
            "m0_squares" - "m0_total" * (
              "m0_total" / "m0_averaged"
            )
          ) / (
            "m0_averaged" - 1e0
          )
        END < 0
        THEN 0e0
        ELSE CASE
          WHEN "m0_averaged" > 1
          THEN (
            "m0_squares" - "m0_total" * (
              "m0_total" / "m0_averaged"
            )
          ) / (
            "m0_averaged" - 1e0
          )
        END
      END / NULLIF("m0_averaged", 0)
    ) AS DOUBLE) AS "high",
    CAST(NULL AS DOUBLE) AS "prior_numerator",
    CAST(NULL AS DOUBLE) AS "prior_denominator",
    CAST(NULL AS DOUBLE) AS "prior_n",
    CAST(NULL AS DOUBLE) AS "prior_value",
    CAST(NULL AS DOUBLE) AS "change",
    1 AS "certified",
    CAST(NULL AS VARCHAR) AS "notes"
  FROM "groups_1_0"
  WHERE
    (
      CAST("m0_averaged" AS DOUBLE) > 0 OR CAST("m0_averaged" AS DOUBLE) > 0
    )
),
-- What the tail needs to know of each indicator: unit and digits, policy, cut scores, comparison.
"indicators" AS (
  SELECT
    'golden.days_attended' AS "indicator",
    '' AS "statistic",
    'golden.days_attended' AS "shown_as",
    '1.0.0' AS "version",
    'all_students' AS "group_set",
    10 AS "units",
    10e0 AS "shift",
    100 AS "exact",
    'dataquest' AS "policy",
    CAST(NULL AS VARCHAR) AS "levels",
    'rule0' AS "compare_rule",
    0 AS "telling"
),
-- The cut scores of status and change.
"bands" AS (
  SELECT
    '' AS "band_set",
    '' AS "band",
    CAST(0 AS DOUBLE) AS "low_end",
    CAST(0 AS DOUBLE) AS "high_end",
    0 AS "low_closed",
    0 AS "high_closed",
    0 AS "unverified"
  FROM (
    SELECT
      1 AS "one"
  ) AS "o"
  WHERE
    1 = 0
),
-- The rating of each status and change.
"grids" AS (
  SELECT
    '' AS "grid_set",
    '' AS "status_band",
    '' AS "change_band",
    '' AS "rating",
    0 AS "unverified"
  FROM (
    SELECT
      1 AS "one"
  ) AS "o"
  WHERE
    1 = 0
),
-- Each row beside the prior year's, where its rule compares.
"compared" AS (
  SELECT
    "t"."shown_as" AS "indicator",
    "t"."version",
    "t"."school_year",
    "t"."org_level",
    "t"."org_id",
    "t"."group_set",
    "t"."student_group",
    "t"."category",
    "t"."statistic",
    "t"."numerator",
    "t"."denominator",
    "t"."n",
    "t"."value",
    "t"."standard_error",
    "t"."low",
    "t"."high",
    CASE
      WHEN "mode" IS NULL
      THEN NULL
      WHEN (
        "t"."prior_denominator" IS NOT NULL OR "t"."prior_value" IS NOT NULL
      )
      THEN "t"."prior_numerator"
      WHEN (
        "mode" = 'latest_available'
        OR CAST(SUBSTRING("t"."school_year", 1, 4) AS INT) = CAST(SUBSTRING("t"."lag_school_year", 1, 4) AS INT) + 1
      )
      THEN "t"."lag_numerator"
    END AS "prior_numerator",
    CASE
      WHEN "mode" IS NULL
      THEN NULL
      WHEN (
        "t"."prior_denominator" IS NOT NULL OR "t"."prior_value" IS NOT NULL
      )
      THEN "t"."prior_denominator"
      WHEN (
        "mode" = 'latest_available'
        OR CAST(SUBSTRING("t"."school_year", 1, 4) AS INT) = CAST(SUBSTRING("t"."lag_school_year", 1, 4) AS INT) + 1
      )
      THEN "t"."lag_denominator"
    END AS "prior_denominator",
    CASE
      WHEN "mode" IS NULL
      THEN NULL
      WHEN (
        "t"."prior_denominator" IS NOT NULL OR "t"."prior_value" IS NOT NULL
      )
      THEN "t"."prior_n"
      WHEN (
        "mode" = 'latest_available'
        OR CAST(SUBSTRING("t"."school_year", 1, 4) AS INT) = CAST(SUBSTRING("t"."lag_school_year", 1, 4) AS INT) + 1
      )
      THEN "t"."lag_n"
    END AS "prior_n",
    CASE
      WHEN "mode" IS NULL
      THEN NULL
      WHEN (
        "t"."prior_denominator" IS NOT NULL OR "t"."prior_value" IS NOT NULL
      )
      THEN "t"."prior_value"
      WHEN (
        "mode" = 'latest_available'
        OR CAST(SUBSTRING("t"."school_year", 1, 4) AS INT) = CAST(SUBSTRING("t"."lag_school_year", 1, 4) AS INT) + 1
      )
      THEN "t"."lag_value"
    END AS "prior_value",
    CASE WHEN "mode" IS NOT NULL THEN "t"."change" END AS "published_change",
    "t"."certified",
    "t"."notes",
    "t"."units",
    "t"."shift",
    "t"."exact",
    "t"."policy",
    "t"."levels",
    "t"."telling"
  FROM (
    SELECT
      "t".*,
      "i"."shown_as",
      "i"."version",
      "i"."group_set",
      "i"."units",
      "i"."shift",
      "i"."exact",
      "i"."policy",
      "i"."levels",
      "i"."telling",
      CAST(NULL AS VARCHAR) AS "mode"
    FROM (
      SELECT
        *,
        LAG("numerator") OVER (
          PARTITION BY "indicator", "org_level", "org_id", "student_group", "category", "statistic"
          ORDER BY "school_year"
        ) AS "lag_numerator",
        LAG("denominator") OVER (
          PARTITION BY "indicator", "org_level", "org_id", "student_group", "category", "statistic"
          ORDER BY "school_year"
        ) AS "lag_denominator",
        LAG("n") OVER (
          PARTITION BY "indicator", "org_level", "org_id", "student_group", "category", "statistic"
          ORDER BY "school_year"
        ) AS "lag_n",
        LAG("value") OVER (
          PARTITION BY "indicator", "org_level", "org_id", "student_group", "category", "statistic"
          ORDER BY "school_year"
        ) AS "lag_value",
        LAG("school_year") OVER (
          PARTITION BY "indicator", "org_level", "org_id", "student_group", "category", "statistic"
          ORDER BY "school_year"
        ) AS "lag_school_year"
      FROM "tally"
    ) AS "t"
    INNER JOIN "indicators" AS "i"
      ON "i"."indicator" = "t"."indicator"
      AND "i"."statistic" = COALESCE("t"."statistic", '')
  ) AS "t"
),
-- Value and change rounded once, half away from zero; the change is exact less exact, then rounded.
"rounded" AS (
  SELECT
    "indicator",
    "version",
    "school_year",
    "org_level",
    "org_id",
    "group_set",
    "student_group",
    "category",
    "statistic",
    "numerator",
    "denominator",
    "n",
    "value",
    "standard_error",
    "low",
    "high",
    "prior_numerator",
    "prior_denominator",
    "prior_n",
    "prior_value",
    "published_change",
    "certified",
    "notes",
    "units",
    "shift",
    "exact",
    "policy",
    "levels",
    "telling",
    CASE
      WHEN "counts" = 1
      THEN CASE
        WHEN "above" < 0
        THEN 0e0 - FLOOR(
          CAST((
            2 * ABS("above") + "whole_denominator"
          ) - (
            (
              2 * ABS("above") + "whole_denominator"
            ) % (
              2 * "whole_denominator"
            )
          ) AS DOUBLE) / CAST((
            2 * "whole_denominator"
          ) AS DOUBLE) + 5e-1
        )
        ELSE FLOOR(
          CAST((
            2 * ABS("above") + "whole_denominator"
          ) - (
            (
              2 * ABS("above") + "whole_denominator"
            ) % (
              2 * "whole_denominator"
            )
          ) AS DOUBLE) / CAST((
            2 * "whole_denominator"
          ) AS DOUBLE) + 5e-1
        )
      END
      WHEN "value" IS NOT NULL
      THEN CASE
        WHEN (
          FLOOR((
            "value" * "units"
          ) * 1e6 + 5e-1) / 1e6
        ) < 0
        THEN 0e0 - FLOOR(5e-1 - (
          FLOOR((
            "value" * "units"
          ) * 1e6 + 5e-1) / 1e6
        ))
        ELSE FLOOR((
          FLOOR((
            "value" * "units"
          ) * 1e6 + 5e-1) / 1e6
        ) + 5e-1)
      END
    END AS "value_units",
    CASE
      WHEN "prior_counts" = 1
      THEN CASE
        WHEN "prior_above" < 0
        THEN 0e0 - FLOOR(
          CAST((
            2 * ABS("prior_above") + "whole_prior_denominator"
          ) - (
            (
              2 * ABS("prior_above") + "whole_prior_denominator"
            ) % (
              2 * "whole_prior_denominator"
            )
          ) AS DOUBLE) / CAST((
            2 * "whole_prior_denominator"
          ) AS DOUBLE) + 5e-1
        )
        ELSE FLOOR(
          CAST((
            2 * ABS("prior_above") + "whole_prior_denominator"
          ) - (
            (
              2 * ABS("prior_above") + "whole_prior_denominator"
            ) % (
              2 * "whole_prior_denominator"
            )
          ) AS DOUBLE) / CAST((
            2 * "whole_prior_denominator"
          ) AS DOUBLE) + 5e-1
        )
      END
      WHEN "prior_value" IS NOT NULL
      THEN CASE
        WHEN (
          FLOOR((
            "prior_value" * "units"
          ) * 1e6 + 5e-1) / 1e6
        ) < 0
        THEN 0e0 - FLOOR(5e-1 - (
          FLOOR((
            "prior_value" * "units"
          ) * 1e6 + 5e-1) / 1e6
        ))
        ELSE FLOOR((
          FLOOR((
            "prior_value" * "units"
          ) * 1e6 + 5e-1) / 1e6
        ) + 5e-1)
      END
    END AS "prior_units",
    CASE
      WHEN "published_change" IS NOT NULL
      AND (
        "numerator" IS NULL OR "prior_numerator" IS NULL
      )
      THEN CASE
        WHEN (
          FLOOR((
            "published_change" * "units"
          ) * 1e6 + 5e-1) / 1e6
        ) < 0
        THEN 0e0 - FLOOR(5e-1 - (
          FLOOR((
            "published_change" * "units"
          ) * 1e6 + 5e-1) / 1e6
        ))
        ELSE FLOOR((
          FLOOR((
            "published_change" * "units"
          ) * 1e6 + 5e-1) / 1e6
        ) + 5e-1)
      END
      WHEN "counts" = 1 AND "prior_counts" = 1
      THEN CASE
        WHEN "change_above" < 0
        THEN 0e0 - FLOOR(
          CAST((
            2 * ABS("change_above") + "change_below"
          ) - (
            (
              2 * ABS("change_above") + "change_below"
            ) % (
              2 * "change_below"
            )
          ) AS DOUBLE) / CAST((
            2 * "change_below"
          ) AS DOUBLE) + 5e-1
        )
        ELSE FLOOR(
          CAST((
            2 * ABS("change_above") + "change_below"
          ) - (
            (
              2 * ABS("change_above") + "change_below"
            ) % (
              2 * "change_below"
            )
          ) AS DOUBLE) / CAST((
            2 * "change_below"
          ) AS DOUBLE) + 5e-1
        )
      END
      WHEN "value" IS NOT NULL AND "prior_value" IS NOT NULL
      THEN CASE
        WHEN (
          FLOOR((
            (
              "value" - "prior_value"
            ) * "units"
          ) * 1e6 + 5e-1) / 1e6
        ) < 0
        THEN 0e0 - FLOOR(
          5e-1 - (
            FLOOR((
              (
                "value" - "prior_value"
              ) * "units"
            ) * 1e6 + 5e-1) / 1e6
          )
        )
        ELSE FLOOR(
          (
            FLOOR((
              (
                "value" - "prior_value"
              ) * "units"
            ) * 1e6 + 5e-1) / 1e6
          ) + 5e-1
        )
      END
    END AS "change_units"
  FROM (
    SELECT
      "w".*,
      CASE
        WHEN "exact_numerator" = 1 AND "exact_denominator" = 1 AND "denominator" > 0
        THEN 1
        ELSE 0
      END AS "counts",
      CASE
        WHEN "exact_prior_numerator" = 1
        AND "exact_prior_denominator" = 1
        AND "prior_denominator" > 0
        THEN 1
        ELSE 0
      END AS "prior_counts",
      CAST("units" AS DECIMAL(38, 0)) * "whole_numerator" AS "above",
      CAST("units" AS DECIMAL(38, 0)) * "whole_prior_numerator" AS "prior_above",
      CAST("units" AS DECIMAL(38, 0)) * (
        (
          "whole_numerator" * "whole_prior_denominator"
        ) - (
          "whole_prior_numerator" * "whole_denominator"
        )
      ) AS "change_above",
      "whole_denominator" * "whole_prior_denominator" AS "change_below"
    FROM (
      SELECT
        "c".*,
        CAST(FLOOR("numerator" * "exact" + 5e-1) AS DECIMAL(38, 0)) AS "whole_numerator",
        CAST(FLOOR("denominator" * "exact" + 5e-1) AS DECIMAL(38, 0)) AS "whole_denominator",
        CAST(FLOOR("prior_numerator" * "exact" + 5e-1) AS DECIMAL(38, 0)) AS "whole_prior_numerator",
        CAST(FLOOR("prior_denominator" * "exact" + 5e-1) AS DECIMAL(38, 0)) AS "whole_prior_denominator",
        CASE
          WHEN "exact" IS NOT NULL
          AND ABS("numerator" * "exact" - FLOOR("numerator" * "exact" + 5e-1)) < 1e-6
          THEN 1
          ELSE 0
        END AS "exact_numerator",
        CASE
          WHEN "exact" IS NOT NULL
          AND ABS("denominator" * "exact" - FLOOR("denominator" * "exact" + 5e-1)) < 1e-6
          THEN 1
          ELSE 0
        END AS "exact_denominator",
        CASE
          WHEN "exact" IS NOT NULL
          AND ABS("prior_numerator" * "exact" - FLOOR("prior_numerator" * "exact" + 5e-1)) < 1e-6
          THEN 1
          ELSE 0
        END AS "exact_prior_numerator",
        CASE
          WHEN "exact" IS NOT NULL
          AND ABS("prior_denominator" * "exact" - FLOOR("prior_denominator" * "exact" + 5e-1)) < 1e-6
          THEN 1
          ELSE 0
        END AS "exact_prior_denominator"
      FROM "compared" AS "c"
    ) AS "w"
  ) AS "p"
),
-- The minimum n's of the policy that apply to each row.
"judged" AS (
  SELECT
    *,
    CASE WHEN "denominator" < "small_n" THEN 1 ELSE 0 END AS "small"
  FROM (
    SELECT
      "r".*,
      "o"."org_type",
      COALESCE("o"."charter", 0) AS "charter",
      COALESCE("o"."alternative", 0) AS "alternative",
      "n" AS "tested_n",
      "prior_n" AS "prior_tested_n",
      CASE
        WHEN "policy" = 'dataquest'
        THEN 11
        WHEN "policy" = 'dataquest'
        THEN 11
        ELSE 0
      END AS "privacy_n",
      CASE
        WHEN "policy" = 'dataquest'
        THEN 11
        WHEN "policy" = 'dataquest'
        THEN 11
        ELSE 0
      END AS "report_n",
      0 AS "rating_n",
      0 AS "small_n",
      CASE
        WHEN "policy" = 'dataquest'
        THEN 11
        WHEN "policy" = 'dataquest'
        THEN 11
        ELSE 0
      END AS "prior_privacy_n",
      CASE
        WHEN "policy" = 'dataquest'
        THEN 11
        WHEN "policy" = 'dataquest'
        THEN 11
        ELSE 0
      END AS "prior_report_n"
    FROM "rounded" AS "r"
    LEFT JOIN (
      SELECT
        "org_id" AS "of_org",
        "school_year" AS "of_year",
        "org_type",
        "charter",
        "alternative"
      FROM "org_attributes"
    ) AS "o"
      ON "o"."of_org" = "r"."org_id" AND "o"."of_year" = "r"."school_year"
  ) AS "j"
),
-- Which dated set of cut scores each row is held against.
"chosen" AS (
  SELECT
    *,
    CAST(NULL AS VARCHAR) AS "status_set",
    CAST(NULL AS VARCHAR) AS "change_set",
    CAST(NULL AS VARCHAR) AS "grid_set"
  FROM "judged"
),
-- Status, change level and rating of the rounded numbers.
"rated" AS (
  SELECT
    "c".*,
    "s"."band" AS "status",
    "k"."band" AS "change_level",
    CASE
      WHEN "s"."unverified" = 1 OR "k"."unverified" = 1 OR "g"."unverified" = 1
      THEN 1
      ELSE 0
    END AS "unverified",
    CASE
      WHEN "c"."tested_n" >= "c"."rating_n"
      AND "c"."prior_tested_n" >= "c"."rating_n"
      AND "g"."rating" IS NOT NULL
      THEN "g"."rating"
    END AS "rating"
  FROM "chosen" AS "c"
  LEFT JOIN "bands" AS "s"
    ON "s"."band_set" = "c"."status_set"
    AND (
      "s"."low_end" IS NULL
      OR "c"."value_units" > "s"."low_end"
      OR (
        "s"."low_closed" = 1 AND "c"."value_units" = "s"."low_end"
      )
    )
    AND (
      "s"."high_end" IS NULL
      OR "c"."value_units" < "s"."high_end"
      OR (
        "s"."high_closed" = 1 AND "c"."value_units" = "s"."high_end"
      )
    )
  LEFT JOIN "bands" AS "k"
    ON "k"."band_set" = "c"."change_set"
    AND (
      "k"."low_end" IS NULL
      OR "c"."change_units" > "k"."low_end"
      OR (
        "k"."low_closed" = 1 AND "c"."change_units" = "k"."low_end"
      )
    )
    AND (
      "k"."high_end" IS NULL
      OR "c"."change_units" < "k"."high_end"
      OR (
        "k"."high_closed" = 1 AND "c"."change_units" = "k"."high_end"
      )
    )
  LEFT JOIN "grids" AS "g"
    ON "g"."grid_set" = "c"."grid_set"
    AND "g"."status_band" = "s"."band"
    AND "g"."change_band" = "k"."band"
),
-- Which numbers stay hidden, and why: too few students, or hidden where they came from.
"hidden" AS (
  SELECT
    *,
    CASE
      WHEN "n" = 0 AND "value_units" IS NULL
      THEN 'input'
      WHEN (
        "tested_n" < "privacy_n" OR "tested_n" < "report_n"
      )
      THEN 'primary'
      WHEN "value_units" IS NULL
      THEN 'input'
    END AS "suppressed",
    CASE
      WHEN "prior_tested_n" IS NULL AND "prior_units" IS NULL
      THEN NULL
      WHEN "prior_tested_n" < "prior_privacy_n" OR "prior_tested_n" < "prior_report_n"
      THEN 'primary'
      WHEN "prior_units" IS NULL
      THEN 'input'
    END AS "prior_suppressed"
  FROM "rated"
)
-- The Result: rounded, rated, with hidden numbers left empty.
SELECT
  "indicator",
  "version",
  "school_year",
  "org_level",
  "org_id",
  "group_set",
  "student_group",
  CASE WHEN "telling" = 0 OR "suppressed" IS NULL THEN "category" END AS "category",
  "statistic",
  CASE WHEN "suppressed" IS NULL AND "tested_n" IS NOT NULL THEN "numerator" END AS "numerator",
  CASE WHEN "suppressed" IS NULL AND "tested_n" IS NOT NULL THEN "denominator" END AS "denominator",
  CASE WHEN "suppressed" IS NULL AND "tested_n" IS NOT NULL THEN "n" END AS "n",
  CASE WHEN "suppressed" IS NULL THEN "value_units" / "shift" END AS "value",
  CASE WHEN "suppressed" IS NULL THEN "standard_error" * "units" / "shift" END AS "standard_error",
  CASE WHEN "suppressed" IS NULL THEN "low" * "units" / "shift" END AS "low",
  CASE WHEN "suppressed" IS NULL THEN "high" * "units" / "shift" END AS "high",
  CASE
    WHEN "prior_suppressed" IS NULL AND "prior_tested_n" IS NOT NULL
    THEN "prior_numerator"
  END AS "prior_numerator",
  CASE
    WHEN "prior_suppressed" IS NULL AND "prior_tested_n" IS NOT NULL
    THEN "prior_denominator"
  END AS "prior_denominator",
  CASE
    WHEN "prior_suppressed" IS NULL AND "prior_tested_n" IS NOT NULL
    THEN "prior_n"
  END AS "prior_n",
  CASE WHEN "prior_suppressed" IS NULL THEN "prior_units" / "shift" END AS "prior_value",
  CASE
    WHEN "suppressed" IS NULL AND "prior_suppressed" IS NULL
    THEN "change_units" / "shift"
  END AS "change",
  CASE WHEN "suppressed" IS NULL THEN "status" END AS "status",
  CASE
    WHEN "suppressed" IS NULL AND "prior_suppressed" IS NULL
    THEN "change_level"
  END AS "change_level",
  CASE WHEN "suppressed" IS NULL AND "prior_suppressed" IS NULL THEN "rating" END AS "rating",
  "suppressed",
  "prior_suppressed",
  CASE
    WHEN "suppressed" <> 'input'
    THEN NULL
    WHEN "unverified" = 1 AND "notes" IS NOT NULL
    THEN "notes" || '; unverified cut scores'
    WHEN "unverified" = 1
    THEN 'unverified cut scores'
    ELSE "notes"
  END AS "notes"
FROM "hidden"
ORDER BY
  "indicator",
  "school_year",
  "org_level",
  "org_id",
  "student_group",
  COALESCE("category", ''),
  COALESCE("statistic", '')
