"""A queue feeds a function: batches, partial answers, the visibility timeout and the dead letters, as on AWS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.mock_cloud.account import Account
from tests.mock_cloud.running import log_of, make_function, tell
from tests.patience import eventually

TAKES = """
    import json
    def handler(event, context):
        print("batch " + json.dumps([one["body"] for one in event["Records"]]))
        bad = [one["messageId"] for one in event["Records"] if one["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}
"""
ANSWERS = "import json\ndef handler(event, context): print('batch'); return json.loads(event['Records'][0]['body'])"
VISIBLE, HIDDEN = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"


@dataclass(frozen=True)
class Queue:
    account: Account
    url: str
    arn: str

    @classmethod
    def make(cls, account: Account, name: str, **attributes: Any) -> Queue:
        url = account.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return cls(account, url, f"arn:aws:sqs:us-east-1:{account.id}:{name}")

    def send(self, *bodies: str) -> None:
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
        self.account.client("sqs").send_message_batch(QueueUrl=self.url, Entries=entries)

    def counts(self) -> tuple[int, int]:
        found = self.account.client("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=[VISIBLE, HIDDEN])
        return int(found["Attributes"][VISIBLE]), int(found["Attributes"][HIDDEN])

    def is_empty(self) -> bool:
        return self.counts() == (0, 0)

    def feeds(self, function: str, **options: Any) -> str:
        made = self.account.client("lambda").create_event_source_mapping(
            FunctionName=function, EventSourceArn=self.arn, **options
        )
        return str(made["UUID"])


def batches(account: Account) -> list[list[str]]:
    return [json.loads(line.removeprefix("batch ")) for line in log_of(account, "/aws/lambda/f") if "batch" in line]


def came(account: Account) -> int:
    """How often an event has come, whatever became of it."""
    return sum("REPORT" in line for line in log_of(account, "/aws/lambda/f"))


def test_what_is_handled_is_gone(account: Account) -> None:
    queue = Queue.make(account, "q")
    make_function(account, TAKES)
    queue.send("before")  # what waits already is for the mapping, too
    queue.feeds("f", FunctionResponseTypes=["ReportBatchItemFailures"], BatchSize=2)
    eventually(queue.is_empty)
    queue.send("a", "b", "c")
    eventually(queue.is_empty)
    taken = batches(account)
    assert sorted(body for batch in taken for body in batch) == ["a", "b", "before", "c"]
    assert max(map(len, taken)) <= 2


def test_one_bad_message_comes_again_alone_and_ends_among_the_dead_letters(account: Account) -> None:
    dead = Queue.make(account, "dead")
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2})
    queue = Queue.make(account, "q", VisibilityTimeout="180", RedrivePolicy=redrive)
    make_function(account, TAKES)
    queue.feeds("f", FunctionResponseTypes=["ReportBatchItemFailures"])
    queue.send("good", "bad")
    eventually(lambda: queue.counts() == (0, 1))
    tell(account.endpoint, **{"pass": 181})
    eventually(lambda: len([batch for batch in batches(account) if "bad" in batch]) == 2)
    assert batches(account)[-1] == ["bad"]
    tell(account.endpoint, **{"pass": 181})
    eventually(queue.is_empty)
    (letter,) = account.client("sqs").receive_message(QueueUrl=dead.url)["Messages"]
    assert letter["Body"] == "bad"


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (None, 0), ({}, 0), ({"batchItemFailures": []}, 0), ({"batchItemFailures": None}, 0),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, 1), ({"batchItemFailures": [{"itemIdentifier": "x"}]}, 1),
        ({"batchItemFailures": [{"wrong": "x"}]}, 1), ("text", 1),
    ],
)  # fmt: skip
def test_an_answer_that_says_nothing_is_success_and_one_that_makes_no_sense_is_failure(
    account: Account, answer: Any, left: int
) -> None:
    queue = Queue.make(account, "q", VisibilityTimeout="600")
    make_function(account, ANSWERS)
    queue.feeds("f", FunctionResponseTypes=["ReportBatchItemFailures"])
    queue.send(json.dumps(answer))
    eventually(lambda: queue.counts() == (0, left) and came(account) == 1)
    tell(account.endpoint, **{"pass": 601})
    if left:
        eventually(lambda: came(account) == 2)
    else:
        assert queue.is_empty()


def test_a_function_that_throws_brings_back_the_whole_batch(account: Account) -> None:
    queue = Queue.make(account, "q", VisibilityTimeout="600")
    make_function(account, "def handler(event, context): raise ValueError('no')")
    queue.send("a", "b")
    queue.feeds("f")
    eventually(lambda: queue.counts() == (0, 2) and came(account) == 1)
    tell(account.endpoint, **{"pass": 601})
    eventually(lambda: came(account) == 2)


def test_a_mapping_that_is_off_takes_nothing_until_it_is_on(account: Account) -> None:
    queue = Queue.make(account, "q")
    make_function(account, TAKES)
    mapping = queue.feeds("f", Enabled=False)
    queue.send("a")
    assert queue.counts() == (1, 0)
    account.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    eventually(queue.is_empty)


def test_a_topic_hands_over_the_message_as_it_is_or_in_an_envelope(account: Account) -> None:
    raw, wrapped = Queue.make(account, "raw"), Queue.make(account, "wrapped")
    sns = account.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    for queue, said in ((raw, "true"), (wrapped, "false")):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes={"RawMessageDelivery": said})
    make_function(account, TAKES)
    raw.feeds("f")
    sns.publish(TopicArn=topic, Message="as it is")
    eventually(raw.is_empty)
    assert eventually(lambda: batches(account)) == [["as it is"]]
    (message,) = account.client("sqs").receive_message(QueueUrl=wrapped.url)["Messages"]
    assert json.loads(message["Body"])["Message"] == "as it is"


def test_who_waits_for_a_message_keeps_nobody_else_waiting(account: Account) -> None:
    queue, other = Queue.make(account, "q"), Queue.make(account, "other")
    source = f"""
        import boto3
        def handler(event, context):
            boto3.client("sqs").send_message(QueueUrl={other.url!r}, MessageBody="here")
    """
    make_function(account, source)
    queue.feeds("f")
    queue.send("a")
    found = account.client("sqs").receive_message(QueueUrl=other.url, WaitTimeSeconds=20)
    assert [one["Body"] for one in found["Messages"]] == ["here"]
