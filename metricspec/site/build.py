"""From pages to the files of a site, by mkdocs."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from metricspec.problems import UsageError
from metricspec.site.catalogue import KINDS
from metricspec.site.mathematics import EXTRA
from metricspec.site.page import Page

THEME = Path(__file__).resolve().parent / "theme"
# Files of mkdocs' theme that no page uses: icons of other sites, maps of minified sources, what needs the site's address.
UNUSED = re.compile(
    r"webfonts/|img/grid\.png|css/(brands|solid|fontawesome|v4-font-face)\.|js/darkmode|.*\.map$|404\.html|sitemap\.xml"
)
_BUILT = re.compile(r"\s*<!--\s*MkDocs version.*?-->\s*", re.S)


def check_installed() -> None:
    """Raises UsageError naming the extra where what builds the site is missing."""
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("mkdocs", "latex2mathml")):
        raise UsageError(EXTRA)


def built(pages: Sequence[Page], name: str) -> Mapping[str, bytes]:
    """Every file of the site by its path. Raises UsageError where mkdocs refuses the pages."""
    with tempfile.TemporaryDirectory(prefix="metricspec-docs-") as folder:
        _write(Path(folder), pages, name)
        _run(Path(folder))
        return dict(_files(Path(folder) / "site", {page.path: page for page in pages}))


def _write(folder: Path, pages: Sequence[Page], name: str) -> None:
    for page in pages:
        path = folder / "docs" / page.source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.markdown(), encoding="utf-8")
    kinds = [{title: f"{kind}.md"} for kind, title in KINDS.items()]
    config = {
        "site_name": name,
        "docs_dir": "docs",
        "site_dir": "site",
        "use_directory_urls": False,
        "strict": True,
        "theme": {"name": "mkdocs", "custom_dir": str(THEME), "highlightjs": False, "nav_style": "primary"},
        "plugins": ["search"],
        "markdown_extensions": ["attr_list", {"toc": {"permalink": False}}],
        "nav": [{name: "index.md"}, *kinds, {"How to read": "reading.md"}],
        "validation": {"nav": {"omitted_files": "ignore"}},
    }
    (folder / "mkdocs.yml").write_text(json.dumps(config, indent=1), encoding="utf-8")


def _run(folder: Path) -> None:
    try:
        from mkdocs.commands.build import build
        from mkdocs.config import load_config
        from mkdocs.exceptions import MkDocsException
    except ImportError:
        raise UsageError(EXTRA) from None
    try:
        config = load_config(str(folder / "mkdocs.yml"))
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
    except MkDocsException as error:
        raise UsageError(f"mkdocs does not build the site: {error}") from None


def _files(site: Path, pages: Mapping[str, Page]) -> Mapping[str, bytes]:
    found = {}
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if path.is_dir() or UNUSED.match(name):
            continue
        found[name] = path.read_bytes()
        if name in pages:
            text = _BUILT.sub("\n", found[name].decode("utf-8"))
            found[name] = pages[name].finished(text).encode("utf-8")
    return found
