"""Whom a policy lets in: the questions of several controls, asked of what policies mean (`fixtures/judging/access`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from fixtures.aws.ledger import Gap, Unread
from fixtures.aws.looking import partition_of
from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.s3 import Bucket
from fixtures.inventory.services.secretsmanager import Secret
from fixtures.inventory.services.sns import Topic
from fixtures.inventory.services.sqs import Queue
from fixtures.judging.access.asking import Way, beyond, services, shown, strangers, undenied, uninvited
from fixtures.judging.access.newly import newly_allowed
from fixtures.judging.access.patterns import UndecidedError
from fixtures.judging.access.statements import Statement
from suites.controls.looking import told

Document = Mapping[str, Any]
# The property with a resource's name, and what its ARN is made of.
_NAMED: Final[Mapping[type[Resource], tuple[str, str]]] = {
    Queue: ("QueueName", "arn:{partition}:sqs:{region}:{account}:{name}"),
    Topic: ("TopicName", "arn:{partition}:sns:{region}:{account}:{name}"),
    Bucket: ("BucketName", "arn:{partition}:s3:::{name}"),
    Secret: ("Name", "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-xxxxxx"),
}


@contextmanager
def known() -> Iterator[None]:
    """What nobody can decide is an error, and no pass."""
    try:
        yield
    except UndecidedError as error:
        at = datetime.now(UTC)
        raise Unread(Gap(service="iam", operation="Evaluate", kind="undecided", detail=str(error), at=at)) from error


def foreign_grants(document: Document | None, account: str) -> list[str]:
    """Return the statements that admit somebody of another account, or everybody; raises Unread where none can tell."""
    return _said(strangers, document, account)


def unbound_services(document: Document | None, account: str, exempt: tuple[str, ...] = ()) -> list[str]:
    """Return the statements in which a service may act for another account; raises Unread where none can tell."""
    return _said(partial(services, exempt=exempt), document, account)


def vouching(statement: Statement) -> list[str]:
    """Return the identity providers whose tokens a statement is about."""
    return [name for kind, name in statement.meant if kind == "Federated"]


def tokens_let_in(document: Document, account: str, claim: str, invited: Iterable[str]) -> list[str]:
    """Return the statements that admit a token whose claim is none of those invited; raises Unread as the others."""
    return _said(partial(uninvited, claim=claim, invited=tuple(invited)), document, account)


def ways_out(document: Document | None, account: str) -> list[str]:
    """Return the statements by which an endpoint leads to what is another account's; raises Unread as the others."""
    return _said(beyond, document, account)


def _said(question: Callable[[Document | None, str], list[Way]], document: Document | None, account: str) -> list[str]:
    with known():
        return [str(way) for way in question(document, account)]


def beyond_grant(agreed: Document, document: Document, account: str) -> str | None:
    """Say which request a policy allows and the agreed one does not; None where there is none. Raises as the others."""
    with known():
        found = newly_allowed(agreed, document, account)
    return None if found is None else shown(found)


def plain_text(
    inventory: Inventory, resource: Resource, documents: Sequence[Document], actions: tuple[str, ...]
) -> str | None:
    """Say which request without TLS no policy denies, None where all are; each policy has to do it by itself.

    Which of two policies of one thing is in force nobody knows. Raises Unread where none can tell.
    """
    given = {"aws:securetransport": ("false",)}
    return _undenied(inventory, resource, documents, actions, given, foreign=False)


def foreign_request(
    inventory: Inventory, resource: Resource, documents: Sequence[Document], actions: tuple[str, ...]
) -> str | None:
    """Say which request of another account no policy denies in so many words; None where all are."""
    return _undenied(inventory, resource, documents, actions, {}, foreign=True)


def _undenied(
    inventory: Inventory, resource: Resource, documents: Sequence[Document], actions: tuple[str, ...],
    given: Mapping[str, tuple[str, ...] | None], *, foreign: bool,
) -> str | None:  # fmt: skip
    if not documents:
        return "any request: it has no policy"
    resources = list(_resources(inventory, resource))
    with known():
        for document in documents:
            found = undenied(
                document, inventory.account, actions=actions, resources=resources, given=given, foreign=foreign
            )
            if found is not None:
                return shown(found)
    return None


def arn_of(inventory: Inventory, resource: Resource) -> str | None:
    """Return the ARN that a queue, topic, bucket or secret has by its name; None where it has none, and of other types.

    Raises Unread where the name was not read.
    """
    named, form = _NAMED.get(type(resource), ("", ""))
    name = told(resource, named) if named else None
    if not isinstance(name, str):
        return None
    partition = partition_of(inventory.region)
    return form.format(partition=partition, region=inventory.region, account=inventory.account, name=name)


def _resources(inventory: Inventory, resource: Resource) -> Iterator[tuple[str, ...]]:
    """Yield a resource, and of a bucket what lies in it, each under every name that a policy may call it by."""
    names = [f"${{{resource.key}}}", *resource.origin.attributes.values()]
    names += [f"${{{resource.key}.{name}}}" for name in ("Arn", "TopicArn", "Id")]
    arn = arn_of(inventory, resource)
    names += [arn] if arn is not None else []
    yield tuple(names)
    if isinstance(resource, Bucket):
        yield tuple(f"{name}/x" for name in names)
