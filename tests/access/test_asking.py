"""Whom a policy lets in: against every request of a small world, and against policies whose answer is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_sentry.querying.actions import get_action_data

from fixtures.judging.access.asking import OF_NO_RESOURCE, Way, beyond, services, shown, strangers, undenied
from fixtures.judging.access.evaluate import Decision, decide
from fixtures.judging.access.patterns import UndecidedError
from fixtures.judging.access.statements import read
from tests.access.small_world import OURS, Asked, Document, allows, everything, policies, statements

QUEUE = "arn:aws:sqs:us-east-1:111111111111:q"
WORLD = list(everything())
OF_SERVICES = [one for one in WORLD if one.kind == "Service"]
OF_OTHERS = [one for one in WORLD if one.kind != "Service"]


def first(document: Document, world: list[Asked]) -> Asked | None:
    return next((asked for asked in world if allows(document, asked)), None)


@settings(max_examples=250)
@given(policies())
def test_whoever_gets_in_is_found(document: Document) -> None:
    """What the small world shows to be open is said to be; the other way round the witness shows it."""
    for question, world in ((strangers, OF_OTHERS), (services, OF_SERVICES)):
        ways, shows = question(document, OURS), first(document, world)
        assert ways or shows is None, shows
        for way in ways:
            assert decide(read(document), way.request) is Decision.ALLOW
            assert way.request.principal.account != OURS


@settings(max_examples=100)
@given(policies(), statements())
def test_an_allow_opens_and_a_deny_shuts(document: Document, more: dict[str, Any]) -> None:
    """One Allow more makes nothing less open, one Deny more nothing more open."""
    longer = {**document, "Statement": [*document["Statement"], {"Sid": "more", **more}]}
    for question in (strangers, services):
        before, after = ({way.statement.sid for way in question(one, OURS)} for one in (document, longer))
        if more["Effect"] == "Allow":
            assert before <= after
        else:
            assert after <= before


def policy(**said: Any) -> Document:
    statement = {"Sid": "it", "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE}
    statement |= said
    for word in ("Principal", "Action", "Resource"):
        if f"Not{word}" in said:
            del statement[word]
    return {"Version": "2012-10-17", "Statement": [statement]}


def when(operator: str, key: str, value: str | list[str], principal: Any = "*") -> Document:
    return policy(Principal=principal, Condition={operator: {key: value}})


SNS, GITHUB = {"Service": "sns.amazonaws.com"}, "token.actions.githubusercontent.com"
FEDERATED = {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{GITHUB}"}
COGNITO = {"Federated": "cognito-identity.amazonaws.com"}
# A policy, and whether a stranger and whether a service for a stranger gets in.
KNOWN: tuple[tuple[str, Document, bool, bool], ...] = (
    ("everybody", policy(), True, True),
    ("everybody, by AWS", policy(Principal={"AWS": "*"}), True, True),
    ("our account", policy(Principal={"AWS": OURS}), False, False),
    ("our root", policy(Principal={"AWS": f"arn:aws:iam::{OURS}:root"}), False, False),
    ("a role of ours by reference", policy(Principal={"AWS": "${PushRole.Arn}"}), False, False),
    ("whoever was deleted", policy(Principal={"AWS": "AROAEXAMPLEEXAMPLE12"}), False, False),
    ("another account", policy(Principal={"AWS": "999999999999"}), True, False),
    (
        "a stranger's role with our number",
        policy(Principal={"AWS": f"arn:aws:iam::999999999999:role/{OURS}"}),
        True, False,
    ),
    (
        "a role of ours with his number",
        policy(Principal={"AWS": f"arn:aws:iam::{OURS}:role/999999999999"}),
        False, False,
    ),
    ("all but our account", policy(NotPrincipal={"AWS": OURS}), True, True),
    ("a browser's identity pool", policy(Principal=COGNITO), True, False),
    (
        "our identity pool",
        when("StringEquals", "cognito-identity.amazonaws.com:aud", "us-east-1:ours", COGNITO),
        False, False,
    ),
    ("any of GitHub", policy(Principal=FEDERATED), True, False),
    ("GitHub by audience", when("StringEquals", f"{GITHUB}:aud", "sts.amazonaws.com", FEDERATED), True, False),
    ("GitHub by repository", when("StringEquals", f"{GITHUB}:sub", "repo:us/ours:ref:x", FEDERATED), False, False),
    ("GitHub by owner", when("StringLike", f"{GITHUB}:sub", "repo:us/*", FEDERATED), False, False),
    ("GitHub by how an owner begins", when("StringLike", f"{GITHUB}:sub", "repo:us*", FEDERATED), True, False),
    (
        "GitHub if it says so",
        when("StringEqualsIfExists", f"{GITHUB}:aud", "sts.amazonaws.com", FEDERATED),
        True, False,
    ),
    ("by account", when("StringEquals", "aws:PrincipalAccount", OURS), False, False),
    ("by account, if it is said", when("StringEqualsIfExists", "aws:PrincipalAccount", OURS), True, True),
    ("by any account", when("StringLike", "aws:PrincipalAccount", "*"), True, True),
    ("by accounts that begin so", when("StringLike", "aws:PrincipalAccount", "11*"), True, True),
    ("by not another account", when("StringNotEquals", "aws:PrincipalAccount", "999999999999"), True, True),
    ("of all values", when("ForAllValues:StringEquals", "aws:PrincipalAccount", OURS), True, True),
    ("of any value", when("ForAnyValue:StringEquals", "aws:PrincipalAccount", OURS), False, False),
    (
        "by the variable of whoever asks",
        when("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalAccount}"),
        True, True,
    ),
    ("by a role of GovCloud", when("ArnLike", "aws:PrincipalArn", "arn:aws-us-gov:iam::*:role/*"), True, False),
    ("by our role in China", when("ArnLike", "aws:PrincipalArn", f"arn:aws-cn:iam::{OURS}:*"), False, False),
    ("by organisation", when("StringEquals", "aws:PrincipalOrgID", "o-ours"), False, False),
    ("by any organisation", when("StringLike", "aws:PrincipalOrgID", "o-*"), True, False),
    ("by what everybody can tag himself", when("StringEquals", "aws:PrincipalTag/team", "ours"), True, False),
    ("by what everybody can say", when("StringEquals", "aws:Referer", "https://ours.example"), True, True),
    ("by our endpoint", when("StringEquals", "aws:SourceVpce", "vpce-1"), False, False),
    ("by any endpoint", when("StringLike", "aws:SourceVpce", "vpce-*"), True, True),
    ("by an address in his network", when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/16"), True, True),
    ("by our addresses", when("IpAddress", "aws:SourceIp", "203.0.113.0/24"), False, False),
    ("by half of all addresses", when("IpAddress", "aws:SourceIp", "0.0.0.0/1"), True, True),
    ("by not one address", when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"), True, True),
    ("by a tag that is his own", when("StringEquals", "aws:RequestTag/t", "${aws:PrincipalTag/t}"), True, False),
    ("by a tag of both that begins so", policy(Condition={
        "StringEquals": {"aws:RequestTag/t": "${aws:PrincipalTag/t}"}, "StringLike": {"aws:RequestTag/t": "a*"},
    }), True, False),
    ("over TLS", when("Bool", "aws:SecureTransport", "true"), True, True),
    ("a service for anybody", policy(Principal=SNS), False, True),
    ("a service for our account", when("StringEquals", "aws:SourceAccount", OURS, SNS), False, False),
    ("a service, if it says so", when("StringEqualsIfExists", "aws:SourceAccount", OURS, SNS), False, True),
    (
        "a service for its own account",
        when("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}", SNS),
        False, True,
    ),
    (
        "a service for our topic",
        when("ArnEquals", "aws:SourceArn", f"arn:aws:sns:us-east-1:{OURS}:t", SNS),
        False, False,
    ),
    ("a service for our reference", when("ArnEquals", "aws:SourceArn", "${Topic}", SNS), False, False),
    ("a service for any account's topic", when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:t", SNS), False, True),
    (
        "a service for topics that begin so",
        when("ArnLike", "aws:SourceArn", f"arn:aws:sns:*:{OURS}:*", SNS),
        False, False,
    ),
    (
        "a service for accounts that begin so",
        when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:11*:*", SNS),
        False, True,
    ),
    ("a service for a bucket", when("ArnEquals", "aws:SourceArn", "arn:aws:s3:::ours", SNS), False, True),
    (
        "a service for a bucket that begins so",
        when("ArnLike", "aws:SourceArn", "arn:aws:s3:::ours-*", SNS),
        False, True,
    ),
    ("a service for a bucket of our account", policy(Principal=SNS, Condition={
        "ArnEquals": {"aws:SourceArn": "arn:aws:s3:::ours"}, "StringEquals": {"aws:SourceAccount": OURS},
    }), False, False),
    ("a service not for one account", when("StringNotEquals", "aws:SourceAccount", "999999999999", SNS), False, True),
    ("everybody for our topic", when("ArnEquals", "aws:SourceArn", f"arn:aws:sns:us-east-1:{OURS}:t"), False, False),
    ("a key by what the caller says", when("StringEquals", "kms:EncryptionContext:app", "ours"), True, True),
    ("a key by who calls", when("StringEquals", "kms:CallerAccount", OURS), False, False),
    ("a key for our log groups", when(
        "ArnLike", "kms:EncryptionContext:aws:logs:arn", f"arn:aws:logs:*:{OURS}:log-group:*",
        {"Service": "logs.us-east-1.amazonaws.com"},
    ), False, False),
    ("a key for anybody's log groups", when(
        "ArnLike", "kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:*:*:log-group:*",
        {"Service": "logs.us-east-1.amazonaws.com"},
    ), False, True),
    (
        "in the older language",
        when("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}", SNS) | {"Version": "2008-10-17"},
        False, False,
    ),
)  # fmt: skip


@pytest.mark.parametrize(("what", "document", "stranger", "service"), KNOWN, ids=[one[0] for one in KNOWN])
def test_policies_whose_answer_is_known(what: str, document: Document, *, stranger: bool, service: bool) -> None:
    assert bool(strangers(document, OURS)) == stranger, what
    assert bool(services(document, OURS)) == service, what


def test_a_witness_is_said() -> None:
    (way,) = strangers(when("StringLike", "aws:PrincipalAccount", "11*"), OURS)
    assert str(way).startswith("it admits * (sqs:sendmessage by arn:aws:iam::11")


@pytest.mark.parametrize("document", [
    when("StringEquals", "aws:ResourceTag/open", "no"),
    when("StringEquals", "example:Nothing", "x"),
    policy(Principal={"AWS": "arn:aws:iam::999999999999:role/*"}),
    policy(Principal={"AWS": "somebody"}),
    policy(Resource="arn:aws:s3:::b/${aws:PrincipalTag/t}/*"),
    when("StringLike", "s3:prefix", "home/${aws:PrincipalTag/t}/*"),
])  # fmt: skip
def test_what_nobody_knows_is_not_decided(document: Document) -> None:
    with pytest.raises(UndecidedError):
        strangers(document, OURS)


def denial(**said: Any) -> Document:
    tls = {"Bool": {"aws:SecureTransport": "false"}}
    return policy(**({"Effect": "Deny", "Action": "sqs:*", "Condition": tls} | said))


DENIALS: tuple[tuple[str, Document, bool], ...] = (
    ("everybody", denial(), True),
    ("if it says so", denial(Condition={"BoolIfExists": {"aws:SecureTransport": "false"}}), True),
    ("by what it is not", denial(Condition={"StringNotEquals": {"aws:SecureTransport": "true"}}), True),
    ("the wrong way round", denial(Condition={"StringNotEquals": {"aws:SecureTransport": "false"}}), False),
    ("with TLS", denial(Condition={"Bool": {"aws:SecureTransport": "true"}}), False),
    ("always", denial(Condition={}), True),
    ("another queue", denial(Resource=f"{QUEUE}-2"), False),
    ("every queue", denial(Resource="*"), True),
    ("all but another queue", denial(NotResource=f"{QUEUE}-2"), True),
    ("all but this queue", denial(NotResource=QUEUE), False),
    ("all actions", denial(Action="*"), True),
    ("one action", denial(Action="sqs:SendMessage"), False),
    ("all but one action", denial(NotAction="sqs:ReceiveMessage"), False),
    ("all but another service's", denial(NotAction="sns:*"), True),
    ("all but a role of ours", denial(NotPrincipal={"AWS": f"arn:aws:iam::{OURS}:role/x"}), False),
    ("one account", denial(Principal={"AWS": OURS}), False),
    ("on a further condition", denial(Condition={
        "Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalAccount": OURS},
    }), False),
    ("allowed instead", denial(Effect="Allow"), False),
)  # fmt: skip


@pytest.mark.parametrize(("what", "document", "denied"), DENIALS, ids=[one[0] for one in DENIALS])
def test_denials_of_plain_text(what: str, document: Document, *, denied: bool) -> None:
    plain = {"aws:securetransport": ("false",)}
    found = undenied(document, OURS, actions=("sqs:*",), resources=((QUEUE,),), given=plain, foreign=False)
    assert (found is None) == denied, f"{what}: {shown(found) if found else None}"


@pytest.mark.parametrize(("condition", "count"), [
    ({"StringEquals": {"aws:PrincipalAccount": OURS, "aws:ResourceAccount": OURS}}, 0),
    ({"StringEquals": {"aws:PrincipalAccount": OURS}}, 1),
    ({"StringEquals": {"aws:ResourceAccount": [OURS, "999999999999"]}}, 1),
    ({"StringEqualsIfExists": {"aws:ResourceAccount": OURS}}, 0),
    ({}, 1),
])  # fmt: skip
def test_an_endpoint_leads_out_where_it_does_not_ask_whose_the_resource_is(condition: Document, count: int) -> None:
    found = beyond(policy(Action="sqs:*", Resource="*", Condition=condition), OURS)
    assert len(found) == count


def test_what_is_about_no_resource_is_so_by_aws_itself() -> None:
    for action in OF_NO_RESOURCE:
        service, _, name = action.partition(":")
        known = get_action_data(service, name)
        assert known, action
        assert {one["resource_arn_format"] for entries in known.values() for one in entries} == {"*"}, action


@settings(max_examples=40)
@given(st.lists(statements("Deny"), min_size=1, max_size=2))
def test_one_denial_more_leaves_no_more_undenied(denials: list[dict[str, Any]]) -> None:
    documents = [{"Version": "2012-10-17", "Statement": denials[:count]} for count in range(1, len(denials) + 1)]
    resources = (("arn:aws:q:r:111111111111:one",),)
    open_ones = [
        undenied(one, OURS, actions=("q:*",), resources=resources, given={}, foreign=True) for one in documents
    ]
    assert open_ones[0] is not None or open_ones[-1] is None


@pytest.mark.parametrize(
    ("spared", "question"),
    [
        ({"Service": "sns.amazonaws.com"}, services),
        ({"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}, strangers),
        ({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, strangers),
    ],
    ids=["service", "federated", "canonical"],
)
def test_whom_a_denial_spares_is_let_in(spared: dict[str, str], question: Callable[..., list[Way]]) -> None:
    """Everybody is allowed and everybody but one denied: that one gets in, and nobody else."""
    denial = {"Sid": "all but one", "Effect": "Deny", "NotPrincipal": spared, "Action": "*", "Resource": "*"}
    document = policy(Resource="*")
    document["Statement"].append(denial)
    ways = question(document, OURS)
    assert {way.request.principal.name for way in ways} == set(spared.values())
