"""What a page may not say is refused, with the page and the line."""

from __future__ import annotations

import pytest

from tests.runbooks.pages import MOST_NOT_RUN, Command, How, PageError, check_not_run, commands_of

PLAN = "python -m infra plan --env $ENV"


def page(*lines: str) -> str:
    return "\n".join(["# A page", *lines, ""])


def block(*lines: str, language: str = "console") -> list[str]:
    return [f"```{language}", *lines, "```"]


def test_commands_are_read_with_their_lines_and_how_they_are_run() -> None:
    text = page(
        *block(f"$ {PLAN}", "seen", "...", "$ tox -e static -- --env $ENV  # a remark"),
        "",
        "<!-- run: exit=1 bake=2s -->",
        *block("$ python -m infra shift --env $ENV --function query --to newest --bake 5m"),
        "<!-- run: not, because it takes an hour -->",
        *block("$ pytest tests"),
        *block("what somebody sees", language="text"),
    )
    first, second, third, fourth = commands_of("p.md", text)
    assert first == Command("p.md:3", PLAN, How(), ("seen", "..."))
    assert (second.place, second.words("prod")) == ("p.md:6", ["tox", "-e", "static", "--", "--env", "prod"])
    assert third.how == How(code=1, bake="2s")
    assert third.words("dev")[-2:] == ["--bake", "2s"]
    assert fourth.how == How(unrun="it takes an hour")


@pytest.mark.parametrize(
    ("lines", "place", "why"),
    [
        (block(f"$ {PLAN}", language=""), "p.md:2", "expected ``` and one of console, text"),
        (block(f"$ {PLAN}", language="bash"), "p.md:2", "expected ``` and one of console, text"),
        (["  ```console", f"$ {PLAN}", "```"], "p.md:2", "expected ``` and one of console, text"),
        (["~~~console", f"$ {PLAN}", "~~~"], "p.md:2", "expected ``` and one of console, text"),
        (block(f"$ {PLAN}")[:-1], "p.md:2", "expected a block that ends"),
        (block(), "p.md:2", "expected a command in the block"),
        (block("seen", f"$ {PLAN}"), "p.md:3", "expected a command that begins with"),
        (block(f"$ {PLAN}", language="text"), "p.md:3", "expected commands in a block of console only"),
        (block("tox -e gate", language="toml"), "p.md:3", "expected commands in a block of console only"),
        ([f"    $ {PLAN}"], "p.md:2", "found one that is indented"),
        (block("$ aws s3 ls"), "p.md:3", "expected one of python -m infra, pytest, tox -e"),
        (block("$ python -m fixtures.mock_cloud"), "p.md:3", "expected one of python -m infra, pytest, tox -e"),
        (block("$ tox"), "p.md:3", "expected one of python -m infra, pytest, tox -e"),
        (block("$ export ENV=dev"), "p.md:3", "expected one of python -m infra, pytest, tox -e"),
        (block(f"$ {PLAN} | tee plan"), "p.md:3", "expected one program"),
        (block(f"$ {PLAN} > plan"), "p.md:3", "expected one program"),
        (block(f"$ {PLAN} && aws s3 ls"), "p.md:3", "expected one program"),
        (block(f"$ {PLAN} --stack $(aws s3 ls)"), "p.md:3", "expected one program"),
        (block(f"$ {PLAN} --stack $STACK"), "p.md:3", "no variable but $ENV"),
        (block(f"$ {PLAN} --stack ${{STACK}}"), "p.md:3", "no variable but $ENV"),
        (block("$ python -m infra plan \\", "  --env $ENV"), "p.md:3", "expected one program"),
        (["<!-- run: exit=4 -->", *block(f"$ {PLAN}")], "p.md:2", "expected exit=0 to exit=3"),
        (["<!-- run: exit=1 slow -->", *block(f"$ {PLAN}")], "p.md:2", "'slow'"),
        (["<!-- run: bake=5m -->", *block(f"$ {PLAN}")], "p.md:2", "'bake=5m'"),
        (["<!-- run: not -->", *block(f"$ {PLAN}")], "p.md:2", "not, because ..."),
        (["<!-- run: not, because -->", *block(f"$ {PLAN}")], "p.md:2", "not, because ..."),
        (["<!-- run:exit=1-->", *block(f"$ {PLAN}")], "p.md:2", "expected <!-- run: ... --> alone in its line"),
        (["see <!-- run: exit=1 -->", *block(f"$ {PLAN}")], "p.md:2", "expected <!-- run: ... --> alone in its line"),
        (["<!-- run: exit=1 -->", "", *block(f"$ {PLAN}")], "p.md:3", "expected the block that is spoken of"),
        (["<!-- run: exit=1 -->", *block("seen", language="text")], "p.md:3", "expected a block of console"),
        (["<!-- run: exit=1 -->"], "p.md", "expected a block that ends"),
        (["<!-- run: bake=2s -->", *block(f"$ {PLAN}")], "p.md:4", "expected one of --bake, --watch"),
        (block("$ python -m infra alarms --env $ENV --watch 10m"), "p.md:3", "expected a bake that is short enough"),
    ],
)
def test_what_cannot_be_run_is_refused(lines: list[str], place: str, why: str) -> None:
    with pytest.raises(PageError) as refused:
        commands_of("p.md", page(*lines))
    assert str(refused.value).startswith(f"{place}: "), refused.value
    assert why in str(refused.value)


def test_more_than_five_commands_that_are_not_run_are_refused() -> None:
    left = ["<!-- run: not, because it is slow -->", *block("$ tox -e tests", "$ tox -e audit")]
    few = commands_of("p.md", page(*left, *left, *block(f"$ {PLAN}")))
    assert len(check_not_run(few)) == 4
    with pytest.raises(PageError, match=f"p.md:15: expected at most {MOST_NOT_RUN} commands in all"):
        check_not_run(commands_of("p.md", page(*left, *left, *left)))
