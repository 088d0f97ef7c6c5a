"""An answer of AWS is believed only when it is whole; everything else is a gap that says what was wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fixtures.aws.access import Credentials, Limits
from fixtures.aws.gateway import Gateway
from fixtures.aws.ledger import CouldNotLook, Gap
from infra.errors import InputError
from tests.gateway.stub import Reply, answering

EC2_SUBNETS = b"""<DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
<requestId>r-1</requestId><subnetSet><item><subnetId>subnet-1</subnetId></item></subnetSet></DescribeSubnetsResponse>"""
RDS_GROUPS = b"""<DescribeDBSubnetGroupsResponse><DescribeDBSubnetGroupsResult><DBSubnetGroups/>
</DescribeDBSubnetGroupsResult><ResponseMetadata><RequestId>r-2</RequestId></ResponseMetadata>
</DescribeDBSubnetGroupsResponse>"""
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"
XHTML = b"<html><body>Please log in</body></html>"
TABLES = b'{"TableNames": ["connections"]}'
AT = datetime(2026, 11, 22, tzinfo=UTC)


def _name(body: bytes) -> str:
    return body[:12].decode() or "empty"


def gateway_at(endpoint: str, limits: Limits | None = None) -> Gateway:
    return Gateway(
        "us-east-1",
        endpoint=endpoint,
        credentials=Credentials("key", "secret"),
        limits=limits or Limits(attempts=1),
        clock=lambda: AT,
    )


def gap_of(replies: list[Reply], service: str, operation: str, **parameters: str) -> Gap:
    with answering(replies) as (endpoint, _), pytest.raises(CouldNotLook) as caught:
        gateway_at(endpoint).call(service, operation, **parameters)
    return caught.value.gap


def test_a_sound_answer_is_given_with_its_request_as_source() -> None:
    with answering([Reply(TABLES)]) as (endpoint, _):
        answer = gateway_at(endpoint).call("dynamodb", "ListTables")
    assert list(answer.all("TableNames")) == ["connections"]
    assert answer.source.text == "dynamodb:ListTables request request-1"
    assert answer.source.read_at == AT


@pytest.mark.parametrize(
    "body",
    [b"", HTML, XHTML, TABLES[:-5], b"[]", b"null", b'"x"', b"{}"],
    ids=_name,
)
@pytest.mark.parametrize(
    ("service", "operation"), [("dynamodb", "ListTables"), ("kms", "ListKeys"), ("lambda", "ListFunctions")]
)
def test_a_200_that_is_no_json_answer_is_malformed(body: bytes, service: str, operation: str) -> None:
    assert gap_of([Reply(body)], service, operation).kind == "malformed"


@pytest.mark.parametrize("body", [b"", HTML, XHTML, EC2_SUBNETS[:-40], b"<Foreign/>", b"{}"], ids=_name)
@pytest.mark.parametrize(
    ("service", "operation"),
    [("ec2", "DescribeSubnets"), ("rds", "DescribeDBSubnetGroups"), ("sns", "ListTopics"), ("iam", "ListRoles")],
)
def test_a_200_that_is_no_xml_answer_is_malformed(body: bytes, service: str, operation: str) -> None:
    assert gap_of([Reply(body)], service, operation).kind == "malformed"


def test_the_right_root_without_the_list_is_malformed() -> None:
    body = EC2_SUBNETS.replace(b"subnetSet", b"otherSet")
    assert "lacks Subnets" in gap_of([Reply(body)], "ec2", "DescribeSubnets").detail


def test_an_empty_list_is_an_answer() -> None:
    with answering([Reply(RDS_GROUPS)]) as (endpoint, _):
        assert list(gateway_at(endpoint).call("rds", "DescribeDBSubnetGroups").all("DBSubnetGroups")) == []


@pytest.mark.parametrize("events", [1, 2])
def test_an_element_that_may_be_repeated_may_be_there_once(events: int) -> None:
    """S3 writes the events of a target one beside the other, with nothing around them."""
    event = "<Event>s3:ObjectCreated:*</Event>" * events
    queue = f"<QueueConfiguration><Id>i</Id><Queue>arn:aws:sqs:us-east-1:1:q</Queue>{event}</QueueConfiguration>"
    body = f"<NotificationConfiguration>{queue}</NotificationConfiguration>".encode()
    with answering([Reply(body)]) as (endpoint, _):
        answer = gateway_at(endpoint).call("s3", "GetBucketNotificationConfiguration", Bucket="bucket")
    [told] = answer.all("QueueConfigurations")
    assert told["Events"] == ["s3:ObjectCreated:*"] * events


def test_an_answer_without_a_request_id_is_malformed() -> None:
    assert "request id" in gap_of([Reply(TABLES, request_id=None)], "dynamodb", "ListTables").detail


def test_an_announced_length_that_does_not_come_is_no_answer() -> None:
    gap = gap_of([Reply(TABLES, announced=500)], "dynamodb", "ListTables")
    assert gap.kind in ("malformed", "unreachable")


def test_a_second_page_without_its_list_is_malformed() -> None:
    first = b'{"TableNames": ["aaa"], "LastEvaluatedTableName": "aaa"}'
    gap = gap_of([Reply(first), Reply(b"{}")], "dynamodb", "ListTables")
    assert "page 2 lacks TableNames" in gap.detail


def test_every_page_is_read() -> None:
    first = b'{"TableNames": ["aaa"], "LastEvaluatedTableName": "aaa"}'
    with answering([Reply(first), Reply(TABLES)]) as (endpoint, asked):
        gateway = gateway_at(endpoint)
        names = list(gateway.call("dynamodb", "ListTables").all("TableNames"))
    assert names == ["aaa", "connections"]
    assert len(asked) == 2
    assert gateway.ledger.calls[0].pages == 2


def test_a_next_page_that_cannot_be_is_malformed() -> None:
    page = b'{"TableNames": ["aaa"], "LastEvaluatedTableName": "a"}'
    assert "next page" in gap_of([Reply(page)], "dynamodb", "ListTables").detail


def test_a_repeated_page_token_ends_in_a_gap() -> None:
    page = b'{"TableNames": ["aaa"], "LastEvaluatedTableName": "aaa"}'
    assert gap_of([Reply(page)], "dynamodb", "ListTables").kind == "malformed"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "", "denied"),
        (400, "AccessDeniedException", "denied"),
        (400, "UnrecognizedClientException", "denied"),
        (403, "ThrottlingException", "denied"),
        (429, "", "throttled"),
        (400, "ThrottlingException", "throttled"),
        (500, "InternalServerError", "server_error"),
        (503, "", "server_error"),
        (400, "ValidationException", "refused"),
    ],
)
def test_an_error_is_classified_by_status_first(status: int, code: str, kind: str) -> None:
    body = f'{{"__type": "{code}"}}'.encode() if code else b"<html/>"
    assert gap_of([Reply(body, status=status)], "dynamodb", "ListTables").kind == kind


def test_only_a_listed_error_means_that_there_is_none() -> None:
    reply = Reply(b'{"__type": "PolicyNotFoundException", "message": "none"}', status=400)
    with answering([reply]) as (endpoint, _):
        assert gateway_at(endpoint).call("dynamodb", "GetResourcePolicy", ResourceArn="arn:aws:x").absent
    reply = Reply(b'{"__type": "ResourceNotFoundException", "message": "none"}', status=400)
    assert gap_of([reply], "dynamodb", "GetResourcePolicy", ResourceArn="arn:aws:x").kind == "refused"


def test_a_denial_never_means_that_there_is_none() -> None:
    reply = Reply(b'{"__type": "PolicyNotFoundException", "message": "none"}', status=403)
    assert gap_of([reply], "dynamodb", "GetResourcePolicy", ResourceArn="arn:aws:x").kind == "denied"


def test_what_looks_like_a_denial_means_none_only_in_the_words_that_a_row_knows() -> None:
    """Security Hub says so that nobody subscribed; of who may not look it says other words with the same code."""
    code = '{"__type": "InvalidAccessException", "message": "%s"}'
    nobody = Reply((code % "Account 1 is not subscribed to AWS Security Hub").encode(), status=401)
    with answering([nobody]) as (endpoint, _):
        assert gateway_at(endpoint).call("securityhub", "DescribeHub").absent
    for reply in (
        Reply((code % "not permitted").encode(), status=401),
        Reply(b'{"__type": "AccessDeniedException", "message": "is not subscribed to AWS Security Hub"}', status=403),
    ):
        assert gap_of([reply], "securityhub", "DescribeHub").kind == "denied"


def test_an_answer_that_drips_is_given_up_at_the_deadline() -> None:
    limits = Limits(call_seconds=0.3, attempts=1)
    with answering([Reply(b"", announced=10**6, drip=0.01)]) as (endpoint, _), pytest.raises(CouldNotLook) as caught:
        gateway_at(endpoint, limits).call("dynamodb", "ListTables")
    assert caught.value.gap.kind == "timeout"


def test_a_run_that_is_out_of_time_asks_nothing_more() -> None:
    with answering([Reply(TABLES)]) as (endpoint, asked), pytest.raises(CouldNotLook) as caught:
        gateway_at(endpoint, Limits(run_seconds=0)).call("dynamodb", "ListTables")
    assert caught.value.gap.kind == "timeout"
    assert asked == []


def test_nobody_listening_is_unreachable() -> None:
    with pytest.raises(CouldNotLook) as caught:
        gateway_at("http://127.0.0.1:9").call("dynamodb", "ListTables")
    assert caught.value.gap.kind == "unreachable"


def test_a_throttled_call_is_tried_again_and_counted() -> None:
    throttled = Reply(b'{"__type": "ThrottlingException"}', status=400)
    with answering([throttled, Reply(TABLES)]) as (endpoint, _):
        gateway = gateway_at(endpoint, Limits(attempts=2))
        assert list(gateway.call("dynamodb", "ListTables").all("TableNames")) == ["connections"]
    assert gateway.ledger.calls[0].retries == 1


def test_every_call_is_in_the_ledger_also_the_failed_ones() -> None:
    with answering([Reply(b"", status=403)]) as (endpoint, _):
        gateway = gateway_at(endpoint)
        with pytest.raises(CouldNotLook):
            gateway.call("dynamodb", "DescribeTable", TableName="connections")
    (call,) = gateway.ledger.calls
    assert (call.outcome, call.status, call.parameters) == ("denied", 403, {"TableName": "connections"})


def test_secrets_and_control_characters_stay_out_of_gaps() -> None:
    reply = Reply(b'{"__type": "AccessDeniedException", "message": "key AKIAIOSFODNN7EXAMPLE \\u001b[2J"}', status=400)
    detail = gap_of([reply], "dynamodb", "ListTables").detail
    assert "AKIAIOSFODNN7EXAMPLE" not in detail
    assert detail.isprintable()


OBJECT = {"Bucket": "records", "Key": "deployments/a.json"}


def test_an_object_is_given_whole_whatever_it_holds() -> None:
    for body in (b"", HTML, b"{", b"\x00\xff" * 50_000):
        with answering([Reply(body)]) as (endpoint, _):
            assert gateway_at(endpoint).call("s3", "GetObject", **OBJECT)["Body"] == body


def test_an_object_that_is_cut_off_or_too_large_is_a_gap() -> None:
    cut = gap_of([Reply(b"{}", announced=3)], "s3", "GetObject", **OBJECT)
    assert cut.kind in ("malformed", "unreachable")
    large = gap_of([Reply(b"{}", announced=1_000_001)], "s3", "GetObject", **OBJECT)
    assert (large.kind, large.detail) == ("malformed", "1000001 bytes are announced: expected 1000000 at most")


def test_a_call_that_no_row_asks_is_refused_before_it_is_made() -> None:
    with pytest.raises(InputError, match="no row asks s3:ListParts"):
        gateway_at("http://127.0.0.1:9").call("s3", "ListParts")


def test_a_wrong_parameter_is_our_mistake_and_no_gap() -> None:
    with pytest.raises(Exception, match="Unknown parameter"):
        gateway_at("http://127.0.0.1:9").call("dynamodb", "ListTables", Foo=1)


BUCKETS = (
    b'<?xml version="1.0"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<Owner><ID>o</ID></Owner><Buckets><Bucket><Name>logs</Name></Bucket></Buckets></ListAllMyBucketsResult>"
)
BLOCK = b"<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>"
RULES = b"<ServerSideEncryptionConfiguration><Rule></Rule></ServerSideEncryptionConfiguration>"
SOUND = {
    "ListBuckets": BUCKETS, "GetPublicAccessBlock": BLOCK, "GetBucketEncryption": RULES,
    "GetBucketPolicy": b'{"Statement": []}', "GetBucketTagging": b"<Tagging><TagSet></TagSet></Tagging>",
}  # fmt: skip
UNSOUND = {
    "html": b"<!DOCTYPE html><html><body>Please sign in.</body></html>", "empty": b"", "text": b"upstream error",
    "error": b"<Error><Code>InternalError</Code></Error>", "other": b"<Other/>", "number": b"7",
}  # fmt: skip


@pytest.mark.parametrize("operation", SOUND)
def test_a_sound_answer_of_s3_is_believed(operation: str) -> None:
    parameters = {} if operation == "ListBuckets" else {"Bucket": "logs"}
    with answering([Reply(SOUND[operation])]) as (endpoint, _):
        assert gateway_at(endpoint).call("s3", operation, **parameters).pages


@pytest.mark.parametrize("operation", SOUND)
@pytest.mark.parametrize("odd", [*UNSOUND, "cut", "announced"])
def test_an_answer_that_s3_would_not_give_is_not_believed(operation: str, odd: str) -> None:
    parameters = {} if operation == "ListBuckets" else {"Bucket": "logs"}
    body = UNSOUND.get(odd, SOUND[operation][: len(SOUND[operation]) // 2])
    announced = len(SOUND[operation]) if odd == "announced" else None
    gap = gap_of([Reply(body, announced=announced)], "s3", operation, **parameters)
    assert gap.kind in ("malformed", "unreachable", "server_error")  # botocore takes some of them for a server's error
