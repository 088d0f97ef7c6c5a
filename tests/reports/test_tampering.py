"""Every edit of a closed run is noticed: by its links and seal, by what contradicts itself, or by the signature."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from pathlib import Path

import pytest

from reports.bundle import MANIFEST
from reports.disk import RecordError
from reports.record import load_record
from reports.sealing import digest
from tests.reports import sample
from tests.reports.noticing import Files, bundled, content, named, trouble, verified
from tests.reports.tampering import DEV, EDITS, Change, drafted, run, tiny

NAMES = [f"{part}: {name}" for part, name, _, _ in EDITS]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed run."""
    return run(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def signed(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """What is in the bundle of it."""
    return bundled(whole, tmp_path_factory.mktemp("signed"))


@pytest.mark.parametrize(("part", "edit", "contradicts"), [row[:1] + row[2:] for row in EDITS], ids=NAMES)
def test_every_edit_is_noticed(
    whole: Path, signed: Files, tmp_path: Path, part: str, edit: Change, *, contradicts: bool
) -> None:
    """Once by who edits and no more, and once by who makes links, seal, sums and manifest anew, without the key."""
    before = content(whole)
    for redone in (False, True):
        draft = drafted(whole)
        edit(draft)
        folder = tmp_path / str(redone)
        folder.mkdir()
        after = content(draft.write(folder, redone=redone))
        found = trouble(folder)
        assert all(len(line.splitlines()) == 1 for line in found)
        assert bool(found) == (contradicts if redone else part != "page"), found
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert changed
        if not redone:
            assert said_of_the_chain(found) in (first_changed(before, after), None)
        own = {name: text for name, text in signed.items() if name not in before}
        assert named(verified({**own, **after}, tmp_path)) == changed
        listed = {name: {"sha256": digest(text), "bytes": len(text)} for name, text in after.items()}
        refitted = {**own, **after, MANIFEST: json.dumps({"files": listed}).encode()}
        assert f"{MANIFEST} is not the one that was signed" in verified(refitted, tmp_path)


def first_changed(before: Files, after: Files) -> str | None:
    """Return what has to be said of the first line that is not as it was."""
    old, new = before["verdicts.jsonl"].splitlines(), after["verdicts.jsonl"].splitlines()
    for number, line in enumerate(new, start=1):
        if line not in old[number - 1 : number]:
            last = f"line {number - 1}" if number > 1 else "plan.json"
            return f"verdicts.jsonl line {number}: does not follow from {last}"
    return None


def said_of_the_chain(found: tuple[str, ...]) -> str | None:
    return next((line for line in found if line.startswith("verdicts.jsonl line ")), None)


def test_what_is_no_file_is_not_waited_for(whole: Path, tmp_path: Path) -> None:
    for name in ("plan.json", "verdicts.jsonl", DEV):
        folder = shutil.copytree(whole, tmp_path / name.replace("/", "-"))
        (folder / name).unlink()
        os.mkfifo(folder / name)
        with pytest.raises(RecordError, match=f"{name}: expected a file of a run"):
            load_record(folder)


def test_a_record_of_an_older_version_is_read_and_concludes_nothing(whole: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(whole, tmp_path / "run")
    *lines, last = sample.texts(folder)
    older = json.loads(last)
    older["summary"]["seal"]["verdicts"] = "0" * 64
    (folder / "verdicts.jsonl").write_text("".join(f"{line}\n" for line in [*lines, json.dumps(older)]))
    assert trouble(folder) == ("verdicts.jsonl line 1: has no link: nobody can say whether the record is what it was",)


def test_a_record_that_breaks_off_holds_as_far_as_it_goes(whole: Path, tmp_path: Path) -> None:
    lines = (whole / "verdicts.jsonl").read_text().splitlines(keepends=True)
    for end in range(len(lines)):
        folder = tmp_path / str(end)
        folder.mkdir()
        (folder / "plan.json").write_bytes((whole / "plan.json").read_bytes())
        (folder / "verdicts.jsonl").write_text("".join(lines[:end]) + lines[end][:40])
        assert said_of_the_chain(trouble(folder)) is None
        kept = lines[:end] if end < 2 else [*lines[: end - 2], *lines[end - 1 : end]]  # the last but one is gone
        (folder / "verdicts.jsonl").write_text("".join(kept))
        before = "plan.json" if end == 2 else f"line {end - 2}"
        wanted = None if end < 2 else f"verdicts.jsonl line {end - 1}: does not follow from {before}"
        assert said_of_the_chain(trouble(folder)) == wanted


def test_the_links_are_those_that_the_documentation_says(whole: Path) -> None:
    """Anybody can follow them with a few lines of his own."""
    link = hashlib.sha256((whole / "plan.json").read_bytes()).hexdigest()
    for line in (whole / "verdicts.jsonl").read_text().splitlines():
        without, _, rest = line.rpartition(',"link":"')
        link = hashlib.sha256(f"{link}{without}}}".encode()).hexdigest()
        assert rest == f'{link}"}}'


def test_what_is_changed_in_any_byte_is_noticed(tmp_path: Path) -> None:
    """A thousand places of the three kinds of files, drawn with a seed: one byte more, less or other."""
    folder = tiny(tmp_path)
    draw = random.Random(11)  # noqa: S311  the same ones in each run
    files = [folder / name for name in ("plan.json", "verdicts.jsonl", DEV)]
    kept = {path: path.read_bytes() for path in files}
    unnoticed = []
    for number in range(1000):
        path = files[number % len(files)]
        text = kept[path]
        place = draw.randrange(len(text))
        path.write_bytes(text[:place] + draw.choice((b"", b"7", b"xx", b" ")) + text[place + 1 :])
        if path.read_bytes() != text and not trouble(folder):
            unnoticed.append((path.name, place))
        path.write_bytes(text)
    assert unnoticed == []
    assert trouble(folder) == ()
