"""Every page of the site, in one place."""

from __future__ import annotations

from metricspec.site.catalogue import Catalogue
from metricspec.site.frameworks import framework_pages
from metricspec.site.home import home, index_pages, reading
from metricspec.site.indicator import IndicatorPage
from metricspec.site.measures import measure_pages
from metricspec.site.page import Page
from metricspec.site.references import reference_pages
from metricspec.site.statements import Statements


def pages(catalogue: Catalogue, name: str) -> tuple[Page, ...]:
    """The pages of a site called `name`. Nothing in them depends on the day or the machine."""
    statements = Statements(catalogue)
    found = [home(catalogue, name), reading(), *index_pages(catalogue)]
    for id_, indicator in catalogue.indicators.items():
        path = catalogue.path("indicators", id_)
        assert path is not None
        found.append(IndicatorPage(catalogue, statements, indicator, path).page())
    return (*found, *reference_pages(catalogue), *framework_pages(catalogue), *measure_pages(catalogue))
