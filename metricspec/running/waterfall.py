"""Which counts of an audit trail may be shown, so that none of the others can be worked out.

A trail is a row of counts that only fall: the students at an org, those left after each population line, those the
measure counts. Between two counts stands the number removed. A number from 1 to n - 1 is small, n being the policy's
smallest number of students shown. The rule:

1. The last count is the one that the Result publishes, so it decides first. It is shown unless the Result hides it.
2. Going back from there, a count is shown if it is not small and lies 0, or n and more, above the next count shown
   (above the last count, too, where that one is hidden). All others are left out. So the difference of any two counts
   shown is 0 or at least n.
3. A removal is shown where the counts on both of its sides are. The one before a count that is shown, where the count
   before is not, is printed as `<n`: that count was left out because this removal is small. All others are a star,
   for several `<n` that add up to fewer than n would tell each other.
4. For any group but all students the counts before the last are rounded to tens, so that the removals of one group
   cannot be had by taking those of the other groups from the whole.
5. The students who meet a rate's condition are shown only if both they and those who do not are 0 or at least n,
   and only beside a count that is shown.

Counts of different indicators are not compared with each other, and neither are those of different orgs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STAR = "*"


@dataclass(frozen=True)
class Step:
    """One line of the trail as it may be printed: what was asked, how many it removed, how many remain."""

    text: str
    removed: str
    remaining: str


def small(number: int, least: int) -> bool:
    return 0 < number < least


def shown_counts(counts: Sequence[int], least: int, *, hidden: bool) -> list[bool]:
    """Which counts may be shown; `hidden` says that the Result hides the last."""
    shown = [False] * len(counts)
    last = len(counts) - 1
    following: int | None = None
    if not hidden and not small(counts[last], least):
        shown[last], following = True, counts[last]
    for at in range(last - 1, -1, -1):
        count = counts[at]
        if small(count, least):
            continue
        if hidden and small(counts[last], least) is False and count - counts[last] < least:
            continue
        if following is None or count == following or count - following >= least:
            shown[at], following = True, count
    return shown


def trail(texts: Sequence[str], counts: Sequence[int], least: int, *, hidden: bool, rounded: bool) -> list[Step]:
    """The trail as it may be printed; `rounded` for any group but all students."""
    shown = shown_counts(counts, least, hidden=hidden)
    last = len(counts) - 1

    def written(at: int) -> int:
        return tens(counts[at]) if rounded and at != last else counts[at]

    steps = []
    for at, text in enumerate(texts):
        about = "about " if rounded and at != last and counts[at] else ""
        left = f"{about}{written(at):,}" if shown[at] else f"<{least}" if small(counts[at], least) else STAR
        removed = ""
        if at:
            number = counts[at - 1] - counts[at]
            if shown[at - 1] and shown[at]:
                near = "about " if rounded and number else ""
                removed = f"{near}{max(0, written(at - 1) - written(at)) if number else 0:,}"
            elif shown[at] and small(number, least) and not small(counts[at - 1], least):
                removed = f"<{least}"
            else:
                removed = STAR
        steps.append(Step(text, removed, left))
    return steps


def met_shown(met: int, counted: int, least: int, *, hidden: bool) -> str:
    """The numerator of a rate as it may be printed."""
    if hidden or small(counted, least):
        return STAR  # before anything is said of the numerator: one mark for every hidden cell
    if small(met, least):
        return f"<{least}"
    if small(counted - met, least):
        return STAR
    return f"{met:,}"


def tens(number: int) -> int:
    """
    >>> tens(94), tens(95), tens(1234)
    (90, 100, 1230)
    """
    return (number + 5) // 10 * 10


def rows_shown(rows: int, students: int, least: int, *, students_shown: bool) -> str:
    """The rows of a stage that holds students or finer: to tens, and not at all where they would tell the number of
    students that the trail leaves out."""
    if rows == 0:
        return "0"
    if small(rows, least):
        return f"<{least}"
    if not students_shown and rows < 10 * max(students, 1):
        return STAR
    return f"about {tens(rows):,}"
