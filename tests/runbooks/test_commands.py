"""Every command of the runbooks does what its page says; a page that has become wrong is found."""

from __future__ import annotations

import re

import pytest

from infra import __main__ as typed
from infra.settings import ROOT
from tests.runbooks.pages import MOST_NOT_RUN, Command, check_not_run, commands_of, pages
from tests.runbooks.shell import ENVIRONMENT, Ended, Shell, all_wrong

PAGES = {str(path.relative_to(ROOT)): path for path in pages()}
BARE = Shell(ROOT)
COSTS = "python -m infra cost --env $ENV"


def commands() -> dict[str, list[Command]]:
    return {name: commands_of(name, path.read_text(encoding="utf-8")) for name, path in PAGES.items()}


def test_every_page_is_in_the_index() -> None:
    listed = re.findall(r"^\| \[([\w-]+\.md)\]", (ROOT / "docs/runbooks/README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in pages() if path.name != "README.md")


@pytest.mark.servers
def test_every_command_does_what_its_page_says(
    shell: Shell, subtests: pytest.Subtests, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one test, because all pages share what stands, and in the order in which a person would come to them."""
    found, ran = commands(), 0
    for name, asked in found.items():
        with subtests.test(name):
            wrong, number = all_wrong(shell, asked)
            ran += number
            assert not wrong, "\n".join(wrong)
    every = [one for asked in found.values() for one in asked]
    left = check_not_run(every)
    with capsys.disabled():
        print(f"\n{len(every)} commands of {len(found)} pages: {ran} were run, {len(left)} were not")
        for one in left:
            print(f"  {one.place}: {one.text}: {one.how.unrun}")
    assert ran + len(left) == len(every) >= 50


def first(page: str) -> Command:
    (command,) = commands_of("p.md", page)
    return command


def block(*lines: str, how: str = "") -> str:
    return "\n".join([*([f"<!-- run: {how} -->"] if how else []), "```console", *lines, "```", ""])


@pytest.mark.parametrize(
    "page",
    [
        block(f"$ {COSTS}"),
        block(f"$ {COSTS}", "budget $30.00: ... under it"),
        block(f"$ {COSTS}", "$ENV: US dollars a month by service", "...", "budget ..."),
        block("$ python -m infra cost --env nowhere", how="exit=3"),
    ],
)
def test_what_is_so_is_not_objected_to(page: str) -> None:
    assert BARE.wrong(first(page)) is None


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (block(f"$ {COSTS}", how="exit=1"), "expected exit code 1, found 0"),
        (block("$ python -m infra cost --env nowhere"), "expected exit code 0, found 3:\n  error: --env nowhere"),
        (block("$ python -m infra costs --env $ENV"), "No such command 'costs'"),
        (block("$ python -m infra cost --env $ENV --jsn"), "No such option: --jsn"),
        (block("$ python -m infra cost"), "Missing parameter: env"),
        (block(f"$ {COSTS}", "budget $31.00: ... under it"), "expected the line 'budget $31.00: ... under it'"),
        (
            block(f"$ {COSTS}", "budget ...", "$ENV: US dollars a month by service"),
            "expected the line '$ENV: US dollars",
        ),
        (block("$ tox -e nowhere"), "tox.ini: expected testenv:nowhere"),
        (block("$ tox -e static -- --env nowhere"), "expected exit code 0, found 3"),
        (block("$ pytest suites/nowhere -q"), "expected exit code 0, found 4"),
    ],
)
def test_a_command_that_does_otherwise_is_found(page: str, why: str) -> None:
    wrong = BARE.wrong(first(page))
    assert wrong is not None
    assert wrong.startswith("p.md:")
    assert why in wrong, wrong


def test_a_command_that_crashes_is_wrong_whatever_code_was_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    def crashes() -> int:
        raise ValueError("of the command")

    monkeypatch.setattr(typed, "main", crashes)
    for code in range(4):
        wrong = BARE.wrong(first(block(f"$ {COSTS}", how=f"exit={code}")))
        assert wrong is not None
        assert f"expected exit code {code}, found a traceback" in wrong
        assert "ValueError: of the command" in wrong


def infra_commands() -> list[Command]:
    """Each once, however many pages have it."""
    every = [one for asked in commands().values() for one in asked if one.text.startswith("python -m infra ")]
    return [*{one.text: one for one in every}.values()]


def test_every_command_of_infra_is_found_when_an_option_or_the_command_is_renamed() -> None:
    """What a page says is tried with each option that it names called otherwise: nothing is asked of any cloud."""
    tried = 0
    for command in infra_commands():
        words = command.words(ENVIRONMENT)
        assert words[3] in typed.commands().commands, command.place
        options = [at for at, word in enumerate(words) if word.startswith("--")]
        for at in (3, *options):
            ended = BARE.run([*words[:at], f"{words[at]}-renamed", *words[at + 1 :]])
            assert ended.code == 3, (command.place, words[at], ended)
            tried += 1
    assert tried > 100


def test_every_line_that_a_page_shows_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that end as expected and say nothing satisfy no page that shows what is to be seen."""
    shown = [one for asked in commands().values() for one in asked if set(one.shown) - {"..."}]
    assert len(shown) > 20
    for command in shown:
        monkeypatch.setattr(Shell, "run", lambda *_, code=command.how.code: Ended(code, ""))
        assert "expected the line" in str(BARE.wrong(command)), command.place


def test_at_most_five_commands_are_not_run() -> None:
    every = [one for asked in commands().values() for one in asked]
    assert len(check_not_run(every)) <= MOST_NOT_RUN


INLINE = re.compile(r"`(?:python -m infra ([a-z-]+)|tox -e ([a-z]+))([^`]*)`")


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_names_in_passing_is_there(name: str) -> None:
    """Commands and doors between backticks are not run; their names and options are there all the same."""
    known = typed.commands().commands
    doors = (ROOT / "tox.ini").read_text(encoding="utf-8")
    for command, door, rest in INLINE.findall(PAGES[name].read_text(encoding="utf-8")):
        if command:
            several = getattr(known[command], "commands", {"": known[command]}).values()
            options = {option for one in several for parameter in one.params for option in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", rest)) <= options, command
        else:
            assert f"[testenv:{door}]" in doors, door
