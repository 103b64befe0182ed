"""metricspec.lock: what differs from it stops every command before anything of a plugin runs."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from metricspec.editor.desk import Desk
from metricspec.plugins.files import fingerprint
from metricspec.plugins.installed import installed
from tests.cli.conftest import Command
from tests.plugins.conftest import INDICATOR, Named
from tests.plugins.site import Site, measures

MARK = "import pathlib\npathlib.Path(__file__).parents[__file__.count('__init__')].joinpath(f'{__name__}.imported').touch()\n"
DATA = "data/codes.csv"


@pytest.fixture
def project(site: Site, named: Named, command: Command) -> Path:
    """A project with a locked plugin: a package of two modules and a data file. It tells when it is imported."""
    install(site)
    folder = named('zeta-measures: ">=1,<2"')
    code, out, err = command("plugins", "lock", "--project", folder)
    assert code == 0 and "zeta-measures 1.0 sha256" in out and "metricspec.lock" in err
    assert not imported(site), "to lock is not to import"
    return folder


def install(site: Site, version: str = "1.0") -> None:
    files = {
        "zeta/__init__.py": measures("zeta", more=MARK),
        "zeta/part.py": "PART = 1\n",
        f"zeta/{DATA}": "code,title\n1,One\n",
    }
    site.install("zeta-measures", files, version=version, hooks={"zeta": "zeta"})


def imported(site: Site) -> bool:
    return (site.folder / "zeta.imported").exists()


def test_a_lock_that_fits(project: Path, site: Site, command: Command) -> None:
    code, out, err = command("plugins", "--format", "json", "--project", project)
    assert code == 0 and '"lock": "locked"' in out and err == ""
    assert imported(site)


def test_what_is_written(project: Path, site: Site, command: Command) -> None:
    site.install("alpha", {"alpha.py": measures("alpha")})
    text = (project / "metricspec.yaml").read_text() + '  Alpha: ">=1"\n'
    (project / "metricspec.yaml").write_text(text)
    assert command("plugins", "lock", "--project", project)[0] == 0
    lock = tomllib.loads((project / "metricspec.lock").read_text())
    assert [one["package"] for one in lock["plugin"]] == ["alpha", "zeta-measures"], (
        "sorted, not in the order of naming"
    )
    single = hashlib.sha256((site.folder / "alpha.py").read_bytes()).hexdigest()
    whole = hashlib.sha256(f"alpha.py\0{single}\n".encode()).hexdigest()
    assert lock["plugin"][0] == {"package": "alpha", "version": "1.0", "sha256": whole}
    before = (project / "metricspec.lock").read_bytes()
    assert command("plugins", "lock", "--project", project)[0] == 0
    assert (project / "metricspec.lock").read_bytes() == before


@pytest.mark.parametrize("file", ["__init__.py", "part.py", DATA])
def test_one_byte_of_any_file(project: Path, site: Site, command: Command, file: str) -> None:
    path = site.folder / "zeta" / file
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    stopped(project, site, command, "MS712", "not those that were locked")


def test_a_file_more_and_a_file_less(project: Path, site: Site, command: Command) -> None:
    (site.folder / "zeta" / "more.py").write_text("")
    stopped(project, site, command, "MS712", "not those that were locked")
    (site.folder / "zeta" / "more.py").unlink()
    (site.folder / "zeta" / "part.py").unlink()
    stopped(project, site, command, "MS712", "not those that were locked")


def test_another_version(project: Path, site: Site, command: Command) -> None:
    install(site, "1.1")
    stopped(project, site, command, "MS712", "locked in version 1.0, and 1.1 is installed")


def test_a_plugin_that_is_not_in_it(project: Path, site: Site, command: Command) -> None:
    site.install("extra", {"extra.py": measures("extra", more=MARK)})
    with (project / "metricspec.yaml").open("a") as file:
        file.write('  extra: ">=0"\n')
    stopped(project, site, command, "MS713", "extra is not in the lock")
    assert not (site.folder / "extra.imported").exists()


@pytest.mark.parametrize(
    "text",
    [
        "", "not a lock", "lock = 2\n", 'lock = 1\nplugin = "none"\n', 'lock = 1\n[[plugin]]\npackage = "zeta-measures"\n',
        'lock = 1\n[[plugin]]\npackage = "a"\nversion = "1"\nsha256 = 5\n', "lock = 1\nplugin = [1]\n",
        'lock = 1\n[[plugin]]\npackage = "a"\nversion = "1"\nsha256 = "x"\n[[plugin]]\npackage = "a"\nversion = "1"\nsha256 = "x"\n',
        "\udcff",
    ],
)  # fmt: skip
def test_a_lock_that_cannot_be_read(project: Path, site: Site, command: Command, text: str) -> None:
    (project / "metricspec.lock").write_bytes(text.encode("utf-8", "surrogateescape"))
    stopped(project, site, command, "MS711", "of no use")
    assert command("plugins", "lock", "--project", project)[0] == 0, "it can be written anew"


def stopped(project: Path, site: Site, command: Command, code: str, said: str) -> None:
    """Every command says what is wrong with which file, and imports nothing."""
    for call in (["list"], ["check"], ["test"], ["show", "rate"], ["export", "none", "x"]):
        exit_code, out, err = command(*call, "--project", project)
        assert (exit_code, out) == (1, ""), call
        assert code in err and said in err and "metricspec.lock" in err and "metricspec plugins lock" in err
    exit_code, out, err = command("plugins", "--project", project)
    assert exit_code == 1 and code in err and "not loaded" in out
    assert not imported(site)


def test_without_a_lock_it_works_and_says_so(site: Site, named: Named, command: Command) -> None:
    install(site)
    folder = named('zeta-measures: ">=1"', measure="zeta")
    code, out, err = command("check", "--project", folder)
    assert code == 0 and "MS714 warning" in out and "1 warning" in err
    code, out, err = command("plugins", "--project", folder)
    assert code == 0 and "not locked" in out and "MS714" in err
    code, out, err = command("show", "ours.trial", "--project", folder)
    assert (code, err) == (0, "") and "he students counted" in out


def test_what_cannot_be_locked(site: Site, named: Named, command: Command) -> None:
    install(site)
    folder = named('zeta-measures: ">=2"', 'nowhere: ">=0"')
    code, _, err = command("plugins", "lock", "--project", folder)
    assert code == 1 and "MS705" in err and "MS704" in err and not (folder / "metricspec.lock").exists()
    site.install("hollow", {}, hooks={"hollow": "no_such_module"})
    code, _, err = command("plugins", "lock", "--project", named('hollow: ">=0"'))
    assert code == 1 and "MS712" in err and "no_such_module" in err
    code, _, err = command("plugins", "lock", "--project", named())
    assert code == 2 and "names no plugins" in err
    assert command("plugins", "lock", "--project", folder / "nowhere")[0] == 2


def hashed() -> str | None:
    found = installed("zeta-measures")
    assert found is not None
    return fingerprint(found)


def test_compiled_files_are_not_looked_at(project: Path, site: Site) -> None:
    before = hashed()
    cache = site.folder / "zeta" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "part.cpython-311.pyc").write_bytes(b"x")
    assert hashed() == before is not None


def test_an_editable_install_has_the_same_number(
    project: Path, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files in a checkout that a .pth file leads to, and the metadata alone in the environment."""
    before = hashed()
    checkout = tmp_path / "checkout" / "src"
    checkout.mkdir(parents=True)
    (site.folder / "zeta").rename(checkout / "zeta")
    assert hashed() is None
    monkeypatch.syspath_prepend(checkout)
    assert hashed() == before is not None


def test_links_in_a_circle_end(project: Path, site: Site) -> None:
    (site.folder / "zeta" / "again").symlink_to(site.folder / "zeta", target_is_directory=True)
    assert hashed() is not None


def test_a_plugin_written_in_the_project_itself_needs_none(site: Site, named: Named, command: Command) -> None:
    """Its source lies in the project's folder `src`, as in what `metricspec plugin new` writes; any other is warned of."""
    install(site)
    folder = named('zeta-measures: ">=1"')
    (folder / "src").mkdir()
    (site.folder / "zeta").rename(folder / "src" / "zeta")
    (site.folder / "zeta").symlink_to(folder / "src" / "zeta")
    assert command("check", "--project", folder)[1] == ""
    site.install("alpha", {"alpha.py": measures("alpha")})
    text = (folder / "metricspec.yaml").read_text() + '  alpha: ">=1"\n'
    (folder / "metricspec.yaml").write_text(text)
    out = command("check", "--project", folder)[1]
    assert "MS714 warning" in out and "metricspec.yaml:6:3" in out


def test_an_editor_goes_on_with_the_specs(project: Path, site: Site) -> None:
    """Where the lock does not fit, that is one problem beside those of the specs; and nothing is imported."""
    (project / "specs").mkdir(exist_ok=True)
    (project / "specs" / "ours.yaml").write_text(INDICATOR.format(measure="rate").replace("policy:", "polity:"))
    (site.folder / "zeta" / "part.py").write_text("PART = 2\n")
    codes = {one.code for one in Desk(project).look()}
    assert {"MS712", "MS102", "MS103"} <= codes
    assert not imported(site)
