"""Wall and CPU seconds of commands and of processes at work, and the table in which they are held against promises."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """CPU seconds come first: a busy machine makes them grow much less than the wall clock's."""

    cpu: float
    wall: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu + other.cpu, self.wall + other.wall)

    def __str__(self) -> str:
        return f"{self.cpu:.1f} CPU s, {self.wall:.1f} s"


def command(words: Sequence[str | Path], folder: Path, codes: Sequence[int] = (0,)) -> Cost:
    """Run a command to its end and return what it and all its children cost; an unexpected exit code is an error."""
    began, before = time.monotonic(), _children()
    done = subprocess.run(
        [str(word) for word in words], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    cost = Cost(_children() - before, time.monotonic() - began)
    assert done.returncode in codes, f"exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return cost


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def work(act: Callable[[], object], server: int) -> Cost:
    """Return what an act costs in this process and in a server's, which Linux tells while it runs."""
    began, before = time.monotonic(), time.process_time() + used_by(server)
    act()
    return Cost(time.process_time() + used_by(server) - before, time.monotonic() - began)


def used_by(pid: int) -> float:
    """Return the CPU seconds that another process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Table:
    """What was measured and what is promised of it."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def hold(self, what: str, figure: float, promise: float, unit: str, *, note: str = "") -> None:
        """Write down a figure and fail when it is not below what is promised."""
        kept = figure < promise
        said = f"{figure:.2f} {unit}"
        self.rows.append((what, said, f"< {promise:g} {unit}", ("kept" if kept else "BROKEN") + f"  {note}"))
        assert kept, f"{what}: {said}, promised is less than {promise:g} {unit}; {note}"

    def aim(self, what: str, figure: float, promise: float, unit: str, *, note: str = "") -> None:
        """Write down a figure that depends on how busy the machine is: seen, but nothing fails for it."""
        said = "reached" if figure < promise else "NOT REACHED"
        self.rows.append((what, f"{figure:.2f} {unit}", f"aim < {promise:g} {unit}", f"{said}  {note}"))

    def tell(self, what: str, said: str) -> None:
        """Write down a figure of which nothing is promised."""
        self.rows.append((what, said, "", ""))

    def __str__(self) -> str:
        rows = [("measured", "figure", "promise", ""), *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = ("  ".join([*(row[i].ljust(widths[i]) for i in range(3)), row[3]]).rstrip() for row in rows)
        return "\n\n" + "\n".join(lines)
