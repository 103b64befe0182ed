"""diff, check --against and changelog over git repositories and folders."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from datetime import date
from pathlib import Path

import pytest

from metricspec.registry import load_registry
from metricspec.versioning import git as git_module
from metricspec.versioning.history import history
from tests.versioning.commands import command
from tests.versioning.repositories import INDICATOR, OWN, POLICY, RULES, Repository, repository, small_project


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    return repository(tmp_path / "project")


def test_a_dirty_tree_against_the_last_commit(project: Repository) -> None:
    project.replace(OWN, "20 * days_absent", "25 * days_absent")
    project.replace(POLICY, "n: 11", "n: 12")
    done = command(project.folder, "diff", "HEAD")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "late_start Close to chronic absenteeism 1.0.0 -> 1.0.0, which is too low: 2.0.0 is needed (major)" in said
    assert "The numerator was 20 * days_absent >= days_expected, now 25 * days_absent >= days_expected." in said
    assert "Through the policy own: privacy n 11 -> 12 for all years." in said
    assert said.endswith("1 indicator: 1 with a major change (its version is too low)")


def test_two_revisions_with_sql_as_json(project: Repository) -> None:
    project.replace(OWN, "20 * days_absent", "25 * days_absent")
    project.replace(OWN, '"1.0.0"', '"2.0.0"')
    project.commit("stricter")
    done = command(
        project.folder, "diff", "HEAD~1", "HEAD", "late_start", "--sql", "--dialect", "postgres", "--format", "json"
    )
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["indicators"]
    assert {key: found[key] for key in ("id", "became", "old_version", "new_version", "needed", "declared", "enough")} == {
        "id": "late_start", "became": "changed", "old_version": "1.0.0", "new_version": "2.0.0", "needed": "major",
        "declared": "major", "enough": True,
    }  # fmt: skip
    (change,) = found["changes"]
    assert (change["key"], change["effect"], change["through"]) == ("measure.numerator", "past", None)
    lines = found["sql"]["diff"].splitlines()
    gone, came = (
        [
            line[1:].replace(f'({factor} * "days', '(N * "days')
            for line in lines
            if line[0] == sign and f"({factor} *" in line
        ]
        for sign, factor in (("-", 20), ("+", 25))
    )
    assert len(gone) > 10 and gone == came
    assert found["sql"]["dialect"] == "postgres"


def test_nothing_changed(project: Repository) -> None:
    project.replace(OWN, "better: lower\n", "better: lower    # as ever\n")
    done = command(project.folder, "diff", "main")
    assert (done.returncode, done.stdout.strip()) == (0, "nothing changed")


def test_an_id_in_place_of_the_new_side(project: Repository) -> None:
    project.replace(POLICY, "n: 11", "n: 12")
    done = command(project.folder, "diff", "HEAD", "late_start", "--format", "markdown")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# What changes from HEAD to the working tree\n")
    assert "## late_start  Close to chronic absenteeism" in done.stdout
    assert "- Through the policy own: privacy n 11 -> 12 for all years." in done.stdout


def test_two_folders_without_git(tmp_path: Path) -> None:
    old, new = (small_project(tmp_path / name) for name in ("old", "new"))
    new.replace(OWN, "en: Close to", "en: Near")
    for first, second in (("old", "new"), ("old/specs", "new/specs")):
        done = command(tmp_path, "diff", first, second)
        assert done.returncode == 0, done.stderr
        assert "The title was “Close to chronic absenteeism”, now “Near chronic absenteeism”." in " ".join(
            done.stdout.split()
        )
        assert "1 indicator: 1 with a patch change (its version is too low)" in done.stdout
    assert old.folder != new.folder


def test_a_project_below_the_top_of_its_repository(tmp_path: Path) -> None:
    inner = small_project(tmp_path / "top" / "reports" / "specs of ours")
    outer = Repository(tmp_path / "top")
    outer.git("init", "-q")
    outer.commit("first")
    inner.replace(POLICY, "n: 11", "n: 12")
    done = command(inner.folder, "diff", "HEAD")
    assert "privacy n 11 -> 12" in done.stdout, done.stderr
    done = command(tmp_path, "diff", "HEAD", "--project", str(inner.folder))
    assert "privacy n 11 -> 12" in done.stdout, done.stderr


def test_a_project_below_a_folder_with_a_dot(tmp_path: Path) -> None:
    inner = small_project(tmp_path / ".github" / "reports")
    outer = Repository(tmp_path)
    outer.git("init", "-q")
    outer.commit("first")
    inner.replace(POLICY, "n: 11", "n: 12")
    done = command(inner.folder, "diff", "HEAD")
    assert "privacy n 11 -> 12" in done.stdout, done.stderr


@pytest.mark.parametrize(
    "name", ["nope", "--output=x", "-n1", "HEAD~99", "HEAD:metricspec.yaml", "", "$(touch x)", "HEAD;ls", "--all"]
)
def test_a_revision_that_is_none(project: Repository, name: str) -> None:
    before = sorted(path.name for path in project.folder.iterdir())
    done = command(project.folder, "diff", "--", name)
    assert done.returncode == 2, done.stdout
    assert "revision" in done.stderr and "Traceback" not in done.stderr
    assert sorted(path.name for path in project.folder.iterdir()) == before


def test_every_command_resolves_its_revision(project: Repository) -> None:
    for arguments in (("check", "--against=--output=x"), ("changelog", "--since=--output=x")):
        done = command(project.folder, *arguments)
        assert done.returncode == 2 and "git knows no revision '--output=x'" in done.stderr
    assert not (project.folder / "x").exists()


def test_no_repository_and_no_commit(tmp_path: Path) -> None:
    lone = small_project(tmp_path / "lone")
    done = command(lone.folder, "diff", "HEAD")
    assert done.returncode == 2 and "lies in no git repository" in done.stderr
    assert history(lone.folder, load_registry()) == {}
    lone.git("init", "-q")
    done = command(lone.folder, "diff", "HEAD")
    assert done.returncode == 2 and "git knows no revision 'HEAD'" in done.stderr


def test_without_git(project: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    done = command(project.folder, "diff", "HEAD")
    assert done.returncode == 2 and "git is not installed" in done.stderr


def test_inside_a_hook(project: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git names its own folder to the hooks it runs; the project's repository is looked for all the same."""
    project.replace(POLICY, "n: 11", "n: 12")
    monkeypatch.setenv("GIT_DIR", "/nowhere/.git")
    done = command(project.folder, "check", "--against", "HEAD")
    assert done.returncode == 1 and "MS901" in done.stdout, done.stderr


def test_a_version_that_is_too_low(project: Repository) -> None:
    project.replace(POLICY, "n: 11", "n: 12")
    done = command(project.folder, "check", "--against", "main")
    assert done.returncode == 1
    first, line, hint = done.stdout.splitlines()
    place = f"{OWN}:3:1: MS901 the version 1.0.0 is too low: through the policy own: privacy n 11 -> 12 for all years"
    assert first == f"{place} (privacy), which changes results of finished school years"
    assert line.endswith('version: "1.0.0"')
    assert hint.endswith('^^^^^^^ main has 1.0.0; write version: "2.0.0" or higher (major)')
    project.replace(OWN, 'version: "1.0.0"', 'version: "2.0.0"')
    assert command(project.folder, "check", "--against", "main").returncode == 0


@pytest.mark.parametrize(
    ("old", "new", "version"),
    [
        ("numerator: 20", "numerator: 25", "2.0.0"),
        ("es: Casi crónico", "es: Cerca", "1.0.1"),
        ("better: lower\n", "better: lower\neffective: {to: 2097-98}\n", "1.1.0"),
    ],
)
def test_the_lowest_version_that_does(project: Repository, old: str, new: str, version: str) -> None:
    project.replace(OWN, old, new)
    done = command(project.folder, "check", OWN, "--against", "HEAD", "--format", "json")
    (problem,) = json.loads(done.stdout)
    assert (done.returncode, problem["code"], problem["line"], problem["column"]) == (1, "MS901", 3, 1)
    assert f'write version: "{version}"' in problem["hint"]
    said = command(project.folder, "diff", "HEAD", "--format", "json").stdout
    (change,) = json.loads(said)["indicators"][0]["changes"]
    says = change["says"].removesuffix(".")
    assert f"{says[0].lower()}{says[1:]} ({change['key']}), which" in problem["message"], "in the words of diff"
    project.replace(OWN, 'version: "1.0.0"', f'version: "{version}"')
    assert command(project.folder, "check", OWN, "--against", "HEAD").returncode == 0


def test_a_version_that_went_down_and_an_indicator_that_is_gone(project: Repository) -> None:
    project.replace(OWN, 'version: "1.0.0"', 'version: "0.9.0"')
    for form, sign in (("github", "::error file="), ("sarif", '"ruleId": "MS902"')):
        done = command(project.folder, "check", "--against", "HEAD", "--format", form)
        assert done.returncode == 1 and "MS902" in done.stdout and sign in done.stdout
    (project.folder / OWN).unlink()
    done = command(project.folder, "check", "--against", "HEAD")
    assert done.returncode == 0 and "MS903 warning: the indicator late_start of HEAD is gone" in done.stdout


def test_the_folder_of_the_only_specs_is_gone(project: Repository) -> None:
    """As after `git rm`: what is gone comes first, then that there is no folder, and what to do about it."""
    shutil.rmtree(project.folder / "specs")
    done = command(project.folder, "check", "--against", "HEAD")
    first = done.stdout.splitlines()[0]
    assert done.returncode == 1 and "MS903 warning: the indicator late_start of HEAD is gone" in first
    assert "MS008 there is no such folder of specs" in done.stdout
    assert "git keeps no empty folder" in done.stdout


def test_what_is_gone_is_told_where_it_was(tmp_path: Path) -> None:
    """So that a check of some files tells of these, wherever the project lies in its repository."""
    inner = small_project(tmp_path / "top" / "ours")
    inner.write("specs/other/late.yaml", INDICATOR.replace("late_start", "later").replace("n: 20", "n: 30"))
    outer = Repository(tmp_path / "top")
    outer.git("init", "-q")
    outer.commit("first")
    (inner.folder / OWN).unlink()
    done = command(inner.folder, "check", "specs", "--against", "HEAD")
    assert f"{OWN}: MS903 warning: the indicator late_start of HEAD is gone" in done.stdout
    assert "MS903" not in command(inner.folder, "check", "specs/other", "--against", "HEAD").stdout


@pytest.mark.parametrize("name", ["check", "test"])
def test_affected_by_nothing(project: Repository, name: str) -> None:
    done = command(project.folder, name, "--affected")
    assert done.returncode == 2 and "--affected goes with files or folders" in done.stderr


def test_a_revision_among_the_files_is_told_where_it_goes(project: Repository) -> None:
    done = command(project.folder, "check", "--affected", "HEAD")
    assert done.returncode == 2 and "a git revision goes with --against" in " ".join(done.stderr.split())


def test_what_is_broken_is_not_gone(project: Repository) -> None:
    project.replace(OWN, "better: lower", "better: lowest")
    project.replace(POLICY, "  - n: 11", "  - n: 11\n :")
    done = command(project.folder, "check", "--against", "HEAD")
    assert done.returncode == 1 and "MS903" not in done.stdout
    done = command(project.folder, "diff", "HEAD")
    assert "gone" not in done.stdout and "nothing else changed" in done.stdout
    assert "left out, because of problems" in done.stdout and "late-start.yaml" in done.stdout
    project.commit("broken")
    assert "new" not in command(project.folder, "diff", "HEAD", "HEAD~1").stdout


def test_a_commit_that_breaks_a_spec_is_no_end_of_it(project: Repository) -> None:
    project.replace(OWN, "better: lower", "better: lowest")
    project.commit("broken")
    project.replace(OWN, "better: lowest", "better: lower")
    project.replace(OWN, "numerator: 20", "numerator: 25")
    project.commit("whole again")
    entries = history(project.folder, load_registry())["late_start"]
    assert [entry.effects for entry in entries] == [("past",), ()]
    assert entries[0].changes[0].startswith("The numerator was `20 * days_absent")


def test_problems_are_told_though_the_project_cannot_be_compared(project: Repository) -> None:
    project.replace(OWN, "better: lower", "better: lowest")
    with (project.folder / "metricspec.yaml").open("a", encoding="utf-8") as handle:
        handle.write("specks: [specs]\n")
    done = command(project.folder, "check", OWN, "--against", "HEAD", "--format", "json")
    found = [(one["code"], Path(one["file"]).name) for one in json.loads(done.stdout)]
    assert done.returncode == 1 and found == [("MS105", "late-start.yaml"), ("MS102", "metricspec.yaml")]


def test_only_the_files_that_were_asked_for(project: Repository) -> None:
    project.replace(OWN, "numerator: 20", "numerator: 25")
    assert command(project.folder, "check", POLICY, "--against", "HEAD").returncode == 0


def stepwise(project: Repository) -> None:
    project.replace(OWN, "numerator: 20", "numerator: 25")
    project.replace(OWN, '"1.0.0"', '"2.0.0"')
    project.commit("stricter", day="2026-12-01")
    project.write("notes.txt", "nothing of a spec")
    project.commit("notes", day="2026-12-02")
    project.replace(OWN, "es: Casi crónico", "es: Cerca")
    project.commit("a title without a version", day="2026-12-03")
    project.replace(OWN, "better: lower\n", "better: lower\neffective: {to: 2026-27}\n")
    project.replace(OWN, '"2.0.0"', '"2.1.0"')
    project.commit("ends", day="2026-12-04")


def test_the_history_of_an_indicator(project: Repository) -> None:
    stepwise(project)
    found = history(project.folder, load_registry())
    assert set(found) == {"late_start"}
    entries = found["late_start"]
    assert [(entry.version, entry.date) for entry in entries] == [
        ("2.1.0", date(2026, 12, 4)),
        ("2.0.0", date(2026, 12, 3)),
        ("2.0.0", date(2026, 12, 1)),
        ("1.0.0", date(2026, 11, 22)),
    ]
    assert [entry.effects for entry in entries] == [("future",), ("label",), ("past",), ()]
    assert entries[0].changes == ("There are no results from 2027-28 on any more.",)
    assert entries[-1].changes == ("The indicator is new.",)
    assert entries[0].revision == project.git("rev-parse", "--short=9", "HEAD")


def test_the_changelog(project: Repository) -> None:
    stepwise(project)
    done = command(project.folder, "changelog", "late_start", "--out", "CHANGES.md")
    assert done.returncode == 0, done.stderr
    text = (project.folder / "CHANGES.md").read_text(encoding="utf-8")
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert heads == [
        "# Changes of the indicators",
        "## Close to chronic absenteeism (`late_start`)",
        "### 2.1.0 (2026-12-04)",
        "### 2.0.0, changed on 2026-12-03 without a new version",
        "### 2.0.0 (2026-12-01)",
        "### 1.0.0 (2026-11-22)",
    ]
    assert "Results of finished school years change:\n\n- The numerator was" in text
    since = command(project.folder, "changelog", "--since", "HEAD~2")
    assert "### 2.0.0" in since.stdout and "### 1.0.0" not in since.stdout
    assert command(project.folder, "changelog", "no_such").returncode == 2


def test_an_indicator_with_a_new_id_keeps_its_history(project: Repository) -> None:
    project.replace(OWN, "indicator: late_start", "indicator: near_chronic")
    project.commit("named otherwise")
    found = history(project.folder, load_registry())
    assert set(found) == {"near_chronic"}
    assert [entry.changes[0] for entry in found["near_chronic"]] == [
        "The id was late_start, now near_chronic.",
        "The indicator is new.",
    ]


@pytest.mark.slow
def test_a_hundred_commits_take_seconds(tmp_path: Path) -> None:
    """Twenty indicators, of which each commit changes one."""
    project = repository(tmp_path / "project")
    for number in range(20):
        project.write(f"specs/indicators/i{number}.yaml", INDICATOR.replace("late_start", f"i{number}"))
    project.commit("twenty")
    for number in range(100):
        project.write(
            f"specs/indicators/i{number % 20}.yaml",
            INDICATOR.replace("late_start", f"i{number % 20}")
            .replace("31", str(number))
            .replace("1.0.0", f"{number + 2}.0.0"),
        )
        project.commit(f"number {number}")
    registry = load_registry()
    start = time.process_time()
    found = history(project.folder, registry)
    assert sum(len(entries) for entries in found.values()) == 121
    assert time.process_time() - start < 20


def test_links_and_submodules_of_a_revision_are_not_followed(project: Repository, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(RULES.replace("own", "stolen"), encoding="utf-8")
    (project.folder / "specs" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    project.commit("a link")
    (project.folder / "specs" / "link.yaml").unlink()
    done = command(project.folder, "diff", "HEAD", "--format", "json")
    assert done.returncode == 0 and "stolen" not in done.stdout


def test_links_of_the_working_tree_that_lead_out_are_not_followed(project: Repository, tmp_path: Path) -> None:
    """As check and run do not read them."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "stolen.yaml").write_text(RULES.replace("own", "stolen"), encoding="utf-8")
    (project.folder / "specs" / "link.yaml").symlink_to(secret / "stolen.yaml")
    done = command(project.folder, "diff", "HEAD", "--format", "json")
    assert done.returncode == 0 and "stolen" not in done.stdout
    (project.folder / "specs" / "link.yaml").unlink()
    (project.folder / "more").symlink_to(secret)
    project.replace("metricspec.yaml", "[specs]", "[specs, more]")
    assert "MS507" in command(project.folder, "diff", "HEAD").stderr


def test_a_revision_names_no_folder_outside_of_the_project(tmp_path: Path) -> None:
    """A link of today, or a path of then, to what else lies in the repository."""
    outer = Repository(tmp_path / "top")
    outer.write("others/stolen.yaml", RULES.replace("own", "stolen"))
    inner = small_project(tmp_path / "top" / "ours")
    inner.replace("metricspec.yaml", "[specs]", "[specs, ../others, more]")
    (inner.folder / "more").symlink_to(tmp_path / "top" / "others")
    outer.git("init", "-q")
    outer.commit("first")
    inner.replace("metricspec.yaml", ", ../others, more", "")
    done = command(inner.folder, "diff", "HEAD", "--format", "json")
    assert done.returncode == 0 and "stolen" not in done.stdout, done.stderr


@pytest.mark.parametrize("of", ["log", "ls-tree", "cat-file"])
def test_pages_have_no_history_where_git_fails(project: Repository, of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The history is an extra: nothing else may fail with it."""
    plain = git_module._git

    def failing(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        done = plain(folder, *arguments, given=given)
        return replace_code(done, 128) if arguments[0] == of else done

    assert history(project.folder, load_registry())
    monkeypatch.setattr(git_module, "_git", failing)
    assert history(project.folder, load_registry()) == {}


def replace_code(done: subprocess.CompletedProcess[bytes], code: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.CompletedProcess(done.args, code, done.stdout, b"it failed")


def test_a_clone_that_lacks_a_content(project: Repository) -> None:
    blob = project.git("rev-parse", f"HEAD:{OWN}")
    (project.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    project.write(OWN, INDICATOR.replace("31", "32"))
    done = command(project.folder, "diff", "HEAD")
    assert done.returncode == 2 and f"this clone lacks the content {blob}" in done.stderr
    assert history(project.folder, load_registry()) == {}


def test_signatures_are_not_looked_at(project: Repository) -> None:
    """git would write what it finds among the commits, and run a program that the repository names."""
    project.write("gpg.sh", "#!/bin/sh\ntouch ran\necho who knows >&2\n")
    (project.folder / "gpg.sh").chmod(0o755)
    project.git("config", "gpg.program", str(project.folder / "gpg.sh"))
    project.git("config", "log.showSignature", "true")
    tree = project.git("rev-parse", "HEAD^{tree}")
    person = "A <a@example.org> 1795348800 +0000"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    project.write(".git/signed", f"tree {tree}\nauthor {person}\ncommitter {person}\n{signature}\n\nsigned\n")
    commit = project.git("hash-object", "-t", "commit", "-w", ".git/signed")
    project.git("update-ref", "refs/heads/main", commit)
    assert "who knows" in project.git("log", "--format=%H")
    (project.folder / "ran").unlink()
    assert set(history(project.folder, load_registry())) == {"late_start"}
    assert not (project.folder / "ran").exists()


def two_versions(project: Repository) -> None:
    """2.0.0 beside 1.0.0, and then a change of the older one."""
    second = INDICATOR.replace('"1.0.0"', '"2.0.0"').replace("20 *", "25 *")
    later = second.replace("better: lower\n", "better: lower\neffective: {from: 2024-25}\n")
    project.write("specs/indicators/second.yaml", later)
    project.commit("second", day="2026-12-01")
    project.replace(OWN, "es: Casi crónico", "es: Cerca")
    project.replace("specs/indicators/second.yaml", "es: Casi crónico", "es: Muy cerca")


@pytest.mark.parametrize(
    ("name", "versions"), [("late_start", {"1.0.0", "2.0.0"}), ("late_start@1", {"1.0.0"}), ("late_start@2", {"2.0.0"})]
)
def test_one_version_alone(project: Repository, name: str, versions: set[str]) -> None:
    two_versions(project)
    for words in (["HEAD", name], ["HEAD", ".", name]):
        done = command(project.folder, "diff", *words, "--format", "json")
        assert done.returncode == 0, done.stderr
        assert {one["new_version"] for one in json.loads(done.stdout)["indicators"]} == versions
    project.commit("titles", day="2026-12-02")
    done = command(project.folder, "changelog", name)
    heads = {line.split()[1].strip(",") for line in done.stdout.splitlines() if line.startswith("### ")}
    assert heads == versions, done.stderr


def test_a_version_that_is_none(project: Repository) -> None:
    for words in (("diff", "HEAD", ".", "late_start@7"), ("changelog", "late_start@7")):
        done = command(project.folder, *words)
        assert done.returncode == 2 and "unknown indicator 'late_start@7'" in done.stderr


@pytest.mark.parametrize("words", [("diff", "HEAD"), ("diff", "HEAD", "--sql"), ("changelog",)])
def test_a_plugin_that_is_not_there_is_told_once(project: Repository, words: tuple[str, ...]) -> None:
    project.replace("metricspec.yaml", "specs: [specs]\n", 'specs: [specs]\nplugins: {metricspec-none: ">=1"}\n')
    done = command(project.folder, *words)
    assert done.returncode == 0 and done.stderr.count("metricspec-none is not installed") == 1, done.stderr
