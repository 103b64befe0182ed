"""The page as one file: no script, nothing fetched."""

from __future__ import annotations

from importlib.resources import files

from metricspec.reporting.growth_compare import sections, words
from metricspec.reporting.growth_compare.html import Html, bullets, element, joined, paragraphs
from metricspec.reporting.growth_compare.numbers import moves, neutrality
from metricspec.running.growth_models import Comparison, alone_in_some

TITLE = "What controlling for peers changes"
ALONE = (
    "One exception: school averages are those of the other students, so a student who is alone at a school in a grade has "
    "none; the full model leaves such students out, the models without averages have them."
)
LOADS_NOTHING = "default-src 'none'; style-src 'unsafe-inline'"


def page(found: Comparison, policy: str, command: str, made_by: str) -> str:
    """The page's text. `policy`: the name of the rules for small numbers; `command`: what makes this page again;
    `made_by`: the program and its version."""
    rows, moved = neutrality(found), moves(found)
    parts = {
        "models": ("The models", sections.models_section(found)),
        "neutral": ("Is each model neutral?", sections.neutrality_section(found, rows)),
        "effects": ("With peers and without", sections.effects_section(found, rows)),
        "moves": (f"Which {found.level}s move?", sections.moves_section(found, moved)),
        "conclude": ("What cannot be concluded", bullets(words.cannot_conclude(found))),
        "held": ("What the models hold equal", sections.coefficients_section(found)),
        "all": (f"All {found.level}s", sections.all_section(found, moved)),
        "made": ("How this page was made", _made(found, policy, command)),
    }
    body = element(
        "body",
        element("header", *_header(found, policy), _answer(words.headline(found, rows, moved)), _contents(parts)),
        element("main", *(_section(key, title, text) for key, (title, text) in parts.items())),
        element("footer", made_by),
    )
    return f"<!doctype html>\n{element('html', _head(found), body, lang='en')}\n"


def _head(found: Comparison) -> Html:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=LOADS_NOTHING),
        element("title", f"{TITLE}: {found.indicator.title}, {found.year}"),
        element("style", Html(files(__package__).joinpath("page.css").read_text(encoding="utf-8"))),
    )


def _header(found: Comparison, policy: str) -> list[Html]:
    about = "; ".join(filter(None, [found.network, found.year, words.orgs(found, len(found.orgs))]))
    return [
        element("h1", TITLE),
        element(
            "p", f"{found.indicator.title} ({found.indicator.id} {found.indicator.version}). {about}.", class_="about"
        ),
        element("p", words.left_out(found, policy), class_="about"),
        *([element("p", words.NOT_VERIFIED, class_="about")] if found.indicator.unverified else []),
    ]


def _answer(sentences: list[str]) -> Html:
    return element("div", paragraphs(sentences), class_="answer")


def _contents(parts: dict[str, tuple[str, Html]]) -> Html:
    links = (element("li", element("a", title, href=f"#{key}")) for key, (title, _) in parts.items())
    return element("nav", element("ul", *links), aria_label="Sections")


def _section(key: str, title: str, text: Html) -> Html:
    return element("section", element("h2", title, id=key), text, aria_labelledby=key)


def _made(found: Comparison, policy: str, command: str) -> Html:
    own = found.indicator
    texts: list[str | Html] = [
        joined(["This page comes out of one command, over the data of the district or network: ", element("code", command), "."]),
        f"The last model is {own.id} {own.version} as the catalogue has it; the others are the same without its peers, and "
        "without its student characteristics. A model with fewer variables sees the same students as the full one.",
        *([ALONE] if alone_in_some(found) else []),
        f"Small numbers are hidden by the policy {policy} before anything is drawn, counted or correlated. Charts draw "
        "rounded numbers. No number of a student is in this file.",
        "Correlations are Pearson's, every school counting once whatever its size, with Fisher's interval. Thirds are equal "
        "parts of the schools shown, by rank. Effects are mean residuals, with intervals of 95%.",
        *found.notes,
        *([f"Not verified: {found.indicator.note}"] if found.indicator.unverified and found.indicator.note else []),
    ]  # fmt: skip
    return joined(element("p", text) for text in texts)
