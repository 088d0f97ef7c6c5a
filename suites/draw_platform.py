"""Draws the platform from its facts: what is deployed, and who speaks to whom. ``python -m suites.generate``."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from markupsafe import escape

from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.tiers.static import from_platform
from infra.environment import load_environment
from infra.settings import ROOT
from infra.stacks import resolve_platform

PICTURE: Final = ROOT / "docs" / "platform.svg"
ENVIRONMENT: Final = "prod"

# What is drawn, in which column, in which colour: from the clients on the left to what is stored on the right.
COLUMNS: Final[Mapping[str, tuple[int, str]]] = {
    "AWS::CloudFront::Distribution": (1, "#5b3cc4"),
    "AWS::ApiGatewayV2::Api": (2, "#5b3cc4"),
    "AWS::Lambda::Function": (3, "#b4540a"),
    "AWS::SNS::Topic": (2, "#a8216b"),
    "AWS::SQS::Queue": (2, "#a8216b"),
    "AWS::DynamoDB::Table": (4, "#1d5fa8"),
    "AWS::RDS::DBInstance": (4, "#1d5fa8"),
    "AWS::ElastiCache::ReplicationGroup": (4, "#1d5fa8"),
    "AWS::SecretsManager::Secret": (4, "#7a1f1f"),
}
FUNCTIONS: Final = 3
BOX_WIDTH, BOX_HEIGHT, GAP = 170, 40, 18
COLUMN_WIDTH, MARGIN, TOP = 290, 24, 70
NAMED: Final = re.compile(r"\$\{(\w+)(?:\.\w+)*\}")


@dataclass(frozen=True, slots=True)
class Box:
    """One thing of the picture."""

    key: str
    label: str
    note: str
    column: int
    colour: str
    is_private: bool


def picture() -> str:
    """Return the picture as SVG."""
    environment = load_environment(ENVIRONMENT)
    inventory = from_platform(resolve_platform(environment), datetime(2000, 1, 1, tzinfo=UTC))
    boxes = [Box("Clients", "Clients", "WebSocket over TLS 1.3", 0, "#444444", is_private=False), *_boxes(inventory)]
    ways = list(_ways(inventory, {box.key for box in boxes}))
    return "".join(_drawn(boxes, ways))


def _of(inventory: Inventory, cfn_type: str) -> list[Resource]:
    return [resource for resource in inventory.resources if resource.cfn_type == cfn_type]


def _boxes(inventory: Inventory) -> Iterator[Box]:
    dead_ends = _dead_letter_queues(inventory)
    for cfn_type, (column, colour) in COLUMNS.items():
        for resource in _of(inventory, cfn_type):
            if resource.key not in dead_ends:
                private = column == 4 and "Table" not in cfn_type and "Secret" not in cfn_type
                is_private = private or resource.property("VpcConfig") is not None
                yield Box(resource.key, _label(resource), _note(resource), column, colour, is_private)


def _dead_letter_queues(inventory: Inventory) -> set[str]:
    redriven = (queue.property("RedrivePolicy") for queue in _of(inventory, "AWS::SQS::Queue"))
    return {key for policy in redriven if policy for key in _named(policy)}


def _label(resource: Resource) -> str:
    """Write a logical id in words, without the kind that the colour and the note tell."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", resource.key)
    return words.removesuffix(" Function").removesuffix(" Table").removesuffix(" Secret")


def _note(resource: Resource) -> str:
    names = {
        "Function": "Lambda",
        "Table": "DynamoDB",
        "DBInstance": "PostgreSQL",
        "ReplicationGroup": "Valkey",
        "Distribution": "CloudFront, WAF",
        "Api": "API Gateway",
        "Topic": "SNS",
        "Queue": "SQS, dead letters beside",
        "Secret": "Secrets Manager",
    }
    return names[resource.cfn_type.rpartition("::")[2]]


def _named(value: Any) -> list[str]:
    """Return the resources that a value refers to."""
    return NAMED.findall(json.dumps(value, default=str))


def _ways(inventory: Inventory, drawn: set[str]) -> Iterator[tuple[str, str]]:
    """Yield who speaks to whom."""
    found = dict.fromkeys([*_from_outside(inventory), *_of_functions(inventory), *_of_messages(inventory)])
    yield from ((one, other) for one, other in found if {one, other} <= drawn and one != other)


def _from_outside(inventory: Inventory) -> Iterator[tuple[str, str]]:
    (api,) = _of(inventory, "AWS::ApiGatewayV2::Api")
    for edge in _of(inventory, "AWS::CloudFront::Distribution"):
        yield "Clients", edge.key
        yield edge.key, api.key
    aliases = _functions_of_aliases(inventory)
    for kind, place in (("Integration", "IntegrationUri"), ("Authorizer", "AuthorizerUri")):
        for called in _of(inventory, f"AWS::ApiGatewayV2::{kind}"):
            yield from ((api.key, aliases[key]) for key in _named(called.property(place)) if key in aliases)


def _functions_of_aliases(inventory: Inventory) -> dict[str, str]:
    aliases = _of(inventory, "AWS::Lambda::Alias")
    return {alias.key: _named(alias.property("FunctionName"))[0] for alias in aliases}


def _of_functions(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """What a function speaks to is what its role names; from a queue it is spoken to."""
    roles = {role.key: role for role in _of(inventory, "AWS::IAM::Role")}
    queues = {queue.key for queue in _of(inventory, "AWS::SQS::Queue")}
    (api,) = _of(inventory, "AWS::ApiGatewayV2::Api")
    for function in _of(inventory, "AWS::Lambda::Function"):
        for key in _named(function.property("Role")):
            policies = roles[key].property("Policies")
            yield from ((function.key, name) for name in _named(policies) if name not in queues)
            if "execute-api:" in json.dumps(policies, default=str):
                yield function.key, api.key


def _of_messages(inventory: Inventory) -> Iterator[tuple[str, str]]:
    aliases = _functions_of_aliases(inventory)
    for source in _of(inventory, "AWS::Lambda::EventSourceMapping"):
        for queue in _named(source.property("EventSourceArn")):
            yield from ((queue, aliases[key]) for key in _named(source.property("FunctionName")) if key in aliases)
    for subscription in _of(inventory, "AWS::SNS::Subscription"):
        for topic in _named(subscription.property("TopicArn")):
            yield from ((topic, queue) for queue in _named(subscription.property("Endpoint")))


def _drawn(boxes: list[Box], ways: Iterable[tuple[str, str]]) -> Iterator[str]:
    places = _places(boxes)
    width = MARGIN * 2 + COLUMN_WIDTH * (max(box.column for box in boxes) + 1) - (COLUMN_WIDTH - BOX_WIDTH)
    height = max(y for _, y in places.values()) + BOX_HEIGHT + MARGIN
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
    yield 'font-family="sans-serif" role="img">\n'
    yield "<title>The platform: who speaks to whom</title>\n"
    yield f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
    yield '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    yield '<path d="M0 0 8 4 0 8z" fill="#777"/></marker></defs>\n'
    yield from _heads()
    hues = _hues(box.key for box in boxes if box.column == FUNCTIONS)
    for one, other in ways:
        yield _way(*places[one], *places[other], hues.get(one) or hues.get(other) or "#777")
    yield from (_box(box, *places[box.key]) for box in boxes)
    yield "</svg>\n"


def _hues(functions: Iterable[str]) -> dict[str, str]:
    """Give each function a colour, in which all that it has to do with others is drawn."""
    keys = list(functions)
    return {key: f"hsl({360 * index // len(keys)} 65% 38%)" for index, key in enumerate(keys)}


def _heads() -> Iterator[str]:
    names = ("Outside", "Edge", "API and messages", "Functions", "Stored")
    for column, name in enumerate(names):
        x = MARGIN + column * COLUMN_WIDTH
        yield f'<text x="{x}" y="34" font-size="15" font-weight="bold" fill="#222">{name}</text>\n'
    yield f'<text x="{MARGIN}" y="54" font-size="11" fill="#444">dashed: in the private subnets</text>\n'


def _places(boxes: list[Box]) -> dict[str, tuple[int, int]]:
    """Give each box its corner: columns from left to right, each centred on the tallest."""
    columns: defaultdict[int, list[Box]] = defaultdict(list)
    for box in boxes:
        columns[box.column].append(box)
    tallest = max(map(len, columns.values()))
    found = {}
    for column, inside in columns.items():
        start = TOP + (tallest - len(inside)) * (BOX_HEIGHT + GAP) // 2
        for row, box in enumerate(inside):
            found[box.key] = (MARGIN + column * COLUMN_WIDTH, start + row * (BOX_HEIGHT + GAP))
    return found


def _box(box: Box, x: int, y: int) -> str:
    dashes = ' stroke-dasharray="5 3"' if box.is_private else ""
    return (
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" fill="#fff" stroke="{box.colour}" '
        f'stroke-width="2"{dashes}/>\n'
        f'<text x="{x + 10}" y="{y + 17}" font-size="13" fill="#111">{escape(box.label)}</text>\n'
        f'<text x="{x + 10}" y="{y + 32}" font-size="10" fill="{box.colour}">{escape(box.note)}</text>\n'
    )


def _way(x1: int, y1: int, x2: int, y2: int, colour: str) -> str:
    """Draw a way from the side of one box to the side of another; within a column round the outside."""
    middle = BOX_HEIGHT // 2
    if x1 == x2:
        out = x1 + BOX_WIDTH
        path = f"M{out} {y1 + middle}C{out + 40} {y1 + middle} {out + 40} {y2 + middle} {out + 2} {y2 + middle}"
    elif x1 < x2:
        bend = (x2 - x1 - BOX_WIDTH) // 2
        start, end = x1 + BOX_WIDTH, x2 - 2
        path = f"M{start} {y1 + middle}C{start + bend} {y1 + middle} {end - bend} {y2 + middle} {end} {y2 + middle}"
    else:
        bend = (x1 - x2 - BOX_WIDTH) // 2
        start, end = x1, x2 + BOX_WIDTH + 2
        path = f"M{start} {y1 + middle}C{start - bend} {y1 + middle} {end + bend} {y2 + middle} {end} {y2 + middle}"
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4" marker-end="url(#to)"/>\n'
