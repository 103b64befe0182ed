"""What each column of a Result means, for every page and file that describes one."""

from __future__ import annotations

MEANINGS = {
    "indicator": ("text", "Id of the indicator."),
    "version": ("text", "Version of the definition that made the number."),
    "school_year": ("text", "School year, as 2024-25."),
    "org_level": ("text", "Level of the org: school, district or network."),
    "org_id": ("text", "Id of the org at that level."),
    "group_set": ("text", "Id of the group set."),
    "student_group": ("text", "The student group; `ALL` is everybody."),
    "category": ("text", "A part of the indicator, where a measure yields several rows an org and group; else empty."),
    "statistic": ("text", "A further number of the measure, by its name; empty in the rows of the indicator's own value, the only ones compared and rated."),
    "numerator": ("number", "What stands above the line: students who meet the condition, or a sum."),
    "denominator": ("number", "What stands below the line. It need not be the number of students."),
    "n": ("number", "Students counted. Minimum counts test it, unless the policy says `of: denominator`; of a category or further statistic then the smaller of the two."),
    "value": ("number", "The value in the indicator's unit, rounded once to its digits, half away from zero; percents run from 0 to 100."),
    "standard_error": ("number", "Standard error in the same unit, not rounded; empty where the measure has none."),
    "low": ("number", "Lower end of the 95 % interval, not rounded."),
    "high": ("number", "Upper end of the 95 % interval, not rounded."),
    "prior_numerator": ("number", "The numerator of the year compared with."),
    "prior_denominator": ("number", "The denominator of the year compared with."),
    "prior_n": ("number", "Students counted in the year compared with."),
    "prior_value": ("number", "The value of the year compared with, rounded."),
    "change": ("number", "Exact value less exact prior value, then rounded once. It can differ from `value - prior_value`."),
    "status": ("text", "Band of the rounded value."),
    "change_level": ("text", "Band of the rounded change."),
    "rating": ("text", "What status and change give together, such as a colour; needs enough students in both years."),
    "suppressed": ("text", "Why this row's numbers are hidden; empty where they are shown."),
    "prior_suppressed": ("text", "Why the prior year's numbers are hidden; empty where they are shown or there is none."),
    "notes": ("text", "Remarks, such as `unverified cut scores`, parted by semicolons."),
}  # fmt: skip
