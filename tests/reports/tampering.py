"""Edits of a closed run, as data: what is changed, whether it then contradicts itself, and the run it is made in."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.reports import sample

Row = dict[str, Any]
Change = Callable[["Draft"], object]
OLDER: Final = "2026-11-20T10:00:00+00:00"
CONTROLS: Final = ("NET-02", "BAK-01", "LOG-04")
DEV, PROD = "inventory/dev-static.json", "inventory/prod-static.json"


@dataclass
class Draft:
    """A run as whoever edits it has it before him; a text stands for itself, where JSON would not say it.

    ``sums``, ``seal``: whether who redoes everything redoes the summary line's counts, and its seal.
    """

    plan: Any
    lines: list[Any]
    last: Any
    files: dict[str, str]
    sums: bool = True
    seal: bool = True
    after: list[str] = field(default_factory=list)

    def write(self, folder: Path, *, redone: bool) -> Path:
        """Write it into an empty folder; ``redone``: with all that follows from it, but for a signature."""
        for name, text in {"plan.json": _text(self.plan), **self.files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        if redone:
            self._redo(folder)
            return sample.linked(folder, [*map(_bare, self._all()), *self.after])
        (folder / "verdicts.jsonl").write_text("".join(f"{line}\n" for line in [*map(_text, self._all()), *self.after]))
        return folder

    def _all(self) -> list[Row | str]:
        return [*self.lines, *([self.last] if self.last is not None else [])]

    def _redo(self, folder: Path) -> None:
        if not isinstance(self.last, dict) or not isinstance(self.last["summary"], dict):
            return
        rows = [row for row in map(_read, self.lines) if isinstance(row, dict) and "verdict" in row]
        if self.sums and isinstance(plan := _read(self.plan), dict) and _is_planned(plan.get("planned")):
            sums = sample.summary(rows, sum(len(row["resources"]) for row in plan["planned"]))["summary"]
            counts = ("planned", "recorded", "complete", "verdicts", "exit_code")
            self.last["summary"] |= {key: sums[key] for key in counts}
        if self.seal:
            sample.seal(folder, self.last)


def _read(said: Row | str) -> object:
    """Return what most readers take a text for; None where they take it for nothing."""
    try:
        return json.loads(said) if isinstance(said, str) else said
    except (ValueError, RecursionError):
        return None


def _is_planned(said: object) -> bool:
    return isinstance(said, list) and all(isinstance(row, dict) and row.get("resources") for row in said)


def _text(said: Row | str) -> str:
    """Return a line as it is written: with the link that it has."""
    if isinstance(said, str):
        return said
    link = said.get("link")
    return f'{_bare(said)[:-1]},"link":"{link}"}}' if link else json.dumps(said)


def _bare(said: Row | str) -> str:
    if isinstance(said, str):
        return said
    return json.dumps({key: value for key, value in said.items() if key != "link"})


def drafted(folder: Path) -> Draft:
    """Read a closed run, to edit it."""
    *lines, last = [json.loads(line) for line in (folder / "verdicts.jsonl").read_text().splitlines()]
    names = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = {str(path.relative_to(folder)): path.read_text() for path in names}
    plan = json.loads(files.pop("plan.json"))
    del files["verdicts.jsonl"]
    return Draft(plan, lines, last, files)


def run(folder: Path) -> Path:
    """Write a small closed run with inventories and a page."""
    plan, lines = sample.few()
    plan["controls"] = [one for one in plan["controls"] if one["id"] in CONTROLS]
    plan["planned"] = [row for row in plan["planned"] if row["control"] in CONTROLS]
    sample.facts(folder)
    (folder / "index.html").write_text("<p>Does not conform</p>")
    return sample.write(folder, [line for line in lines if line["control"] in CONTROLS], plan_is=plan)


def tiny(folder: Path) -> Path:
    """Write a closed run of two verdicts, of which one is waived, with everything in it that a line can have."""
    plan, lines = sample.few()
    kept = [next(line for line in lines if line["verdict"] == word) for word in ("fail", "waived")]
    plan["controls"] = [one for one in plan["controls"] if one["id"] in {line["control"] for line in kept}]
    cells = ("control", "environment", "tier")
    plan["planned"] = [{key: line[key] for key in cells} | {"resources": [line["resource"]]} for line in kept]
    for line in kept:
        line["evidence"] = line["evidence"][:1]
    sample.facts(folder)
    (folder / "index.html").write_text("<p>Does not conform</p>")
    return sample.write(folder, kept, plan_is=plan)


def _first(draft: Draft, **wanted: Any) -> Row:
    return next(line for line in draft.lines if all(line[key] == value for key, value in wanted.items()))


def _verdict(**change: Any) -> Change:
    return lambda draft: _first(draft, verdict="fail").update(change)


def _fact(**change: Any) -> Change:
    return lambda draft: _first(draft, verdict="fail")["evidence"][0].update(change)


def _about(**change: Any) -> Change:
    return lambda draft: draft.plan["run"].update(change)


def _summary(**change: Any) -> Change:
    def edit(draft: Draft) -> None:
        draft.sums = False
        draft.last["summary"].update(change)

    return edit


def _seal(**change: Any) -> Change:
    def edit(draft: Draft) -> None:
        draft.seal = False
        draft.last["summary"]["seal"].update(change)

    return edit


def _file(name: str, old: str, new: str) -> Change:
    def edit(draft: Draft) -> None:
        assert old in draft.files[name]
        draft.files[name] = draft.files[name].replace(old, new)

    return edit


def _line(text: str) -> Change:
    return lambda draft: draft.lines.insert(2, text)


def _twice(draft: Draft) -> None:
    line = _first(draft, verdict="fail")
    draft.lines[draft.lines.index(line)] = json.dumps(line).replace('"fail"', '"fail", "verdict": "pass"', 1)


def _plan_twice(draft: Draft) -> None:
    draft.plan = json.dumps(draft.plan).replace('"waivers": 1', '"waivers": 1, "waivers": 9', 1)


def _shrunk(draft: Draft) -> None:
    """Take every failing verdict out of the journal and of the plan."""
    gone = [line for line in draft.lines if line["verdict"] == "fail"]
    cells = {(one["control"], one["environment"], one["tier"], one["resource"]) for one in gone}
    for row in draft.plan["planned"]:
        own = (row["control"], row["environment"], row["tier"])
        row["resources"] = [one for one in row["resources"] if (*own, one) not in cells]
    draft.lines = [line for line in draft.lines if line not in gone]


def _older(draft: Draft) -> None:
    """Put the sound verdicts of an older run in their place, with its times."""
    for line in draft.lines:
        line.update({"verdict": "pass", "message": "as demanded", "waiver": None, "at": OLDER})
    draft.last["summary"].update({"started": OLDER, "finished": "2026-11-20T10:03:12+00:00"})


def _swapped(draft: Draft) -> None:
    draft.files[DEV], draft.files[PROD] = draft.files[PROD], draft.files[DEV]


def _moved(draft: Draft) -> None:
    draft.lines.insert(1, draft.lines.pop(4))


def _unsummed(draft: Draft) -> None:
    draft.last = None


def _unsealed(draft: Draft) -> None:
    draft.seal = False
    del draft.last["summary"]["seal"]


def _more(draft: Draft) -> None:
    draft.after.append(json.dumps(draft.lines[0]))


_INVENTED: Final = {"verdict": "waived", "waiver": sample.WAIVER | {"id": "W-2026-099"}}
_EXPIRED: Final = {"verdict": "waived", "waiver": sample.WAIVER | {"expires": "2026-11-01"}}

# The part, what is done to it, how, and whether that contradicts itself where links, seal and sums are made anew.
EDITS: Final[tuple[tuple[str, str, Change, bool], ...]] = (
    ("plan", "the commit", _about(commit="0" * 12), True),
    ("plan", "the command", _about(command="pytest suites --env dev"), False),
    ("plan", "when it began", _about(started=OLDER), True),
    ("plan", "no waivers", _about(waivers=0), True),
    ("plan", "a tier less", _about(tiers=["static"]), True),
    ("plan", "an environment less", lambda draft: draft.plan["run"]["environments"].pop(), True),
    ("plan", "an account", lambda draft: draft.plan["run"]["environments"][0].update(account="9" * 12), True),
    ("plan", "the endpoint", _about(endpoint=None), False),
    ("plan", "the demands", _about(policies={"policies/waivers.toml": "0" * 64}), False),
    ("plan", "a severity", lambda draft: draft.plan["controls"][0].update(severity="low"), True),
    ("plan", "a rationale", lambda draft: draft.plan["controls"][0].update(rationale="It is so."), False),
    ("plan", "a control less", lambda draft: draft.plan["controls"].pop(0), True),
    ("plan", "a control twice", lambda draft: draft.plan["controls"].append(draft.plan["controls"][0]), True),
    ("plan", "a row less", lambda draft: draft.plan["planned"].pop(0), True),
    ("plan", "a cell more", lambda draft: draft.plan["planned"][0]["resources"].append("Another"), True),
    ("plan", "a population", lambda draft: draft.plan["population"][0].update(listed=0), False),
    ("plan", "a requirement less", lambda draft: draft.plan["requirements"].pop(), False),
    ("plan", "a member twice", _plan_twice, True),
    ("verdicts", "a verdict", _verdict(verdict="pass", message="as demanded", way=[]), False),
    ("verdicts", "a message", _verdict(message="it is nothing"), False),
    ("verdicts", "a severity", _verdict(severity="low"), True),
    ("verdicts", "a moment", _verdict(at=OLDER), True),
    ("verdicts", "waived by nobody", _verdict(verdict="waived"), True),
    ("verdicts", "an invented waiver", _verdict(**_INVENTED), True),
    ("verdicts", "an expired waiver", _verdict(**_EXPIRED), True),
    ("verdicts", "a control", _verdict(control="ENC-01"), True),
    ("verdicts", "an environment", _verdict(environment="nowhere"), True),
    ("verdicts", "a tier", _verdict(tier="live"), True),
    ("verdicts", "a resource", _verdict(resource="Another"), True),
    ("verdicts", "a way", _verdict(way=[]), False),
    ("verdicts", "a line less", lambda draft: draft.lines.pop(2), True),
    ("verdicts", "the last verdict less", lambda draft: draft.lines.pop(), True),
    ("verdicts", "a line twice", lambda draft: draft.lines.insert(2, deepcopy(draft.lines[2])), True),
    ("verdicts", "a line moved", _moved, False),
    ("verdicts", "lines and plan shrunk", _shrunk, False),
    ("verdicts", "those of an older run", _older, True),
    ("verdicts", "a member twice", _twice, True),
    ("verdicts", "a number of 5000 digits", _line(f'{{"control": {"7" * 5000}}}'), True),
    ("verdicts", "what nobody nests", _line("[" * 100_000), True),
    ("verdicts", "a member that there is not", _verdict(remark="none"), True),
    ("evidence", "a value", _fact(value=35), False),
    ("evidence", "a source", _fact(source="infra/templates/data.yaml:1"), False),
    ("evidence", "when it was read", _fact(read_at=OLDER), True),
    ("evidence", "a fact less", lambda draft: _first(draft, verdict="fail")["evidence"].pop(0), False),
    ("evidence", "none", _verdict(evidence=[]), False),
    ("inventory", "swapped", _swapped, True),
    ("inventory", "another environment", _file(DEV, '"environment": "dev"', '"environment": "prod"'), True),
    ("inventory", "another tier", _file(DEV, '"tier": "static"', '"tier": "mocked"'), True),
    ("inventory", "another account", _file(DEV, '"account": "', '"account": "9'), True),
    ("inventory", "one of nowhere", lambda draft: draft.files.update({"inventory/x-static.json": "{}"}), True),
    ("inventory", "one less", lambda draft: draft.files.pop(DEV), False),
    ("inventory", "a resource", _file(DEV, '"resources": []', '"resources": [{}]'), False),
    ("summary", "the exit code", _summary(exit_code=0), True),
    ("summary", "a count", _summary(recorded=1), True),
    ("summary", "when it began", _summary(started=OLDER), True),
    ("summary", "when it ended", _summary(finished=OLDER), True),
    ("summary", "the commit", _summary(commit="0" * 12), True),
    ("summary", "that it broke off", _summary(interrupted="Ctrl-C"), True),
    ("summary", "another failure", _summary(other_failures=1), False),
    ("summary", "no seal", _unsealed, True),
    ("summary", "the plan's seal", _seal(plan="0" * 64), True),
    ("summary", "an inventory's seal", _seal(files={}), True),
    ("summary", "none", _unsummed, True),
    ("summary", "a line after it", _more, True),
    ("page", "a word", _file("index.html", "Does not conform", "Conforms"), False),
    ("page", "none", lambda draft: draft.files.pop("index.html"), False),
    ("page", "one more", lambda draft: draft.files.update({"more.html": "<p>Conforms</p>"}), False),
)  # fmt: skip
