"""What may be wrong with a plugin: each a problem that names the package, and the rest keeps working."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from metricspec.problems import Place, Problem
from metricspec.registry import BUILT_IN, Registry, load_registry
from tests.plugins.site import Site, measures

SHIPPED = load_registry()
PLACE = Place("metricspec.yaml", 5, 3, 6)


def loaded(*packages: str) -> Registry:
    wanted = {one.partition(" ")[0]: one.partition(" ")[2] or ">=0" for one in packages}
    return load_registry(wanted, places=dict.fromkeys(wanted, PLACE))


def only(registry: Registry, package: str) -> Problem:
    """The one problem, which names the package and where the project does; what ships and `good` are there in spite of it."""
    (problem,) = registry.problems
    assert package in problem.message and problem.place == PLACE and problem.hint
    assert set(SHIPPED.measure_types) <= set(registry.measure_types)
    assert set(SHIPPED.exporters) <= set(registry.exporters)
    assert set(SHIPPED.warehouses) <= set(registry.warehouses)
    return problem


@pytest.fixture(autouse=True)
def good(site: Site) -> None:
    site.install("good", {"good.py": measures("goodness")})


def test_without_a_project_nothing_but_what_ships(site: Site) -> None:
    site.install("curious", {"curious.py": measures("curiosity", more="open(__file__ + '.imported', 'w').close()")})
    registry = load_registry()
    assert [one.package for one in registry.provided] == ["metricspec"]
    assert "curiosity" not in registry.measure_types and registry.problems == ()
    loaded("good")
    assert not (site.folder / "curious.py.imported").exists()
    assert "curiosity" in loaded("curious").measure_types
    assert (site.folder / "curious.py.imported").exists(), "the plugin must be able to tell"


def test_what_is_named_is_there_and_who_offers_it() -> None:
    registry = loaded("good")
    assert registry.problems == () and registry.failed == ()
    assert registry.package_of("metricspec_measure_types", "goodness") == "good"
    assert registry.package_of("metricspec_measure_types", "rate") == "metricspec"


def test_names_are_those_of_pip(site: Site) -> None:
    site.install("Fancy_Name", {"fancy.py": measures("fancy")})
    assert "fancy" in loaded("fancy-name").measure_types


def test_not_installed(site: Site) -> None:
    problem = only(loaded("goood >=1.2,<2", "good"), "goood")
    assert problem.code == "MS704"
    assert "did you mean good," in problem.hint and "pip install" not in problem.hint


@pytest.mark.parametrize(
    ("version", "versions", "fits"),
    [
        ("1.0", ">=1.0,<2", True), ("2.0", ">=1.0,<2", False), ("1.5.dev1", ">=1.0,<2", True), ("1.0rc1", ">=1.0", False),
        ("1.4.2", "~=1.4", True), ("1.4+local", "==1.4", True), ("not a version", ">=0", False),
    ],
)  # fmt: skip
def test_version_and_range(site: Site, version: str, versions: str, fits: bool) -> None:
    site.install("ranged", {"ranged.py": measures("ranged")}, version=version)
    registry = loaded(f"ranged {versions}", "good")
    assert ("ranged" in registry.measure_types) is fits
    assert "goodness" in registry.measure_types
    if not fits:
        problem = only(registry, "ranged")
        assert problem.code == "MS705" and version in problem.message and versions in problem.message


def test_out_of_range_is_not_imported(site: Site) -> None:
    site.install("old", {"old.py": "raise SystemExit('imported')"})
    assert [problem.code for problem in loaded("old >=2").problems] == ["MS705"]


@pytest.mark.parametrize("name", ["metricspec-edu", "pluggy"])
def test_no_plugin(name: str) -> None:
    assert only(loaded(name, "good"), "metricspec" if name == "metricspec-edu" else name).code == "MS706"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise ValueError('no\\nlicence')", "ValueError: no licence"),
        ("import sys\nsys.exit('stop')", "SystemExit: stop"),
        ("class Stop(BaseException): pass\nraise Stop", "Stop"),
        ("def (", "SyntaxError"),
        ("import nowhere_at_all", "nowhere_at_all"),
    ],
)
def test_raises_at_import(site: Site, text: str, said: str) -> None:
    site.install("broken", {"broken.py": text})
    registry = loaded("broken", "good")
    problem = only(registry, "broken")
    assert problem.code == "MS703" and said in problem.message and "\n" not in problem.message
    assert "goodness" in registry.measure_types and registry.failed == ("broken",)


def test_a_person_may_still_stop_the_program(site: Site) -> None:
    site.install("slow", {"slow.py": "raise KeyboardInterrupt"})
    with pytest.raises(KeyboardInterrupt):
        loaded("slow")


def test_an_entry_point_of_nothing(site: Site) -> None:
    site.install("hollow", {"hollow.py": ""}, hooks={"hollow": "hollow:missing"})
    assert only(loaded("hollow"), "hollow").code == "MS703"


HOOK = "from metricspec.hookspecs import hookimpl\nMETRICSPEC_HOOKS = 2\n"


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("@hookimpl\ndef metricspec_measure_type(): return []", "'metricspec_measure_type'", "did you mean 'metricspec_measure_types'?"),
        ("@hookimpl\ndef measures(): return []", "'measures'", "there are: metricspec_measure_types"),
        ("def metricspec_spec_folder(): return []", "'metricspec_spec_folder'", "did you mean 'metricspec_spec_folders'?"),
        ("def metricspec_checks(): return []", "without its mark", "write @hookimpl above it"),
        ("@hookimpl\ndef metricspec_checks(config): return []", "takes what it is not given", ""),
    ],
)  # fmt: skip
def test_a_function_that_is_no_hook(site: Site, text: str, said: str, hint: str) -> None:
    site.install("misspelt", {"misspelt.py": HOOK + text})
    problem = only(loaded("misspelt", "good"), "misspelt")
    assert problem.code == "MS701" and said in problem.message and hint in problem.hint


def test_the_other_hooks_of_a_plugin_work(site: Site) -> None:
    site.install("partly", {"partly.py": measures("partly", more="@hookimpl\ndef metricspec_chekcs(): return []")})
    registry = loaded("partly")
    assert only(registry, "partly").code == "MS701" and "partly" in registry.measure_types


@pytest.mark.parametrize("what", ["1 / 0", "__import__('sys').exit(3)"])
def test_a_hook_that_raises(site: Site, what: str) -> None:
    site.install(
        "raising", {"raising.py": measures("kept", more=f"@hookimpl\ndef metricspec_checks(): return [{what}]")}
    )
    registry = loaded("raising", "good")
    problem = only(registry, "raising")
    assert problem.code == "MS708" and "metricspec_checks" in problem.message
    assert {"kept", "goodness"} <= set(registry.measure_types)


WHOLE = "class Whole:\n    name = 'whole'\n    schema = {}\n    def parse(s, b): ...\n    def expressions(s, p): ...\n    def sentence(s, p): ...\n"
OFFERS = "from metricspec.hookspecs import Check, Exporter, ExportOption, WarehouseType\n"


@pytest.mark.parametrize(
    ("hook", "value", "said"),
    [
        ("measure_types", "None", "returns nothing from its hook metricspec_measure_types, not a list"),
        ("measure_types", "(1,)", "a tuple from its hook"),
        ("measure_types", "[object()]", "lacks expressions, name, parse, schema, sentence"),
        ("measure_types", "[Whole]", "the class Whole and not an object of it: write Whole()"),
        ("measure_types", "[Whole()]", "'whole', which lacks"),
        ("measure_types", "[type('Half', (Whole,), {'moments': print})()]", "which lacks estimates"),
        ("measure_types", "[type('Odd', (Whole,), {'name': 'two words'})()]", "'two words'"),
        ("measure_types", "[type('Odd', (Whole,), {'schema': 'none'})()]", "whose schema is no mapping"),
        ("measure_types", "[type('Odd', (Whole,), {'parse': 1, 'dataset': print, 'rows': print})()]", "whose parse is no method"),
        ("measure_types", "[type('Bad', (Whole,), {'name': property(lambda s: 1 / 0)})()]", "ZeroDivisionError"),
        ("spec_folders", "['specs']", "no pathlib.Path"),
        ("spec_folders", "[__import__('pathlib').Path('/no/such/folder')]", "/no/such/folder, which does not exist"),
        ("warehouses", "[print]", "not a WarehouseType"),
        ("warehouses", "[WarehouseType('x', '', print)]", "not a tuple of words"),
        ("warehouses", "[WarehouseType(('x',), '', None)]", "no function"),
        ("checks", "[print]", "not a Check"),
        ("checks", "[Check('', 'says', print)]", "whose name is ''"),
        ("checks", "[Check('c', 'says', 'find')]", "no function"),
        ("exporters", "[print]", "not an Exporter"),
        ("exporters", "[Exporter('e', 'says', print, folder=False)]", "neither a folder nor a file"),
        ("exporters", "[Exporter('e', 'says', print, (ExportOption('out', 'says'),))]", "option 'out' is there already"),
        ("exporters", "[Exporter('e', 'says', print, ('dialect',))]", "no ExportOptions"),
    ],
)  # fmt: skip
def test_a_hook_that_returns_what_it_must_not(site: Site, hook: str, value: str, said: str) -> None:
    text = f"{HOOK}{OFFERS}{WHOLE}\n@hookimpl\ndef metricspec_{hook}(): return {value}\n"
    site.install("wrong", {"wrong.py": text})
    registry = loaded("wrong", "good")
    problem = only(registry, "wrong")
    assert problem.code == "MS709" and said in problem.message
    assert "goodness" in registry.measure_types


def test_of_several_items_the_good_ones_stay(site: Site) -> None:
    site.install(
        "mixed",
        {"mixed.py": f"{HOOK}{OFFERS}\n@hookimpl\ndef metricspec_checks(): return [1, Check('c', 'says', print)]"},
    )
    registry = loaded("mixed")
    assert only(registry, "mixed").code == "MS709" and list(registry.checks) == ["c"]


def offers(kind: str, name: str) -> str:
    made = {
        "measure_types": measures(name),
        "warehouses": f"{HOOK}{OFFERS}@hookimpl\ndef metricspec_warehouses(): return [WarehouseType(({name!r},), 'says', print)]",
        "checks": f"{HOOK}{OFFERS}@hookimpl\ndef metricspec_checks(): return [Check({name!r}, 'says', print)]",
        "exporters": f"{HOOK}{OFFERS}@hookimpl\ndef metricspec_exporters(): return [Exporter({name!r}, 'says', print)]",
    }
    return made[kind]


@pytest.mark.parametrize("kind", ["measure_types", "warehouses", "checks", "exporters"])
def test_two_packages_offer_one_name(site: Site, kind: str) -> None:
    for package in ("zeta", "alpha"):
        site.install(package, {f"{package}.py": offers(kind, "shared")})
    registry = loaded("zeta", "alpha")
    problem = only(registry, "alpha")
    assert problem.code == "MS702" and "'shared', which zeta offers already: that of zeta is used" in problem.message
    assert registry.package_of(f"metricspec_{kind}", "shared") == "zeta", "the order is that of naming"


@pytest.mark.parametrize(
    ("kind", "name"), [("measure_types", "rate"), ("warehouses", "duckdb"), ("warehouses", "*"), ("exporters", "dbt")]
)
def test_what_ships_wins(site: Site, kind: str, name: str) -> None:
    site.install("usurper", {"usurper.py": offers(kind, name)})
    registry = loaded("usurper")
    assert only(registry, "usurper").code == "MS702"
    assert registry.package_of(f"metricspec_{kind}", name) == "metricspec"


@pytest.mark.parametrize("version", ["0", "3", "'2'", "True", "None"])
def test_hooks_of_a_version_that_is_not_known(site: Site, version: str) -> None:
    site.install("future", {"future.py": measures("future", hooks=None, more=f"METRICSPEC_HOOKS = {version}")})
    registry = loaded("future", "good")
    problem = only(registry, "future")
    assert problem.code == "MS707" and "knows 1 and 2" in problem.message
    assert ("metricspec-edu" in problem.hint) is (version == "3")
    assert "future" not in registry.measure_types


def test_an_object_of_a_module(site: Site) -> None:
    """What an entry point names may be an object with hooks; the version of the hooks is its module's."""
    text = f"{HOOK}{OFFERS}class Plugin:\n    @hookimpl\n    def metricspec_checks(self): return [Check('c', 'says', print)]\nplugin = Plugin()\n"
    site.install("objects", {"objects.py": text}, hooks={"objects": "objects:plugin"})
    registry = loaded("objects")
    assert registry.problems == () and list(registry.checks) == ["c"]


def test_a_plugin_of_two_modules_stands_once(site: Site) -> None:
    site.install("twofold", {"one_half.py": measures("one"), "other_half.py": measures("other")})
    registry = loaded("twofold")
    assert registry.problems == ()
    (provided,) = (one for one in registry.provided if one.package == "twofold")
    assert provided.names["metricspec_measure_types"] == ("one", "other")


def test_what_ships_comes_by_hooks() -> None:
    """No measure type, warehouse or exporter is there that no hook offers."""
    (ours,) = SHIPPED.provided
    assert set(ours.names["metricspec_measure_types"]) == set(SHIPPED.measure_types)
    assert set(ours.names["metricspec_exporters"]) == set(SHIPPED.exporters) == {"dbt", "views", "ossie"}
    assert {"duckdb", "spark", "*"} <= set(ours.names["metricspec_warehouses"]) == set(SHIPPED.warehouses)
    assert all(find_spec(name) for name in BUILT_IN)
