"""No message is lost, read on its way, or accepted from a stranger.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.sns import Subscription, Topic, TopicPolicy
from fixtures.inventory.services.sqs import Queue, QueuePolicy
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Break, Change, Remove, control, not_applicable
from infra.environment import Environment
from suites.controls.letting_in import foreign_grants, plain_text, unbound_services
from suites.controls.looking import Link, leading_to, own_key

SECONDS_A_DAY = 86_400


def is_dead_letter_queue(inventory: Inventory, queue: Queue) -> bool:
    """Say whether another queue sends its dead letters here."""
    return any(leading_to(inventory, queue, Queue, _dead_letters_of))


def _dead_letters_of(queue: Queue) -> tuple[Link, ...]:
    return () if queue.redrive_policy is None else (queue.redrive_policy.dead_letter_target_arn,)


@control(
    "MSG-01",
    severity="high",
    satisfies=("AC2", "FSBP:SQS.1", "NIST-800-53:SC-28(1)", "PCI-4.0:3.5.1", "SOC2:CC6.1"),
    broken_by=(Remove("EventQueue.KmsMasterKeyId"), Remove("PushDeadLetterQueue.KmsMasterKeyId")),
)
def test_queues_are_encrypted_under_our_key(queue: Queue, inventory: Inventory) -> None:
    """A waiting message is stored data like any other."""
    found = own_key(inventory, queue.kms_master_key_id)
    assert found, f"is encrypted under {queue.kms_master_key_id or 'a key of SQS'}; a key of our own is promised"


@control(
    "MSG-02",
    severity="high",
    satisfies=("AC2", "FSBP:SNS.1", "NIST-800-53:SC-28(1)", "PCI-4.0:3.5.1", "SOC2:CC6.1"),
    broken_by=(Remove("AlertTopic.KmsMasterKeyId"),),
)
def test_topics_are_encrypted_under_our_key(topic: Topic, inventory: Inventory) -> None:
    """A topic keeps what it has not delivered yet, and unencrypted unless a key is named."""
    found = own_key(inventory, topic.kms_master_key_id)
    assert found, f"is encrypted under {topic.kms_master_key_id or 'no key'}; a key of our own is promised"


@control(
    "MSG-03",
    severity="high",
    satisfies=("AC1", "NIST-800-53:SC-36", "SOC2:A1.2"),
    broken_by=(Remove("EventQueue.RedrivePolicy"),),
)
def test_queues_set_aside_what_cannot_be_handled(queue: Queue, inventory: Inventory) -> None:
    """Without a dead-letter queue one poisonous message is retried until it expires, and then is gone."""
    if is_dead_letter_queue(inventory, queue):
        not_applicable("it is a dead-letter queue itself")
    policy = queue.redrive_policy
    assert policy is not None, "has no dead-letter queue; one is promised"
    target = inventory.find(Queue, policy.dead_letter_target_arn)
    assert target, f"sends dead letters to {policy.dead_letter_target_arn}, which is not there"


@control(
    "MSG-04",
    severity="medium",
    satisfies=("AC1", "SOC2:A1.2"),
    broken_by=(Change("AlertDeadLetterQueue.MessageRetentionPeriod", 345_600),),
)
def test_dead_letters_are_kept_long_enough_to_be_seen(queue: Queue, inventory: Inventory, baseline: Baseline) -> None:
    """A dead letter keeps the age of its message: a short retention loses it over a weekend."""
    if not is_dead_letter_queue(inventory, queue):
        not_applicable("it is no dead-letter queue")
    days = queue.message_retention_period / SECONDS_A_DAY
    assert days >= baseline.dead_letter_days, f"keeps {days:g} days; {baseline.dead_letter_days} are promised"


@control(
    "MSG-05",
    severity="high",
    satisfies=("AC2", "NIST-800-53:SC-8(1)", "PCI-4.0:4.2.1", "SOC2:CC6.7"),
    broken_by=(
        Remove("EventQueuePolicy.PolicyDocument.Statement.0"),
        Remove("AlertQueuePolicy"),
        # somebody forgot the !Sub: it names nothing
        Change("EventQueuePolicy.PolicyDocument.Statement.0.Resource", "${EventQueue.Arn}"),
    ),
)
def test_queues_refuse_plain_text(queue: Queue, inventory: Inventory) -> None:
    """SQS still answers on plain HTTP unless the queue's policy denies it."""
    policies = leading_to(inventory, queue, QueuePolicy, lambda one: one.queues)
    taken = plain_text(inventory, queue, [policy.policy_document for policy in policies], ("sqs:*",))
    assert taken is None, f"does not deny, without TLS, {taken}; TLS only is promised"


@control(
    "MSG-06",
    severity="high",
    satisfies=("AC2", "NIST-800-53:SC-8(1)", "PCI-4.0:4.2.1", "SOC2:CC6.7"),
    broken_by=(Remove("AlertTopicPolicy.PolicyDocument.Statement.0"), Remove("EventTopicPolicy")),
)
def test_topics_refuse_plain_text(topic: Topic, inventory: Inventory) -> None:
    """SNS still takes messages on plain HTTP unless the topic's policy denies it."""
    policies = leading_to(inventory, topic, TopicPolicy, lambda one: one.topics)
    taken = plain_text(inventory, topic, [policy.policy_document for policy in policies], ("sns:publish",))
    assert taken is None, f"does not deny, without TLS, {taken}; TLS only is promised"


@control(
    "MSG-07",
    severity="critical",
    satisfies=("AC2", "NIST-800-53:AC-6", "PCI-4.0:7.2", "SOC2:CC6.3"),
    broken_by=(
        Remove("EventQueuePolicy.PolicyDocument.Statement.1.Condition"),
        Break(
            (
                Change("AlertQueuePolicy.PolicyDocument.Statement.1.Principal", {"AWS": "999999999999"}),
                Remove("AlertQueuePolicy.PolicyDocument.Statement.1.Condition"),
            )
        ),
        Change("AlertTopicPolicy.PolicyDocument.Statement.1.Principal", "*"),
    ),
)
def test_nobody_else_may_send(policy: QueuePolicy | TopicPolicy, environment: Environment) -> None:
    """A false event is a false alert to every client who trades on it."""
    document = policy.policy_document
    found = [*foreign_grants(document, environment.account), *unbound_services(document, environment.account)]
    assert not found, f"{'; '.join(found)}; only account {environment.account} and its topics are promised"


@control(
    "MSG-08",
    severity="low",
    satisfies=("AC2", "NIST-800-53:AC-6", "SOC2:CC6.3"),
    broken_by=(
        Remove("AlertDeadLetterQueue.RedriveAllowPolicy"),
        Change("PushDeadLetterQueue.RedriveAllowPolicy", {"redrivePermission": "allowAll"}),
    ),
)
def test_dead_letter_queues_take_from_their_own_queue_only(queue: Queue, inventory: Inventory) -> None:
    """Strange dead letters hide our own."""
    if not is_dead_letter_queue(inventory, queue):
        not_applicable("it is no dead-letter queue")
    allowed = queue.redrive_allow_policy
    permission = allowed.redrive_permission if allowed else "allowAll"
    assert permission == "byQueue", f"takes dead letters from {permission}; byQueue is promised"


@control(
    "MSG-09",
    severity="low",
    satisfies=("AC1", "SOC2:A1.2"),
    broken_by=(Change("AlertQueue.RedrivePolicy.maxReceiveCount", 100),),
)
def test_hopeless_messages_are_given_up(queue: Queue, baseline: Baseline) -> None:
    """Each useless delivery of one message delays the messages behind it."""
    if queue.redrive_policy is None:
        not_applicable("it sends no dead letters: MSG-03 judges whether it has to")
    attempts = queue.redrive_policy.max_receive_count
    assert attempts <= baseline.receive_attempts, (
        f"a message is delivered {attempts} times; at most {baseline.receive_attempts} are promised"
    )


@control(
    "MSG-10",
    severity="medium",
    satisfies=("AC1", "SOC2:A1.2"),
    broken_by=(
        Remove("PushQueueSubscription.RedrivePolicy"),
        Change("PushQueueSubscription.RedrivePolicy", {
            "deadLetterTargetArn": "arn:aws:sqs:us-east-1:333333333333:nowhere"
        }),
    ),
)  # fmt: skip
def test_subscriptions_keep_what_cannot_be_delivered(subscription: Subscription, inventory: Inventory) -> None:
    """SNS gives up on an endpoint after its retries, and then drops the message."""
    if subscription.protocol in ("email", "email-json"):
        not_applicable("SNS hands e-mail to a mail server, and knows no more of it")
    policy = subscription.redrive_policy
    assert policy, "drops what it cannot deliver; a dead-letter queue is promised"
    target = inventory.find(Queue, policy.dead_letter_target_arn)
    assert target, f"sends what it cannot deliver to {policy.dead_letter_target_arn}, which is not there"
