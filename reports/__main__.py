"""``python -m reports RUN_FOLDER`` writes the reports of a run again; other commands sign, check and compare runs."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from infra.outside import terminal as shown
from reports.disk import RecordError
from reports.formats import ALWAYS, FORMATS
from reports.parsing import Parser
from reports.terminal import summary
from reports.write import write_reports


def main(arguments: list[str] | None = None) -> int:
    """Do what is asked; return 0, 1 where a bundle is not what was signed, or 3 for what cannot be read or written."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        if words and words[0] in COMMANDS:
            return COMMANDS[words[0]](words[1:])
        return _again(words)
    except RecordError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code


def _lazily(name: str) -> Callable[[list[str]], int]:
    def command(arguments: list[str]) -> int:
        from reports import commands  # noqa: PLC0415  whoever writes a report again does not wait for it

        found: Callable[[list[str]], int] = getattr(commands, f"tell_{name}")
        return found(arguments)

    return command


def _bundle(arguments: list[str]) -> int:
    """Write a run as one signed file."""
    from reports.bundle import bundle, local_signer  # noqa: PLC0415  whoever signs nothing does not wait for it

    parser = Parser(prog="python -m reports bundle", description="Write a run as one signed file.")
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder with plan.json and verdicts.jsonl")
    parser.add_argument("--key", type=Path, required=True, help="a private Ed25519 key (PEM) that signs it")
    parser.add_argument("--out", type=Path, help="the file that is written (RUN_FOLDER.zip)")
    given = parser.parse_args(arguments)
    folder: Path = given.folder.resolve()
    path = bundle(given.folder, local_signer(given.key), given.out or folder.with_name(f"{folder.name}.zip"))
    sys.stdout.write(f"{shown(str(path))}\n")
    return 0


def _verify(arguments: list[str]) -> int:
    """Say whether a bundle is what was signed, and what of it is not."""
    from reports.bundle import public_key, touched  # noqa: PLC0415

    parser = Parser(prog="python -m reports verify", description="Check a signed run, offline.")
    parser.add_argument("file", type=Path, metavar="FILE", help="what `bundle` has written")
    parser.add_argument("--key", type=Path, required=True, help="the public key (PEM) of who has to have signed it")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder:
        wrong = list(touched(given.file, public_key(given.key), Path(folder)))
    for line in wrong:
        sys.stdout.write(f"{shown(line)}\n")
    sys.stdout.write("It is not what was signed.\n" if wrong else "It is what was signed, whole and unchanged.\n")
    return 1 if wrong else 0


def _again(arguments: list[str]) -> int:
    """Write the reports and show the summary."""
    parser = Parser(prog="python -m reports", description="Write the reports of a run again from its record.")
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder with plan.json and verdicts.jsonl")
    known = "; ".join(f"{name}: {one.purpose}" for name, one in FORMATS.items())
    parser.add_argument("--format", default=",".join(ALWAYS), metavar="NAME,NAME", help=f"what is written ({known})")
    given = parser.parse_args(arguments)
    formats = given.format.split(",")
    record = write_reports(given.folder, formats)
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns
    sys.stdout.write(summary(record, terminal=terminal, colour=terminal, width=width))
    for name in formats:
        sys.stdout.write(f"{shown(str(given.folder / FORMATS[name].file))}\n")
    return 0


COMMANDS: Final = {
    "bundle": _bundle, "verify": _verify,
    **{name: _lazily(name) for name in ("history", "diff", "sample", "query", "comment", "notify")},
}  # fmt: skip


def ended() -> int:
    """Do what is asked and see it written: who reads the output may have enough of it, or have no room."""
    try:
        code = main()
        sys.stdout.flush()
    except OSError as error:
        if error.filename:  # of a file, which is no output
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # which Python flushes once more
        sys.stderr.write(
            f"error: {shown(f'standard output: expected a place that can be written: {error.strerror}')}\n"
        )
        return RecordError.exit_code
    return code


if __name__ == "__main__":
    raise SystemExit(ended())
