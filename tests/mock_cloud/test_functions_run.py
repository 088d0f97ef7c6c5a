"""A function runs as in Lambda: its own process, its role, its variables, its time; what it says is in its log."""

from __future__ import annotations

import base64
import json
import os
import urllib.request
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from fixtures.mock_cloud.process import MockCloud, running
from tests.mock_cloud.account import Account
from tests.mock_cloud.running import ask, log_of, make_function
from tests.patience import eventually

ECHO = """
    import os
    def handler(event, context):
        print("heard", event)
        return {"event": event, "pid": os.getpid(), "arn": context.invoked_function_arn, "id": context.aws_request_id,
                "left": context.get_remaining_time_in_millis()}
"""


def test_it_answers_and_its_process_is_used_again(account: Account) -> None:
    arn = make_function(account, ECHO)
    first, second = ask(account, "f", {"a": 1}), ask(account, "f", {"a": 2})
    assert (first.status, first.error, first.version) == (200, None, "$LATEST")
    assert (first.payload["event"], second.payload["event"]) == ({"a": 1}, {"a": 2})
    assert first.payload["arn"] == arn
    assert first.payload["pid"] == second.payload["pid"] != os.getpid()
    assert first.payload["id"] != second.payload["id"]
    assert 0 < first.payload["left"] <= 10_000


def test_it_finds_its_variables_and_nothing_of_this_machine(account: Account) -> None:
    source = "import os\ndef handler(event, context): return dict(os.environ)"
    said = {"A": "1", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "https://ws-origin.example.com"}
    make_function(account, source, MemorySize=256, Environment={"Variables": said})
    found = ask(account, "f").payload
    assert found["A"] == "1"
    assert found["AWS_ENDPOINT_URL"] == account.endpoint
    assert found["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"].startswith(account.endpoint)
    told = {name: found[f"AWS_LAMBDA_FUNCTION_{name}"] for name in ("NAME", "VERSION", "MEMORY_SIZE")}
    assert told == {"NAME": "f", "VERSION": "$LATEST", "MEMORY_SIZE": "256"}
    assert (found["_HANDLER"], found["AWS_REGION"]) == ("index.handler", "us-east-1")
    own = {name for name in found if not name.startswith(("AWS_", "LAMBDA_"))}
    assert own <= {"A", "PATH", "LD_LIBRARY_PATH", "HOME", "LANG", "TZ", "_HANDLER", "LC_CTYPE"}
    assert Path(found["HOME"]) != Path.home()


def test_it_is_its_role_and_calls_back_while_it_is_waited_for(account: Account) -> None:
    source = """
        import boto3
        def handler(event, context):
            boto3.client("sqs").create_queue(QueueName="made")
            return boto3.client("sts").get_caller_identity()["Arn"]
    """
    make_function(account, source)
    assert ask(account, "f").payload == f"arn:aws:sts::{account.id}:assumed-role/role-of-f/f"
    assert account.client("sqs").list_queues()["QueueUrls"]


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("def handler(event, context): raise ValueError('no')", "ValueError", "no"),
        ("import nothing_such", "Runtime.ImportModuleError", "Unable to import module 'index'"),
        ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'"),
        ("def handler(event, context): return object()", "TypeError", "not JSON serializable"),
        ("import os\ndef handler(event, context): os._exit(3)", "Runtime.ExitError", "Runtime exited"),
        ("import sys\ndef handler(event, context): sys.exit(3)", "Runtime.ExitError", "exit code 3"),
    ],
)
def test_what_it_raises_is_told(account: Account, source: str, kind: str, message: str) -> None:
    make_function(account, source)
    for _ in range(2):  # whatever ended is begun anew
        found = ask(account, "f")
        assert (found.status, found.error, found.payload["errorType"]) == (200, "Unhandled", kind)
        assert message in found.payload["errorMessage"]


def test_a_trace_names_the_function_s_own_lines_only(account: Account) -> None:
    make_function(account, "def handler(event, context):\n    raise ValueError('no')")
    (frame,) = ask(account, "f").payload["stackTrace"]
    assert 'index.py", line 2, in handler' in frame


def test_it_is_ended_when_its_time_is_over(account: Account) -> None:
    source = "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()"
    make_function(account, source, Timeout=1)
    before = ask(account, "f", 0).payload
    found = ask(account, "f", 30)
    assert (found.error, found.payload["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert found.payload["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert ask(account, "f", 0).payload != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_an_update_ends_what_was_before(account: Account) -> None:
    source = "import os\ndef handler(event, context): return [os.getpid(), os.environ.get('A')]"
    make_function(account, source)
    before, _ = ask(account, "f").payload
    account.client("lambda").update_function_configuration(FunctionName="f", Environment={"Variables": {"A": "2"}})
    after, said = ask(account, "f").payload
    assert (after != before, said) == (True, "2")
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_what_it_prints_is_in_its_log(account: Account) -> None:
    make_function(account, ECHO)
    found = account.client("lambda").invoke(FunctionName="f", Payload=b'"x"', LogType="Tail")
    start, line, end, report = log_of(account, "/aws/lambda/f")
    one = json.loads(found["Payload"].read())["id"]
    assert start == f"START RequestId: {one} Version: $LATEST"
    assert (line, end) == ("heard x", f"END RequestId: {one}")
    assert report.startswith(f"REPORT RequestId: {one}\tDuration: ")
    assert "Init Duration: " in report
    assert base64.b64decode(found["LogResult"]).decode() == f"{start}\n{line}\n{end}\n{report}"


def test_a_log_may_be_json_and_lie_elsewhere(account: Account) -> None:
    account.client("logs").create_log_group(logGroupName="elsewhere")
    made = {"LogFormat": "JSON", "LogGroup": "elsewhere"}
    make_function(account, "def handler(event, context): raise ValueError('no')", LoggingConfig=made)
    ask(account, "f")
    start, error, report = [json.loads(line) for line in log_of(account, "elsewhere")]
    assert (start["type"], report["type"], report["record"]["status"]) == (
        "platform.start", "platform.report", "error",
    )  # fmt: skip
    assert (error["level"], error["errorType"], error["errorMessage"]) == ("ERROR", "ValueError", "no")


def test_long_logs_and_long_events_do_not_wait_for_one_another(account: Account) -> None:
    source = "def handler(event, context):\n    print('y' * 300_000)\n    return len(event)"
    make_function(account, source)
    assert ask(account, "f", "x" * 300_000).payload == 300_000


def test_nothing_runs_when_it_is_only_asked_whether_it_may(account: Account) -> None:
    make_function(account, ECHO)
    assert ask(account, "f", InvocationType="DryRun").status == 204
    assert not account.client("logs").describe_log_groups()["logGroups"]


def test_what_is_no_json_and_what_is_too_much_is_refused(account: Account) -> None:
    make_function(account, ECHO)
    with pytest.raises(ClientError, match="InvalidRequestContentException"):
        account.client("lambda").invoke(FunctionName="f", Payload=b"{")
    account.client("lambda").put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        ask(account, "f")


def test_an_event_is_tried_three_times_and_then_lies_among_the_dead_letters(account: Account) -> None:
    sqs = account.client("sqs")
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "failed")]
    arns = [f"arn:aws:sqs:us-east-1:{account.id}:{name}" for name in ("dead", "failed")]
    make_function(
        account, "def handler(event, context): raise ValueError('no')", DeadLetterConfig={"TargetArn": arns[0]}
    )
    account.client("lambda").put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnFailure": {"Destination": arns[1]}}
    )
    assert ask(account, "f", {"a": 1}, InvocationType="Event").status == 202
    (letter,) = eventually(lambda: sqs.receive_message(QueueUrl=urls[0], MessageAttributeNames=["All"]).get("Messages"))
    assert (json.loads(letter["Body"]), letter["MessageAttributes"]["ErrorMessage"]["StringValue"]) == ({"a": 1}, "no")
    (record,) = sqs.receive_message(QueueUrl=urls[1])["Messages"]
    told = json.loads(record["Body"])
    assert (told["requestContext"]["condition"], told["requestContext"]["approximateInvokeCount"]) == (
        "RetriesExhausted", 3,
    )  # fmt: skip
    assert told["responsePayload"]["errorType"] == "ValueError"


def test_a_copy_of_the_mock_cloud_has_processes_of_its_own(account: Account) -> None:
    make_function(account, ECHO)
    mine = ask(account, "f").payload["pid"]
    with MockCloud(account.endpoint, 0).fork() as copy:
        there = Account(account.id, copy.endpoint, account.session)
        theirs = ask(there, "f").payload["pid"]
        assert theirs != mine
        assert ask(account, "f").payload["pid"] == mine

    def gone() -> bool:
        return not Path(f"/proc/{theirs}").exists()

    eventually(gone)
    assert ask(account, "f").payload["pid"] == mine


def test_a_reset_leaves_no_process_with_credentials_that_nobody_knows() -> None:
    source = "import boto3\ndef handler(event, context): return boto3.client('sts').get_caller_identity()['Arn']"
    with running() as cloud:
        for _ in range(2):
            account = Account.enter(cloud.endpoint, "500000000099")
            make_function(account, source)
            assert ask(account, "f").payload == f"arn:aws:sts::{account.id}:assumed-role/role-of-f/f"
            with urllib.request.urlopen(f"{cloud.endpoint}/moto-api/reset", b"") as answer:  # noqa: S310
                assert answer.status == 200
