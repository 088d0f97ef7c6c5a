"""What is changed in a closed record is noticed; what then contradicts itself is noticed without the seal, too."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.disk import RecordError
from reports.record import load_record
from tests.reports import sample

Row = dict[str, Any]
Edit = Callable[..., None]
OLDER = "2026-11-20T10:00:00+00:00"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed record with inventories."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "inventory").mkdir()
    for name in ("dev", "prod"):
        (folder / "inventory" / f"{name}-static.json").write_text(json.dumps({"environment": name}))
    plan, lines = sample.few()
    return sample.write(folder, lines, plan_is=plan)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


def trouble(folder: Path) -> tuple[str, ...]:
    """What is noticed; a record that cannot be read is noticed, too."""
    try:
        return load_record(folder).reconciled.trouble
    except RecordError as error:
        return (str(error),)


def rows(folder: Path) -> tuple[list[Row], Row]:
    *lines, last = [json.loads(line) for line in (folder / "verdicts.jsonl").read_text().splitlines()]
    return lines, last


def written(folder: Path, lines: list[Row], last: Row | None = None, *, sealed: bool = False) -> None:
    """Write a journal again; without ``last`` its sums are made anew, and with ``sealed`` the seal, too."""
    plan = json.loads((folder / "plan.json").read_text())
    seal = rows(folder)[1]["summary"].get("seal")
    said = last or sample.summary(lines, sum(len(row["resources"]) for row in plan["planned"]))
    (folder / "verdicts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    if sealed:
        sample.close(folder, said)
        return
    said["summary"]["seal"] = seal
    with (folder / "verdicts.jsonl").open("a") as stream:
        stream.write(json.dumps(said) + "\n")


def first(lines: list[Row], **wanted: Any) -> Row:
    return next(line for line in lines if all(line[key] == value for key, value in wanted.items()))


def changed(**change: Any) -> Edit:
    """Change a failing verdict, and make the sums fit."""

    def edit(folder: Path, *, sealed: bool) -> None:
        lines, _ = rows(folder)
        first(lines, verdict="fail").update(change)
        written(folder, lines, sealed=sealed)

    return edit


def removed(folder: Path, *, sealed: bool) -> None:
    """Take every failing verdict out of the journal and of the plan."""
    lines, _ = rows(folder)
    plan = json.loads((folder / "plan.json").read_text())
    failing = [one for one in lines if one["verdict"] == "fail"]
    gone = {(one["control"], one["environment"], one["tier"], one["resource"]) for one in failing}
    for row in plan["planned"]:
        row["resources"] = [
            one for one in row["resources"] if (row["control"], row["environment"], row["tier"], one) not in gone
        ]
    (folder / "plan.json").write_text(json.dumps(plan))
    written(folder, [one for one in lines if one["verdict"] != "fail"], sealed=sealed)


def of_an_older_run(folder: Path, *, sealed: bool) -> None:
    """Put the sound verdicts of an older run in their place."""
    lines = [
        line | {"verdict": "pass", "message": "as demanded", "waiver": None, "at": OLDER} for line in rows(folder)[0]
    ]
    last = sample.summary(lines, len(lines))
    last["summary"] |= {"started": OLDER, "finished": "2026-11-20T10:03:12+00:00"}
    written(folder, lines, last, sealed=sealed)


def an_invented_waiver(folder: Path, *, sealed: bool) -> None:
    lines, _ = rows(folder)
    more = sample.WAIVER | {"id": "W-2026-099"}
    first(lines, verdict="fail").update({"verdict": "waived", "waiver": more})
    written(folder, lines, sealed=sealed)


def another_exit_code(folder: Path, *, sealed: bool) -> None:
    lines, last = rows(folder)
    last["summary"]["exit_code"] = 0
    written(folder, lines, last, sealed=sealed)


def of_the_plan(**change: Any) -> Edit:
    def edit(folder: Path, *, sealed: bool) -> None:
        plan = json.loads((folder / "plan.json").read_text())
        plan["run"] |= change
        (folder / "plan.json").write_text(json.dumps(plan))
        written(folder, *rows(folder), sealed=sealed)

    return edit


# An edit, and whether it contradicts itself even where the seal is made anew.
EDITS: dict[str, tuple[Edit, bool]] = {
    "a verdict": (changed(verdict="pass", message="as demanded"), False),
    "a message": (changed(message="it is nothing"), False),
    "evidence": (changed(evidence=[]), False),
    "a severity": (changed(severity="low"), True),
    "a moment": (changed(at=OLDER), True),
    "a waiver that is none": (changed(verdict="waived"), True),
    "a resource": (changed(resource="Another"), True),
    "an environment": (changed(environment="nowhere"), True),
    "lines and plan": (removed, False),
    "an older run": (of_an_older_run, True),
    "an invented waiver": (an_invented_waiver, True),
    "the exit code": (another_exit_code, True),
    "the commit": (of_the_plan(commit="0" * 12), False),
    "the command": (of_the_plan(command="pytest suites --env dev"), False),
    "when it began": (of_the_plan(started=OLDER), True),
    "no waivers": (of_the_plan(waivers=0), True),
}


@pytest.mark.parametrize("name", sorted(EDITS))
def test_what_is_changed_is_noticed(folder: Path, name: str) -> None:
    assert trouble(folder) == ()
    edit, contradicts = EDITS[name]
    edit(folder, sealed=False)
    assert trouble(folder)
    for kept in ("plan.json", "verdicts.jsonl"):
        (folder / kept).unlink()
    plan, lines = sample.few()
    sample.write(folder, lines, plan_is=plan)
    edit(folder, sealed=True)
    assert bool(trouble(folder)) == contradicts


def test_what_is_changed_in_any_byte_is_noticed(tmp_path: Path) -> None:
    """A thousand places of the three kinds of files, drawn with a seed: one byte more, less or other."""
    folder, (plan, lines) = tmp_path, sample.few()
    (folder / "inventory").mkdir()
    (folder / "inventory" / "dev-static.json").write_text(json.dumps({"environment": "dev"}))
    control = plan["controls"][0]["id"]
    plan["controls"] = plan["controls"][:1]
    plan["planned"] = [row for row in plan["planned"] if row["control"] == control]
    sample.write(folder, [line for line in lines if line["control"] == control], plan_is=plan)
    draw = random.Random(11)  # noqa: S311  the same ones in each run
    files = [folder / "plan.json", folder / "verdicts.jsonl", *sorted((folder / "inventory").iterdir())]
    kept = {path: path.read_bytes() for path in files}
    end = kept[folder / "verdicts.jsonl"].rindex(b'{"summary"')
    unnoticed = []
    for number in range(1000):
        path = files[number % len(files)]
        content = kept[path]
        place = draw.randrange(end if path.name == "verdicts.jsonl" else len(content))
        path.write_bytes(content[:place] + draw.choice((b"", b"7", b"xx")) + content[place + 1 :])
        if path.read_bytes() != content and not trouble(folder):
            unnoticed.append((path.name, place))
        path.write_bytes(content)
    assert unnoticed == []
    assert trouble(folder) == ()


def swapped(folder: Path) -> None:
    one, other = (folder / "inventory" / f"{name}-static.json" for name in ("dev", "prod"))
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def added(folder: Path) -> None:
    (folder / "inventory/more.json").write_text("{}")


def gone(folder: Path) -> None:
    (folder / "inventory/dev-static.json").unlink()


@pytest.mark.parametrize(("edit", "says"), [
    (swapped, "inventory/dev-static.json is not what it was when the record was closed"),
    (gone, "inventory/dev-static.json is not there any more"),
    (added, "inventory/more.json was not there when the record was closed"),
])  # fmt: skip
def test_inventories_are_part_of_the_record(folder: Path, edit: Edit, says: str) -> None:
    edit(folder)
    assert says in trouble(folder)


def test_a_record_without_a_seal_is_not_taken_for_whole(folder: Path) -> None:
    lines, last = rows(folder)
    del last["summary"]["seal"]
    text = "".join(json.dumps(row) + "\n" for row in [*lines, last])
    (folder / "verdicts.jsonl").write_text(text)
    assert trouble(folder) == ("the summary line has no seal: nobody can say whether the record is what it was",)


@pytest.mark.parametrize(("text", "says"), [
    ('{"control": "A-1", "control": "B-2"}', "'control' stands twice in one object"),
    (f'{{"control": {"7" * 5000}}}', "Exceeds the limit"),
    ("[" * 100_000, "nested this deeply"),
])  # fmt: skip
def test_what_readers_disagree_about_is_one_line(folder: Path, text: str, says: str) -> None:
    path = folder / "verdicts.jsonl"
    path.write_text(f"{text}\n{path.read_text()}")
    with pytest.raises(RecordError, match=says) as caught:
        load_record(folder)
    assert len(str(caught.value).splitlines()) == 1


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    (folder / "plan.json").unlink()
    os.mkfifo(folder / "plan.json")
    with pytest.raises(RecordError, match="expected a file of a run"):
        load_record(folder)
