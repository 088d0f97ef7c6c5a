"""The page is HTML by the W3C's own checker, which can object."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any, Final

import pytest

from infra.settings import ROOT
from reports.write import write_reports
from tests.patience import PATIENCE
from tests.reports import sample
from tests.reports.runs import FAIL, PASS, run

# The Nu Html Checker (MIT), as npm has it: one archive, no dependencies.
VERSION: Final = "26.9.27"
DIGEST: Final = "5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7"
FOLDER: Final = ROOT / ".cache" / "vnu"


def fetched(folder: Path) -> Path:
    """Return the checker's jar, fetched once; skips where there is no Java, no npm or no registry."""
    for needed in ("java", "npm"):
        if shutil.which(needed) is None:
            pytest.skip(f"the page is not tried by the W3C's checker: there is no {needed}")
    jar = folder / VERSION / "vnu.jar"
    if not jar.exists():
        jar.parent.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"vnu-jar@{VERSION}", "--pack-destination", str(jar.parent)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        if done.returncode:
            pytest.skip(f"the page is not tried by the W3C's checker: npm cannot fetch vnu-jar {VERSION}")
        archive = jar.with_name(f"vnu-jar-{VERSION}.tgz")
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == DIGEST, f"{archive} is not what was looked at"
        with tarfile.open(archive) as opened:
            content = opened.extractfile("package/build/dist/vnu.jar")
            assert content is not None
            part = jar.with_suffix(".part")
            part.write_bytes(content.read())
        part.replace(jar)
    return jar


@pytest.fixture(scope="module")
def jar() -> Path:
    return fetched(FOLDER)


def objections(jar: Path, *pages: Path) -> list[dict[str, Any]]:
    command = ["java", "-Xshare:auto", "-jar", str(jar), "--stdout", "--format", "json", *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    return [one for one in json.loads(done.stdout)["messages"] if one["type"] == "error"]


def test_the_page_is_html(jar: Path, tmp_path: Path) -> None:
    run(tmp_path / "1", PASS, day=1)
    changed = run(tmp_path / "2", FAIL, day=2)
    plan, lines = sample.few()
    whole = sample.write(tmp_path / "3", lines[1:], plan_is=plan)
    for folder in (changed, whole):
        write_reports(folder)
    pages = [folder / "index.html" for folder in (changed, whole)]
    assert objections(jar, *pages) == []
    text = pages[0].read_text(encoding="utf-8")
    pages[0].write_text(text.replace("</main>", "<p><table></p></main>"), encoding="utf-8")
    assert objections(jar, pages[0])
