"""The tables of the page: every chart's numbers stand in one of them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from metricspec.reporting.growth_compare import words
from metricspec.reporting.growth_compare.html import Html, element, joined, table
from metricspec.reporting.growth_compare.numbers import Neutrality, first_prior, share_shown
from metricspec.reporting.growth_compare.terms import NONE, about, effect_digits, percent, plain, signed, trait_value
from metricspec.running.growth_models import Comparison, Model, Trait

if TYPE_CHECKING:
    import pandas as pd


def with_small(text: str, small: str | None) -> Html:
    """A cell of two lines, the second in small letters."""
    return joined([text, element("small", small) if small else None])


def neutrality_table(found: Comparison, rows: Sequence[Neutrality]) -> Html:
    digits, ends = effect_digits(found), (found.first, found.last)
    headings = [
        "Trait of the students", "Held equal by the last model between",
        *(with_small(m.title, "correlation") for m in found.models),
        *(with_small(m.title, "highest third less lowest") for m in ends),
    ]  # fmt: skip
    body = []
    for trait in found.traits:
        own = {one.model.key: one for one in rows if one.trait is trait}
        cells = [with_small(signed(own[m.key].r, 2), _range(own[m.key])) for m in found.models]
        gaps = [signed(own[m.key].gap, digits) for m in ends]
        body.append([trait.title, words.trait_note(trait, found), *cells, *gaps])
    caption = (
        f"Correlation of the effects with each trait over {words.orgs(found, len(found.orgs))}, each counting once, with its "
        "95% interval; and by how much the third with the most of it is ahead of the third with the least"
    )
    return table(caption, headings, body, words=2)


def _range(one: Neutrality) -> str | None:
    return None if math.isnan(one.r) else f"{signed(one.low, 2)} to {signed(one.high, 2)}"


def moves_table(found: Comparison, rows: pd.DataFrame, caption: str) -> Html:
    headings = [
        found.level.capitalize(), "Scores", *(with_small(m.title, "percentile (index level)") for m in found.models),
        "Change", "Intervals of the effects",
    ]  # fmt: skip
    body = []
    for row in rows.to_dict("records"):
        places = [f"{row[f'percentile_{m.key}']:.0f} ({row[f'level_{m.key}']:.0f})" for m in found.models]
        body.append([_org(row), f"{row['n']:,.0f}", *places, signed(row["change"], 0), _overlap(row)])
    return table(caption, headings, body)


def _org(row: Any) -> Html:
    return with_small(str(row["name"]), str(row["district"]) or None)


def _overlap(row: Any) -> str:
    return "overlap" if row["overlap"] else "apart"


def coefficients_table(found: Comparison) -> Html:
    """Terms and models down, cells across."""
    data = found.coefficients
    cells = sorted(set(data["cell"]))
    scores = data.groupby("cell")["n"].max()
    body: list[list[str]] = [["Scores, about", "", *(about(int(scores[cell])) for cell in cells)]]
    for _, rows in data.groupby("term", sort=False):
        digits = 3 if rows["of"].iloc[0] == "prior" else 1
        for model in found.models:
            own = rows[rows["model"] == model.key].set_index("cell")
            if len(own):
                values = [_coefficient(own, cell, digits) for cell in cells]
                body.append([str(rows["title"].iloc[0]), model.title, *values])
    by = " / ".join(found.first.spec.cell)
    headings = ["Term", "Model", *(f"{by} {cell}" for cell in cells)]
    return table("Every coefficient, in points of the score", headings, body, words=2)


def _coefficient(rows: pd.DataFrame, cell: str, digits: int) -> str:
    if cell not in rows.index:
        return ""
    return "*" if rows["hidden"][cell] else plain(float(rows["estimate"][cell]), digits)


def all_table(found: Comparison, moves: pd.DataFrame) -> Html:
    """Every org shown, by name."""
    traits = shown_traits(found)
    headings = [
        found.level.capitalize(), "Scores", *(t.title for t in traits),
        *(with_small(m.title, "effect ± half its interval; percentile") for m in found.models),
        "Likely percentiles, last model", "Index level", "Intervals of the effects",
    ]  # fmt: skip
    body = []
    for one in _orgs(found, moves, traits):
        effects = [with_small(f"{e} ± {half}", p) for e, half, p in one["models"]]
        low, high = one["likely"]
        likely = NONE if NONE in (low, high) else f"{low} to {high}"
        before, after = one["levels"]
        level = after if before == after else f"{before} → {after}"
        body.append([_org(one["row"]), one["n"], *one["traits"], *effects, likely, level, _overlap(one["row"])])
    return table(f"All {words.orgs(found, len(moves))} shown, by name", headings, body)


def csv_text(found: Comparison, moves: pd.DataFrame) -> str:
    """The same as a file, one number in each column."""
    traits = shown_traits(found)
    headings = [found.level, "name", "district", "scores", *(t.title for t in traits)]
    for model in found.models:
        headings += [
            f"{what} ({model.title})" for what in ("effect", "half of its 95% interval", "percentile", "index level")
        ]
    headings += ["percentile low", "percentile high", "intervals"]
    to = io.StringIO()
    writer = csv.writer(to, lineterminator="\n")
    writer.writerow(headings)
    for one in _orgs(found, moves, traits):
        row = one["row"]
        levels = [f"{row[f'level_{m.key}']:.0f}" for m in found.models]
        models = [text for cells, level in zip(one["models"], levels, strict=True) for text in (*cells, level)]
        cells = [one["n"].replace(",", ""), *one["traits"], *models, *one["likely"]]
        cells = ["" if cell == NONE else cell.replace("−", "-") for cell in cells]
        writer.writerow([_text(row["org_id"]), _text(row["name"]), _text(row["district"]), *cells, _overlap(row)])
    return to.getvalue()


def _text(value: object) -> str:
    """A name for a spreadsheet, which would take some first letters for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _orgs(found: Comparison, moves: pd.DataFrame, traits: Sequence[Trait]) -> Iterator[dict[str, Any]]:
    """What is told of each org, in words and rounded figures, by name."""
    columns = ("effect", "low", "high", "percentile_low", "percentile_high")
    wide: dict[str, Any] = {c: found.wide(c).to_dict("index") for c in columns}
    orgs: dict[Any, Any] = found.orgs.set_index("org_id").to_dict("index")
    digits = effect_digits(found)

    def effect(one: str, model: Model, percentile: float) -> tuple[str, str, str]:
        half = (wide["high"][one][model.key] - wide["low"][one][model.key]) / 2
        return signed(wide["effect"][one][model.key], digits), plain(half, digits), f"{percentile:.0f}"

    for row in moves.sort_values(["name", "org_id"]).to_dict("records"):
        one, n = row["org_id"], float(row["n"])
        yield {
            "row": row,
            "n": f"{n:,.0f}",
            "traits": [shown_trait(t, float(orgs[one][t.key]), n, found.least) for t in traits],
            "models": [effect(one, m, row[f"percentile_{m.key}"]) for m in found.models],
            "likely": [plain(wide[c][one][found.last.key], 0) for c in ("percentile_low", "percentile_high")],
            "levels": [f"{row[f'level_{m.key}']:.0f}" for m in (found.first, found.last)],
        }


def shown_traits(found: Comparison) -> list[Trait]:
    """The traits that the table of all orgs has: the first prior score and what the last model holds equal of shares."""
    prior = first_prior(found)
    shares = [t for t in found.traits if t.kind == "share" and t.peer]
    return [*([prior] if prior else []), *shares[:2]]


def shown_trait(trait: Trait, value: float, n: float, least: int) -> str:
    if trait.kind != "share":
        return trait_value(trait, value)
    return percent(value) if share_shown(value, n, least) else "*"
