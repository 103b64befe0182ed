"""Made-up courses for the demo's network: `python -m metricspec_opportunity.sample metricspec-demo`.

Five sections for each student of grades 9 to 12 in each year, at the school of the last primary enrollment. Alternative
schools and charters teach no Advanced Placement, alternative schools no advanced mathematics; where they are taught,
students in need take them less often. The same rows come out every time.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SEED = 20250607
GRADES = ("09", "10", "11", "12")
MATHEMATICS = ("ALG1", "GEOM", "ALG2", "MATH")
SCIENCE = ("BIO", "CHEM", "PHYS", "SCI")
ELECTIVES = ("ARTS", "CS", "LANG", "CTE")
USAGE = "usage: python -m metricspec_opportunity.sample FOLDER (a project made by metricspec demo)"


def course_rows(enrollment: pd.DataFrame, org: pd.DataFrame) -> pd.DataFrame:
    """Rows of the dataset course_enrollment for rows of enrollment and org."""
    import numpy as np
    import pandas as pd

    students = _students(enrollment, org)
    rng = np.random.default_rng(SEED)
    grade = students["grade"].map(GRADES.index).to_numpy()
    need = students["economically_disadvantaged"].to_numpy(bool)
    other = students["alternative"].to_numpy(bool)
    taught = ~other & ~students["charter"].to_numpy(bool)
    advanced = (rng.random(len(students)) < _chance(0.2 - 0.8 * need)) & ~other & (grade >= 2)
    content = np.array(MATHEMATICS)[grade]
    content = np.where(advanced, np.where(grade == 3, "CALC", "ADVM"), content)
    elective = rng.choice(ELECTIVES, len(students))

    def program(chance: NDArray[np.float64], possible: NDArray[np.bool_]) -> NDArray[np.str_]:
        return np.where((rng.random(len(students)) < chance) & taught & possible, "AP", "REG")

    likely = _chance(0.6 * grade - 2.2 - 0.9 * need)
    sections: dict[str, tuple[NDArray[np.str_] | str, NDArray[np.str_] | str]] = {
        "ELA": ("ELA", program(likely, grade >= 2)),
        "HSS": ("HSS", program(likely, grade >= 1)),
        "MATH": (content, program(np.full(len(students), 0.7), content == "CALC")),
        "SCI": (np.array(SCIENCE)[grade], program(likely / 2, grade >= 2)),
        "ELECTIVE": (elective, "REG"),
    }
    keys = students[["student_id", "school_id", "school_year"]]
    parts = [
        keys.assign(term="Y", section_id=name, program=in_program, content=of)
        for name, (of, in_program) in sections.items()
    ]
    rows = pd.concat(parts).sort_values(["school_year", "student_id", "section_id"], ignore_index=True)
    return rows.assign(course_code=rows["content"] + "-" + rows["program"])


def _students(enrollment: pd.DataFrame, org: pd.DataFrame) -> pd.DataFrame:
    """Each student's last primary enrollment of a year in grades 9 to 12, with what is said of the school."""
    primary = enrollment[(enrollment["enrollment_status"] == "10") & enrollment["grade"].isin(GRADES)]
    order = ["school_year", "student_id", "entry_date", "exit_date", "stint_id"]
    last = primary.sort_values(order, na_position="last").drop_duplicates(["school_year", "student_id"], keep="last")
    schools = org[["org_id", "school_year", "alternative", "charter"]].rename(columns={"org_id": "school_id"})
    return last.merge(schools, on=["school_id", "school_year"], how="inner", validate="many_to_one")


def _chance(score: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    chance: NDArray[np.float64] = 1 / (1 + np.exp(-score))
    return chance


def main(arguments: list[str]) -> int:
    """Writes data/course_enrollment.parquet of a demo folder, whole or not at all."""
    import pandas as pd

    data = Path(arguments[0]) / "data" if len(arguments) == 1 else None
    if data is None or not (data / "enrollment.parquet").is_file():
        print(USAGE, file=sys.stderr)
        return 2
    rows = course_rows(pd.read_parquet(data / "enrollment.parquet"), pd.read_parquet(data / "org.parquet"))
    made = data / "course_enrollment.parquet.part"
    rows.to_parquet(made, index=False)
    os.replace(made, data / "course_enrollment.parquet")
    print(f"{data / 'course_enrollment.parquet'}: {len(rows):,} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
