"""What was agreed is about what there is, is read by a control, and is read as it was meant."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from fixtures.inventory.inventory import Inventory
from fixtures.judging.agreed import FILE, Setting, load_agreed
from fixtures.judging.control import Break, Change
from fixtures.judging.grants import FILE as GRANTS
from fixtures.judging.grants import load_grants
from fixtures.tiers.static import from_platform
from infra.environment import environment_names, load_environment
from infra.errors import InputError
from infra.settings import ROOT
from infra.stacks import load_templates, resolve_platform
from suites.catalogue import catalogue
from suites.controls.test_settings import SOMETIMES
from suites.proofs.sound_and_broken import findings, static_context

Everything = dict[str, Inventory]


@pytest.fixture(scope="module")
def declared() -> Everything:
    """Every environment as its templates declare it."""
    templates = load_templates()
    platforms = {name: resolve_platform(load_environment(name), templates) for name in environment_names()}
    return {name: from_platform(platform, datetime.now(UTC)) for name, platform in platforms.items()}


def test_every_agreement_is_about_what_there_is_and_is_read() -> None:
    """An agreement about a type that no control reads promises what nobody looks at."""
    read = {kind.cfn_type for one in catalogue() if one.id.startswith("SET-") for kind in one.scope}
    read |= {kind.cfn_type for kind in SOMETIMES}
    assert load_agreed(load_environment("prod")).by_type.keys() == read


def test_every_agreement_names_resources_that_there_are(declared: Everything) -> None:
    """One about a resource that is gone is kept by nobody."""
    for one in chain.from_iterable(load_agreed(load_environment("prod")).by_type.values()):
        assert set(one.environments) <= set(declared)
        where = one.environments or tuple(declared)
        there = {item.key for name in where for item in declared[name].resources if item.cfn_type == one.type}
        assert there, f"{one.type} is in none of {', '.join(where)}"
        assert set(one.resources) <= there, f"{one.type}: {', '.join(sorted(set(one.resources) - there))}"


def test_a_missed_setting_names_its_line() -> None:
    """Who reads that a switch is turned wants to see the switch."""
    context = static_context([Break((Change("Database.CopyTagsToSnapshot", value=False),))])
    (control,) = (one for one in catalogue() if one.id == "SET-01")
    (found,) = findings(control, context)
    assert found.location is not None
    path, number = found.location.split(":")
    assert "CopyTagsToSnapshot" in (ROOT / path).read_text().splitlines()[int(number) - 1]


def test_every_grant_is_one_of_a_resource_that_there_is(declared: Everything) -> None:
    """What may be granted to nobody's resource is granted to the next one of that name."""
    there = {item.key for item in declared["prod"].resources}
    grants = load_grants(load_environment("prod"))
    assert set(grants.by_resource) | set(grants.groups) <= there


@pytest.mark.parametrize(
    ("demand", "good", "bad"),
    [
        (True, (True, "true"), (False, None)),
        ({"at_least": 3}, (3, 4, "5"), (2, None)),
        ({"at_least": 1, "at_most": 3}, (1, 3), (0, 4)),
        ({"has": ["a"]}, (["b", "a"],), (["b"], None)),
        ({"one_of": [1, 2]}, (1, 2), (3, None)),
        ({"items": 2}, ([1, 2],), ([1], [1, 2, 3], None)),
        (["a", "b"], (["a", "b"], ["b", "a"]), (["a"], [])),
    ],
)
def test_a_demand_means_what_it_says(demand: Any, good: tuple[Any, ...], bad: tuple[Any, ...]) -> None:
    """What is not there at all meets no demand."""
    setting = Setting("A", demand, "it is")
    assert [setting.missed(value) for value in good] == [None] * len(good)
    assert all(setting.missed(value) for value in bad)


@pytest.mark.parametrize(
    ("path", "value", "missed"),
    [
        ("A.B", {"B": 1}, False),
        ("A.B", {}, True),
        ("A.*.B", [{"B": 1}, {"B": 1}], False),
        ("A.*.B", [{"B": 1}, {}], True),
        ("A.*.B", [], True),
        ("A.*.B?.C", [{"B": {"C": 1}}, {}], False),
        ("A.*.B?.C", [{}], True),
        ("A.1.B", [{}, {"B": 1}], False),
        ("A.1.B", [{"B": 1}], True),
    ],
)
def test_a_path_leads_to_each_item_that_it_speaks_of(path: str, value: Any, *, missed: bool) -> None:
    """Where nothing is that was agreed about, nothing is as agreed."""
    assert (Setting(path, 1, "it is").missed(value) is not None) == missed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[agreed]]\ntype = "A"\nwhy = "because it is so, and long"\n', "agreed.0.settings: expected a value"),
        ('[[agreed]]\ntype = "A"\nwhy = "x"\nsettings = { B = 1 }\n', "agreed.0.why"),
        (
            '[[agreed]]\ntype = "A"\nwhy = "because it is so, and long"\nsettings = { B = { most = 1 } }\n',
            "settings.B: expected a value, or some of at_least, at_most, has, items, one_of",
        ),
        ("agreed = 1\n", "agreed: "),
        ("[[grant]]\n", "agreed: "),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    """A demand that is passed over is kept by everybody."""
    path = tmp_path / FILE.name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_agreed(load_environment("prod"), path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_grant_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    """One without its statement would allow nothing, and one with a key that nobody knows something else."""
    path = tmp_path / GRANTS.name
    path.write_text('[[grant]]\nresources = ["A"]\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"grant\.0\.statement: expected a value, the key is missing"):
        load_grants(load_environment("prod"), path)
