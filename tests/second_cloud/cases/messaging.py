"""SNS and SQS: topics, who hears them, queues and where dead letters go."""

from __future__ import annotations

import json

from tests.second_cloud.cases.made import MAP, TEAM, Case, Client, Made, key, policy, queue, role, topic


def _topic(client: Client) -> Made:
    sns, writes, encrypts = client("sns"), role(client, "sns"), key(client)
    arn = sns.create_topic(
        Name="tried.fifo", Tags=TEAM, Attributes={
            "FifoTopic": "true", "ContentBasedDeduplication": "true", "DisplayName": "d", "KmsMasterKeyId": encrypts,
            "SignatureVersion": "2", "TracingConfig": "Active",
        },
    )["TopicArn"]  # fmt: skip
    sns.set_topic_attributes(TopicArn=arn, AttributeName="SQSSuccessFeedbackRoleArn", AttributeValue=writes)
    sns.set_topic_attributes(TopicArn=arn, AttributeName="SQSFailureFeedbackRoleArn", AttributeValue=writes)
    sns.set_topic_attributes(TopicArn=arn, AttributeName="SQSSuccessFeedbackSampleRate", AttributeValue="50")
    log = {
        "Protocol": "sqs", "SuccessFeedbackRoleArn": writes, "SuccessFeedbackSampleRate": "50",
        "FailureFeedbackRoleArn": writes,
    }  # fmt: skip
    return {arn: {
        "TopicName": "tried.fifo", "FifoTopic": True, "ContentBasedDeduplication": True, "DisplayName": "d",
        "KmsMasterKeyId": encrypts, "SignatureVersion": "2", "TracingConfig": "Active",
        "DeliveryStatusLogging": [log], "Tags": TEAM,
    }}  # fmt: skip


def _topic_policy(client: Client) -> Made:
    arn = topic(client)
    allowed = policy("sns:Publish", arn)
    client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(allowed))
    return {f"{arn}|policy": {"Topics": [arn], "PolicyDocument": allowed}}


def _subscription(client: Client) -> Made:
    sns, arn = client("sns"), topic(client)
    _, hears = queue(client)
    _, dead = queue(client, "dead")
    only, redrive = {"kind": ["storm"]}, {"deadLetterTargetArn": dead}
    made = sns.subscribe(
        TopicArn=arn, Protocol="sqs", Endpoint=hears, ReturnSubscriptionArn=True, Attributes={
            "RawMessageDelivery": "true", "FilterPolicy": json.dumps(only), "FilterPolicyScope": "MessageBody",
            "RedrivePolicy": json.dumps(redrive),
        },
    )["SubscriptionArn"]  # fmt: skip
    return {made: {
        "TopicArn": arn, "Protocol": "sqs", "Endpoint": hears, "RawMessageDelivery": True, "FilterPolicy": only,
        "FilterPolicyScope": "MessageBody", "RedrivePolicy": redrive,
    }}  # fmt: skip


def _queue(client: Client) -> Made:
    sqs, (dead, dead_arn) = client("sqs"), queue(client, "dead")
    encrypts = key(client)
    redrive = {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3}
    allows = {"redrivePermission": "byQueue", "sourceQueueArns": [dead_arn.replace(":dead", ":tried")]}
    sqs.set_queue_attributes(
        QueueUrl=dead, Attributes={"RedriveAllowPolicy": json.dumps(allows), "SqsManagedSseEnabled": "true"}
    )
    url = sqs.create_queue(
        QueueName="tried", tags=MAP, Attributes={
            "VisibilityTimeout": "180", "MessageRetentionPeriod": "86400", "DelaySeconds": "7",
            "MaximumMessageSize": "2048", "ReceiveMessageWaitTimeSeconds": "20", "KmsMasterKeyId": encrypts,
            "KmsDataKeyReusePeriodSeconds": "600", "RedrivePolicy": json.dumps(redrive),
        },
    )["QueueUrl"]  # fmt: skip
    return {
        url: {
            "QueueName": "tried", "VisibilityTimeout": 180, "MessageRetentionPeriod": 86400, "DelaySeconds": 7,
            "MaximumMessageSize": 2048, "ReceiveMessageWaitTimeSeconds": 20, "KmsMasterKeyId": encrypts,
            "KmsDataKeyReusePeriodSeconds": 600, "RedrivePolicy": redrive, "SqsManagedSseEnabled": False, "Tags": TEAM,
        },
        dead: {
            "QueueName": "dead", "VisibilityTimeout": 30, "MessageRetentionPeriod": 345600, "DelaySeconds": 0,
            "MaximumMessageSize": 1048576, "ReceiveMessageWaitTimeSeconds": 0, "RedriveAllowPolicy": allows,
            "SqsManagedSseEnabled": True, "Tags": [],
        },
    }  # fmt: skip


def _queue_policy(client: Client) -> Made:
    url, arn = queue(client)
    queue(client, "open")
    allowed = policy("sqs:SendMessage", arn)
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(allowed)})
    return {f"{url}|policy": {"Queues": [url], "PolicyDocument": allowed}}


CASES: dict[str, Case] = {
    "AWS::SNS::Topic": _topic,
    "AWS::SNS::TopicPolicy": _topic_policy,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
}
