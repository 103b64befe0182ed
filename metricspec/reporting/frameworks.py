"""A framework's result for people: each org's index and domains, its designations, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from metricspec.model.framework import Designation, Framework
from metricspec.reporting import figures
from metricspec.reporting.figures import known, plural
from metricspec.reporting.grids import Heading, fitted

if TYPE_CHECKING:
    import pandas as pd

FEW = 40
LEFT = {"right": False}
Record = Mapping[str, Any]


@dataclass(frozen=True)
class FrameworkView:
    """Which orgs to show in full (empty: all in short), how many at most, and their names."""

    orgs: tuple[str, ...] = ()
    limit: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, org: Any) -> str:
        return self.names.get(str(org), str(org))


def print_framework(
    frame: pd.DataFrame, framework: Framework, view: FrameworkView | None = None, to: Console | None = None
) -> None:
    """Show the latest year of a framework's table: indexes, then who is designated and why."""
    view, to = view or FrameworkView(), to or figures.console()
    title = Text.assemble((str(framework.title), "bold"), f"  {framework.id}")
    if not len(frame):
        to.print(title)
        to.print(Text("no org has a result for it", style="dim"))
        return
    year = str(frame["school_year"].max())
    records: list[Record] = frame[frame["school_year"] == year].to_dict("records")  # type: ignore[assignment]
    to.print(title)
    to.print(Text(f"{year}; made of released results only", style="dim"))
    if _unverified(framework, year):
        to.print(Text("Parts of it are not verified: metricspec show says which.", style="yellow"))
    if view.orgs:
        for org in view.orgs:
            _in_full(to, framework, [r for r in records if r["org_id"] == org], view.name(org))
    else:
        _indexes(to, framework, records, view, year)
        for one in framework.designations:
            _designated(to, one, [r for r in records if r["part"] == "designation" and r["name"] == one.name], view)
    other = sorted({str(one) for one in frame["school_year"]} - {year})
    if other:
        to.print()
        to.print(Text(f"also computed: {', '.join(other)} (--year)", style="dim"))


def _unverified(framework: Framework, year: str) -> bool:
    dated = [*(one.dated for one in framework.indexes), *(one.dated for one in framework.designations)]
    return framework.unverified or any(one.unverified for one in dated if year in one.years)


def _indexes(to: Console, framework: Framework, records: Sequence[Record], view: FrameworkView, year: str) -> None:
    index = framework.index_in(year)
    made = [r for r in records if r["part"] == "index"]
    if index is None or not made:
        return
    points = {(r["org_id"], r["name"]): r["points"] for r in records if r["part"] == "domain"}
    made.sort(key=lambda r: view.name(r["org_id"]))
    limit = view.limit or FEW
    headings = [Heading(index.org_level, **LEFT), Heading("index"), *(Heading(_named(d)) for d in index.domains)]
    rows = [
        [
            Text(view.name(r["org_id"])),
            Text(figures.figure(r["value"], index.digits, "points") or "-", style="bold"),
            *(Text(figures.figure(points.get((r["org_id"], d.name)), 2, "points")) for d in index.domains),
        ]
        for r in made[:limit]
    ]
    to.print()
    to.print(fitted(headings, rows, to.width))
    without = [r for r in made if not known(r["value"])]
    if without:
        to.print(Text(f"- no index: {plural(len(without), index.org_level)} without the results for one", style="dim"))
    if len(made) > limit:
        to.print(
            Text(f"not shown: {len(made) - limit:,} of {plural(len(made), index.org_level)} (--rows)", style="dim")
        )


def _named(one: Any) -> str:
    return str(one.title) or str(one.name).replace("_", " ")


def _designated(to: Console, one: Designation, records: Sequence[Record], view: FrameworkView) -> None:
    """Who is designated and why, and of whom it cannot be said."""
    if not records:
        return
    records = sorted(records, key=lambda r: view.name(r["org_id"]))
    yes = [r for r in records if known(r["holds"]) and r["holds"]]
    open_ = [r for r in records if not known(r["holds"])]
    to.print()
    to.print(Text.assemble((_named(one), "bold"), f": {len(yes):,} of {plural(len(records), one.org_level)}"))
    limit = view.limit or FEW
    for r in yes[:limit]:
        _because(to, view.name(r["org_id"]), str(r["why"]).split("; "))
    if len(yes) > limit:
        to.print(Text(f"  not shown: {len(yes) - limit:,} (--rows)", style="dim"))
    if open_:
        to.print(Text(f"cannot be said of {plural(len(open_), one.org_level)}:", style="yellow"))
        for r in open_[: min(limit, 10)]:
            _because(to, view.name(r["org_id"]), str(r["undecided"]).split("; ")[:3])
        if len(open_) > 10:
            to.print(Text(f"  and {len(open_) - min(limit, 10):,} more (--out writes all)", style="dim"))


def _because(to: Console, name: str, reasons: Sequence[str]) -> None:
    to.print(Padding(Text(name), (0, 0, 0, 2), expand=False))
    for reason in reasons:
        to.print(Padding(Text(reason, style="dim"), (0, 0, 0, 4), expand=False))


def _in_full(to: Console, framework: Framework, records: Sequence[Record], name: str) -> None:
    """One org: its metrics with levels and points and the change to the next levels, and every designation."""
    to.print()
    to.print(Text(name, style="bold underline"))
    made = next((r for r in records if r["part"] == "index"), None)
    if made is not None:
        shown = figures.plain(made["value"]) or "none"
        to.print(Text.assemble("index ", (shown, "bold")))
        if known(made["undecided"]):
            to.print(Text(f"  {made['undecided']}", style="yellow"))
        _metrics(to, framework, records)
    titles = {one.name: _named(one) for one in framework.designations}
    for r in records:
        if r["part"] != "designation":
            continue
        word = "cannot be said" if not known(r["holds"]) else "yes" if r["holds"] else "no"
        to.print(Text.assemble(f"{titles[r['name']]}: ", (word, "bold")))
        for reason in str(r["why"] if known(r["why"]) else r["undecided"] if known(r["undecided"]) else "").split("; "):
            if reason:
                to.print(Padding(Text(reason, style="dim"), (0, 0, 0, 2), expand=False))


METRIC = (
    Heading("metric", **LEFT), Heading("value"), Heading("level"), Heading("", **LEFT), Heading("points"), Heading("of"),
    Heading("+1 level"), Heading("+2"), Heading("+3"),
)  # fmt: skip


def _metrics(to: Console, framework: Framework, records: Sequence[Record]) -> None:
    """What each metric is worth and the change to its next levels, then the level of each share."""
    rows, without = [], []
    for r in records:
        if r["part"] not in ("domain", "metric"):
            continue
        if r["part"] == "metric" and not known(r["level"]):
            without.append(_named(framework.input(str(r["name"]))))
            continue
        domain = r["part"] == "domain"
        title = str(r["name"]).replace("_", " ") if domain else f"  {_named(framework.input(str(r['name'])))}"
        band = str(r["band"]).replace("_", " ") if known(r["band"]) else ""
        rows.append(
            [
                Text(title, style="bold" if domain else ""),
                *(Text(figures.plain(r[name])) for name in ("value", "level")),
                Text(band, style="dim"),
                *(Text(figures.figure(r[name], 2, "points")) for name in ("points", "weight")),
                *(Text(figures.plain(r[f"needed_{step}"])) for step in (1, 2, 3)),
            ]
        )
    to.print(fitted(METRIC, rows, to.width))
    if without:
        to.print(Text(f"without a result: {', '.join(without)}", style="dim"))
    _shares(to, framework, records)


def _shares(to: Console, framework: Framework, records: Sequence[Record]) -> None:
    """The index level of each share of a metric, the lowest group by its name."""
    shares = [r for r in records if r["part"] == "share"]
    index = framework.index_in(str(shares[0]["school_year"])) if shares else None
    names = {share.name: share.group for share in index.shares} if index else {}
    rows = []
    for metric in dict.fromkeys(str(r["metric"]) for r in shares):
        mine = {str(r["name"]): r for r in shares if r["metric"] == metric}
        if any(known(r["level"]) for r in mine.values()):
            rows.append(
                [
                    Text(_named(framework.input(metric))),
                    *(_share_level(mine[name], group) for name, group in names.items()),
                ]
            )
    called = [Heading(group or name.replace("_", " "), **LEFT) for name, group in names.items()]
    if rows:
        to.print()
        to.print(fitted([Heading("index level of", **LEFT), *called], rows, to.width))


def _share_level(r: Record, group: str | None) -> Text:
    if not known(r["level"]):
        return Text("?" if known(r["undecided"]) else "-")
    return Text(f"{figures.plain(r['level'])}" + ("" if group else f" ({r['student_group']})"))
