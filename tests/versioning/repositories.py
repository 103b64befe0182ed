"""Git repositories for tests: a small project that is committed step by step."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

OWN = "specs/indicators/late-start.yaml"
POLICY = "specs/policies/own.yaml"
PROJECT = "metricspec: 1\nproject: own\nspecs: [specs]\n"
INDICATOR = """\
metricspec: 1
indicator: late_start
version: "1.0.0"
title: {en: Close to chronic absenteeism, es: Casi crónico}
better: lower
source: {publisher: A district, document: Handbook}

students: attendance_stint
population:
  - days_expected >= 31
measure:
  type: rate
  numerator: 20 * days_absent >= days_expected
orgs: plain
groups: dash14
policy: own
compare: previous
"""
RULES = "metricspec: 1\npolicy: own\nprivacy:\n  - n: 11\n"


@dataclass(frozen=True)
class Repository:
    """A project's folder, in a repository of its own or below another folder's."""

    folder: Path

    def git(self, *arguments: str, day: str = "2026-11-22") -> str:
        stamp = f"{day}T12:00:00+00:00"
        environment = {
            **os.environ,
            "GIT_AUTHOR_DATE": stamp,
            "GIT_COMMITTER_DATE": stamp,
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        settings = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
        done = subprocess.run(
            ["git", *settings, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file}: {old}"
        self.write(file, text.replace(old, new))

    def commit(self, message: str, day: str = "2026-11-22") -> str:
        self.git("add", "-A", day=day)
        self.git("commit", "-q", "--allow-empty", "-m", message, day=day)
        return self.git("rev-parse", "HEAD")


def small_project(folder: Path) -> Repository:
    """A project with one indicator and one policy of its own; nothing is committed yet."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Repository(folder)
    made.write("metricspec.yaml", PROJECT)
    made.write(OWN, INDICATOR)
    made.write(POLICY, RULES)
    return made


def repository(folder: Path) -> Repository:
    """The same, committed as main."""
    made = small_project(folder)
    made.git("init", "-q")
    made.commit("first")
    return made
