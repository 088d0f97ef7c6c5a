"""Messages of dead-letter queues are moved by tasks, as SQS does it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.mock_cloud.account import Account


class Queues:
    """A queue that gives up a message after the first attempt, its dead letters, and a third."""

    def __init__(self, account: Account, **allowed: Any) -> None:
        self.sqs = account.client("sqs")
        self.account = account.id
        policy = {"RedriveAllowPolicy": json.dumps(allowed)} if allowed else {}
        self.letters = self.make("letters", **policy)
        leads = {"deadLetterTargetArn": self.letters, "maxReceiveCount": 1}
        self.source = self.make("source", RedrivePolicy=json.dumps(leads), VisibilityTimeout="0")
        self.third = self.make("third")

    def make(self, name: str, **attributes: str) -> str:
        self.sqs.create_queue(QueueName=name, Attributes=attributes)
        return f"arn:aws:sqs:us-east-1:{self.account}:{name}"

    def url(self, arn: str) -> str:
        return str(self.sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"])

    def send(self, arn: str, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url(arn), MessageBody=body)

    def give_up(self, *bodies: str) -> None:
        self.send(self.source, *bodies)
        for _ in range(2):
            self.sqs.receive_message(QueueUrl=self.url(self.source), MaxNumberOfMessages=10)

    def bodies(self, arn: str) -> list[str]:
        asked = {"QueueUrl": self.url(arn), "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}
        return sorted(one["Body"] for one in self.sqs.receive_message(**asked).get("Messages", []))

    def start(self, arn: str | None = None, **more: Any) -> str:
        return str(self.sqs.start_message_move_task(SourceArn=arn or self.letters, **more)["TaskHandle"])

    def tasks(self, most: int = 10) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sqs.list_message_move_tasks(SourceArn=self.letters, MaxResults=most)[
            "Results"
        ]
        return found

    def refusal(self, arn: str | None = None, **more: Any) -> tuple[str, str]:
        with pytest.raises(ClientError) as error:
            self.start(arn, **more)
        return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_messages_go_back_to_where_they_came_from(account: Account) -> None:
    queues = Queues(account)
    queues.give_up("a", "b")
    assert queues.bodies(queues.letters) == ["a", "b"]
    handle = queues.start()
    (running,) = queues.tasks()
    assert (running["TaskHandle"], running["Status"], "DestinationArn" in running) == (handle, "RUNNING", False)
    assert (running["ApproximateNumberOfMessagesMoved"], running["ApproximateNumberOfMessagesToMove"]) == (0, 2)
    (done,) = queues.tasks()
    assert (done["Status"], done["ApproximateNumberOfMessagesMoved"], "TaskHandle" in done) == ("COMPLETED", 2, False)
    assert queues.bodies(queues.letters) == []
    assert queues.bodies(queues.source) == ["a", "b"]


def test_nobody_knows_where_a_message_came_from_that_no_queue_gave_up(account: Account) -> None:
    queues = Queues(account)
    queues.send(queues.letters, "from a topic")
    queues.start()
    assert [one["Status"] for one in (*queues.tasks(), *queues.tasks())] == ["RUNNING", "FAILED"]
    assert queues.tasks()[0]["FailureReason"] == "CouldNotDetermineMessageSource"
    queues.start(DestinationArn=queues.third)
    assert queues.tasks(1)[0]["DestinationArn"] == queues.third
    assert [one["Status"] for one in queues.tasks()] == ["COMPLETED", "FAILED"]
    assert queues.bodies(queues.third) == ["from a topic"]


def test_so_many_a_second_and_no_second_task_and_an_end_of_it(account: Account) -> None:
    queues = Queues(account)
    queues.send(queues.letters, "a", "b", "c")
    queues.start(DestinationArn=queues.third, MaxNumberOfMessagesPerSecond=1)
    assert [queues.tasks()[0]["ApproximateNumberOfMessagesMoved"] for _ in range(3)] == [0, 1, 2]
    told = "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
    queues.send(queues.letters, "d")
    assert queues.tasks()[0]["Status"] == "COMPLETED"
    handle = queues.start(DestinationArn=queues.third, MaxNumberOfMessagesPerSecond=1)
    assert queues.refusal() == ("InvalidParameterValue", told)
    assert queues.sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"] == 0
    assert [one["Status"] for one in queues.tasks()] == ["CANCELLED", "COMPLETED"]
    with pytest.raises(ClientError, match="Task does not exist"):
        queues.sqs.cancel_message_move_task(TaskHandle=handle)


def test_what_is_in_flight_is_not_moved(account: Account) -> None:
    queues = Queues(account)
    queues.send(queues.letters, "a")
    queues.sqs.receive_message(QueueUrl=queues.url(queues.letters), VisibilityTimeout=60)
    queues.start(DestinationArn=queues.third)
    assert queues.tasks()[0]["ApproximateNumberOfMessagesToMove"] == 0
    assert (queues.tasks()[0]["Status"], queues.bodies(queues.third)) == ("COMPLETED", [])


def test_only_dead_letters_are_moved_and_only_to_a_queue(account: Account) -> None:
    queues = Queues(account)
    no_letters = ("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    assert queues.refusal(queues.source) == queues.refusal(queues.third) == no_letters
    nowhere = queues.third.replace("third", "nowhere")
    for asked in ({"arn": nowhere}, {"DestinationArn": nowhere}):
        code, told = queues.refusal(**asked)
        assert (code, "doesn't exist" in told) == ("ResourceNotFoundException", True)
    assert queues.refusal(DestinationArn=queues.letters)[0] == "InvalidParameterValue"
    assert queues.refusal(MaxNumberOfMessagesPerSecond=501)[0] == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("allowed", "may"),
    [
        ({"redrivePermission": "allowAll"}, True),
        ({"redrivePermission": "denyAll"}, False),
        ({"redrivePermission": "byQueue", "sourceQueueArns": ["source"]}, True),
        ({"redrivePermission": "byQueue", "sourceQueueArns": ["third"]}, False),
    ],
)
def test_dead_letters_are_of_queues_that_may_give_them_up(
    account: Account, allowed: dict[str, Any], *, may: bool
) -> None:
    place = f"arn:aws:sqs:us-east-1:{account.id}:"
    named = {
        key: [place + one for one in value] if isinstance(value, list) else value for key, value in allowed.items()
    }
    queues = Queues(account, **named)
    if may:
        assert queues.start()
    else:
        assert queues.refusal() == ("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
