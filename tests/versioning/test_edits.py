"""Small edits of the shipped specs, each with the bump that was decided by hand before (edits.yaml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.versioning.states import Edit, compared, edited, shipped

EDITS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "edits.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("stated", EDITS, ids=lambda stated: stated["edit"])
def test_the_bump_is_the_stated_one(stated: dict[str, Any]) -> None:
    new = edited([Edit(stated["file"], stated["old"], stated["new"])])
    assert new.broken == shipped().broken, "the edit leaves a spec that can be read"
    found = compared(shipped(), new)
    bumps = {id_: found[id_].needed if id_ in found else "none" for id_ in stated["bumps"]}
    assert bumps == stated["bumps"], {id_: found[id_].changes for id_ in bumps if id_ in found}
    said = " ".join(told.change.says for id_ in stated["bumps"] if id_ in found for told in found[id_].changes)
    assert stated.get("says", "") in said


def test_there_are_edits_of_each_bump_and_kind() -> None:
    bumps = [bump for stated in EDITS for bump in stated["bumps"].values()]
    assert len(EDITS) >= 30
    assert min(bumps.count(bump) for bump in ("none", "patch", "minor", "major")) >= 5
    kinds = {stated["file"].partition("/")[0] for stated in EDITS}
    assert kinds >= {"indicators", "policies", "levels", "groups", "orgs", "datasets", "codes", "lookups"}
