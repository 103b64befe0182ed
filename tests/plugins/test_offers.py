"""What a plugin offers is really used: a warehouse by its scheme, an exporter by its name, a check on the whole catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metricspec.running.loading import load
from tests.cli.conftest import Command
from tests.plugins.conftest import Named
from tests.plugins.site import Site, measures

HOOK = """
from metricspec.hookspecs import ANY_SCHEME, Check, ExportCall, Exporter, ExportOption, WarehouseType, hookimpl
from metricspec.problems import Problem, UsageError
METRICSPEC_HOOKS = 2
"""
SECRET = "hunter2"
WAREHOUSE = f"""{HOOK}
from metricspec.warehouse import Warehouse
class Tea(Warehouse):
    dialect, title = "duckdb", "Tea"
    def __init__(self, url, timeout): self.url, self.timeout = url, timeout
    def close(self): pass
    def execute(self, sql, what): pass
    def fetch(self, sql, what): return ["x"], []
    def load(self, name, columns, rows): pass
def opened(url, timeout):
    if "broken" in url:
        raise RuntimeError("no tea at " + url)
    return Tea(url, timeout)
@hookimpl
def metricspec_warehouses(): return [WarehouseType(("tea",), "A warehouse of tea", opened)]
"""


def test_a_warehouse_by_its_scheme(site: Site, named: Named) -> None:
    site.install("tea", {"tea.py": WAREHOUSE})
    project = load(named('tea: ">=0"'))
    engine = project.connect("tea://cup", timeout=3)
    assert (type(engine).__name__, getattr(engine, "url", ""), getattr(engine, "timeout", 0)) == ("Tea", "tea://cup", 3)
    assert type(project.connect("TEA+green://cup")).__name__ == "Tea"
    with project.connect() as own:
        assert own.title == "DuckDB"


def test_a_warehouse_that_fails_names_its_package_and_no_secret(
    site: Site, named: Named, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.install("tea", {"tea.py": WAREHOUSE})
    folder = named('tea: ">=0"')
    monkeypatch.setenv("METRICSPEC_WAREHOUSE", f"tea://me:{SECRET}@broken")
    code, _, err = command("run", "ca.suspension_rate", "--project", folder)
    assert code == 1 and "MS715" in err and "plugin tea failed: RuntimeError: no tea at" in err
    assert SECRET not in err and "Traceback" not in err


EXPORTER = f"""{HOOK}
def told(project, call):
    if call.options["how"] == "badly":
        raise KeyError("how")
    if call.options["how"] == "empty":
        return {{}}
    indicators = {{f"{{name}}.txt": f"{{project.catalog.indicators[name].title}} {{call.suffix}} {{call.text('how')}}{{call.text('more')}}" for name in call.indicators}}
    return indicators
@hookimpl
def metricspec_exporters():
    return [Exporter("letters", "Write letters.", told, (ExportOption("how", "How.", "kindly"), ExportOption("more", "More.")), suffixes=(".txt",))]
"""


@pytest.fixture
def letters(site: Site, named: Named) -> Path:
    site.install("letter-writer", {"letter_writer.py": EXPORTER})
    return named('letter-writer: ">=0"')


def test_an_exporter_by_its_name(letters: Path, command: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    call = ("export", "letters", "ca.suspension_rate", "--project", letters, "--out")
    assert command(*call, out, "--how", "twice")[0] == 0
    assert (out / "ca.suspension_rate.txt").read_text() == "Suspension rate  twice"
    assert command(*call, tmp_path / "one.txt", "--more=!")[0] == 0
    assert (tmp_path / "one.txt").read_text() == "Suspension rate .txt kindly!"
    assert command("export", "letters", "--help", "--project", letters)[0] == 0


@pytest.mark.parametrize(
    ("how", "said"), [("badly", "KeyError: 'how'"), ("empty", "TypeError: it gives no texts by their path")]
)
def test_an_exporter_that_fails_writes_nothing(
    letters: Path, command: Command, tmp_path: Path, how: str, said: str
) -> None:
    out = tmp_path / "out"
    call = ("export", "letters", "ca.suspension_rate", "--project", letters, "--out", out, "--how", how)
    code, _, err = command(*call)
    assert code == 1 and f"the exporter of the plugin letter-writer failed: {said}" in err and "MS715" in err
    assert not out.exists()


def test_an_exporter_nobody_has(letters: Path, command: Command) -> None:
    code, _, err = command("export", "leters", "x", "--project", letters)
    assert code == 2 and "did you mean 'letters'?" in err
    code, _, err = command("export", "letters", "x", "--out", "y")
    assert code == 2 and "there are: dbt, views, ossie" in err


CHECK = f"""{HOOK}
def find(catalog):
    for one in catalog.indicators.values():
        if one.id.startswith("ours."):
            yield Problem("TRY001", f"{{one.id}} is ours, of {{len(catalog.policies)}} policies", one.place, "make it theirs", {{severity}})
{{more}}
@hookimpl
def metricspec_checks(): return [Check("ours", "Nothing is ours.", find)]
"""


@pytest.mark.parametrize(("severity", "code"), [('"error"', 1), ('"warning"', 0)])
def test_a_check_sees_the_whole_catalogue(site: Site, named: Named, command: Command, severity: str, code: int) -> None:
    site.install("checker", {"checker.py": CHECK.replace("{severity}", severity).replace("{more}", "")})
    site.install("heads", {"heads.py": measures("heads")})
    folder = named('checker: ">=0"', 'heads: ">=0"', measure="heads")
    exit_code, out, _ = command("check", "--project", folder, "--format", "json")
    (found,) = (one for one in json.loads(out) if one["code"] == "TRY001")
    assert exit_code == code and found["line"] == 2 and found["file"].endswith("ours.yaml")
    assert "of 0 policies" not in found["message"]
    assert command("check", folder / "specs", "--project", folder)[0] == code
    shipped = Path(load(folder).registry.spec_folders[0], "policies")
    assert command("check", shipped, "--project", folder)[0] == 0, "it is reported with the files that it is about"


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ("    raise RuntimeError('tired')", "MS715", "RuntimeError: tired"),
        ("    __import__('sys').exit(9)", "MS715", "SystemExit: 9"),
        ("    yield 'wrong'", "MS709", "yields 'wrong', not a Problem"),
        ("    yield Problem('TRY1', 'says', 'no place')", "MS709", "not a Problem"),
        ("    yield Problem('TRY1', 'says', severity='grave')", "MS709", "not a Problem"),
        ("find = lambda catalog: None", "MS715", "TypeError"),
    ],
)
def test_a_check_that_fails(site: Site, named: Named, command: Command, more: str, code: str, said: str) -> None:
    site.install("checker", {"checker.py": CHECK.replace("{severity}", '"error"').replace("{more}", more)})
    folder = named('checker: ">=0"')
    exit_code, out, err = command("check", "--project", folder)
    assert exit_code == 1 and code in out and said in out and "checker" in out and "metricspec.yaml:5:3" in out
    assert command("check", folder / "specs", "--project", folder)[0] == 1, "whatever is asked about"
    assert "Traceback" not in out + err


def test_the_rest_keeps_working(site: Site, named: Named, command: Command) -> None:
    """One plugin raises: list shows what there is, says once what is wrong, and the indicator that lacks its type is left out
    with a problem that says whose it is; check reports both."""
    site.install("heads", {"heads.py": measures("heads")})
    site.install("gone", {"gone.py": "raise RuntimeError('gone')"}, hooks={"absent": "gone"})
    folder = named('gone: ">=0"', 'heads: ">=0"', measure="absent")
    (folder / "specs" / "second.yaml").write_text(
        (folder / "specs" / "ours.yaml").read_text().replace("ours.trial", "ours.second").replace("absent", "heads")
    )
    code, out, err = command("list", "--project", folder)
    assert code == 0 and "ours.second" in out and "ours.trial" not in out
    assert err.count("MS703") == 1 and "ours.yaml" in err
    code, out, _ = command("check", "--project", folder)
    assert code == 1 and out.count("MS703") == 1
    assert (
        "MS108 there is no measure type 'absent'" in out
        and "the plugin gone offers it, and could not be loaded whole" in out
    )
    assert command("show", "ours.second", "--project", folder)[0] == 0
    for call in (["test", "ca.suspension_rate"], ["new", "ours.third"]):
        assert command(*call, "--project", folder)[2].count("MS703") == 1


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['metricspec-early-warning: ">=0"'], "is it of metricspec-early-warning, which could not be loaded whole?"),
        (['metricspec-early-warnin: ">=0"'], "is it of metricspec-early-warning, which is installed? name it in"),
        (['gone: ">=0"'], "is it of metricspec-early-warning, which is installed? name it in"),
        ([], "is it of metricspec-early-warning, which is installed? name it in"),
    ],
)
def test_an_indicator_of_a_plugin_that_is_not_there(
    site: Site, named: Named, command: Command, lines: list[str], said: str
) -> None:
    """By the first word of its id its home is known, whether it could not be loaded or nobody named it."""
    site.install("metricspec-early-warning", {"early.py": "raise RuntimeError('broken')"})
    site.install("gone", {"gone.py": "raise RuntimeError('gone')"})
    folder = named(*lines, measure="rate")
    for name in ("show", "run", "test"):
        code, _, err = command(name, "early_warning.abc", "--project", folder)
        assert code == 2 and said in err and "'metricspec list' shows all" in err
    assert "early-warning, which" not in command("show", "nothing.like_this", "--project", named())[2]


def test_an_indicator_that_a_plugin_which_was_left_out_may_have(site: Site, named: Named, command: Command) -> None:
    site.install("gone", {"gone.py": "raise RuntimeError('gone')"})
    err = command("show", "theirs.indicator", "--project", named('gone: ">=0"'))[2]
    assert "unknown indicator 'theirs.indicator': is it of gone, which could not be loaded whole?" in err


def test_a_type_of_a_plugin_that_is_not_named(site: Site, named: Named, command: Command) -> None:
    site.install("heads", {"heads.py": "raise SystemExit"}, hooks={"heads": "heads"})
    _, out, _ = command("check", "--project", named(measure="heads"))
    assert "the plugin heads offers it, which is installed: name it in metricspec.yaml under plugins" in out


def test_a_misspelt_type_is_answered_as_ever(site: Site, named: Named, command: Command) -> None:
    site.install("heads", {"heads.py": measures("heads")}, hooks={"tails": "heads"})
    site.install("gone", {"gone.py": "raise SystemExit"})
    for measure, said in (
        ("heds", "did you mean 'heads'?"),
        ("tails", "is it of gone, which could not be loaded whole?"),
    ):
        _, out, _ = command("check", "--project", named('heads: ">=0"', 'gone: ">=0"', measure=measure))
        assert "MS108" in out and said in out


def test_plugins_shows_who_offers_what(site: Site, named: Named, command: Command) -> None:
    site.install(
        "heads",
        {"heads.py": measures("heads"), "other_heads.py": CHECK.replace("{severity}", "'error'").replace("{more}", "")},
    )
    site.install("idle", {"idle.py": "raise SystemExit"})
    folder = named('heads: ">=0.5,<2"', 'nowhere: ">=3"')
    code, out, err = command("plugins", "--format", "json", "--project", folder)
    rows = {row["package"]: row for row in json.loads(out)}
    assert code == 1 and "MS704" in err
    assert rows["heads"] == {
        "package": "heads", "version": "1.0", "versions": ">=0.5,<2", "hooks": 2, "lock": "not locked", "loaded": True,
        "offers": {"measure type": ["heads"], "check": ["ours"]},
    }  # fmt: skip
    assert (rows["nowhere"]["version"], rows["nowhere"]["loaded"]) == ("", False)
    assert (rows["idle"]["versions"], rows["idle"]["loaded"]) == ("not named", False)
    assert "rate" in rows["metricspec-edu"]["offers"]["measure type"]
    _, out, _ = command("plugins", "--project", folder)
    assert "heads" in out and ">=0.5,<2" in out and "not named" in out
    assert out.index("idle") < out.index("metricspec-edu"), "what everybody has comes last"
    assert "hooks: the version of metricspec's interface for plugins" in out and "here it is 2" in out


@pytest.mark.parametrize("method", ["parse", "expressions", "sentence"])
def test_a_measure_that_fails_at_a_spec_leaves_only_that_out(
    site: Site, named: Named, command: Command, method: str
) -> None:
    broken = measures("heads", more=f"def broken(*given): raise KeyError('lost')\nHeads.{method} = broken")
    site.install("heads", {"heads.py": broken})
    folder = named('heads: ">=0"', measure="heads")
    code, out, _ = command("check", "--project", folder, "--format", "json")
    (found,) = (one for one in json.loads(out) if one["severity"] == "error")
    assert (
        code == 1
        and found["code"] == "MS715"
        and "plugin heads fails at this block: KeyError: 'lost'" in found["message"]
    )
    assert found["file"].endswith("ours.yaml") and found["line"] == 10
    code, out, _ = command("list", "--project", folder)
    assert code == 0 and "ca.suspension_rate" in out and "ours.trial" not in out


def test_a_measure_that_fails_later_names_its_package(site: Site, named: Named, command: Command) -> None:
    site.install(
        "heads",
        {"heads.py": measures("heads", more="def broken(*given): raise KeyError('lost')\nHeads.moments = broken")},
    )
    code, _, err = command("compile", "ours.trial", "--project", named('heads: ">=0"', measure="heads"))
    assert code == 1 and "MS715 the plugin heads failed: KeyError: 'lost'" in err
    assert "tell the authors of heads" in err and "Traceback" not in err and "should not happen" not in err
