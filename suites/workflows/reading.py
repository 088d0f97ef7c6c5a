"""A workflow as GitHub reads it: YAML 1.2, in which ``on`` is a word and no truth."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import yaml

from infra.settings import ROOT

FOLDER: Final = ROOT / ".github" / "workflows"
FILES: Final = ("deploy-production.yml", "deploy-staging.yml", "nightly.yml", "security-scan.yml", "test.yml")
_MATRIX: Final = re.compile(r"\$\{\{ matrix\.(\w+) \}\}")
Row = Mapping[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML's words for truth are two here, and not ``on`` and ``off``."""

    yaml_implicit_resolvers = {  # noqa: RUF012  as PyYAML declares it
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:bool"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job: an action that it uses, or a command that it runs."""

    job: str
    data: Row

    @property
    def uses(self) -> str:
        """The action, without its version; empty for a command."""
        return str(self.data.get("uses", "")).partition("@")[0]

    @property
    def run(self) -> str:
        """The command; empty for an action."""
        return str(self.data.get("run", "")).strip()

    @property
    def given(self) -> Row:
        """What an action is given."""
        return dict(self.data.get("with", {}))


@dataclass(frozen=True)
class Workflow:
    """One file of ``.github/workflows``."""

    name: str
    text: str

    @cached_property
    def data(self) -> Row:
        """What the file says."""
        return dict(yaml.load(self.text, Loader=_Loader))  # noqa: S506  a SafeLoader

    @property
    def jobs(self) -> Mapping[str, Row]:
        """The jobs by id."""
        return dict(self.data["jobs"])

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all jobs."""
        return tuple(Step(job, step) for job, data in self.jobs.items() for step in data.get("steps", ()))

    def steps_of(self, job: str) -> tuple[Step, ...]:
        """Return the steps of one job."""
        return tuple(step for step in self.steps if step.job == job)

    def commands(self, step: Step) -> Iterator[str]:
        """Give the command of a step as each row of its job's matrix runs it."""
        job = self.jobs[step.job]
        said = {**job.get("env", {}), **step.data.get("env", {})}
        matrix = job.get("strategy", {}).get("matrix", {})
        for values in itertools.product(*matrix.values()):
            row = dict(zip(matrix, map(str, values), strict=True))
            command = step.run
            for name, value in said.items():
                filled = _filled(str(value), row)
                command = command.replace(f'"${name}"', filled).replace(f"${name}", filled)
            yield command


def _filled(value: str, row: Mapping[str, str]) -> str:
    return _MATRIX.sub(lambda match: row[match[1]], value)


def load(name: str) -> Workflow:
    """Return the workflow of that file."""
    return Workflow(name, (FOLDER / name).read_text(encoding="utf-8"))
