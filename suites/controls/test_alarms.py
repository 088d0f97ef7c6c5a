"""What goes wrong is noticed: alarms are there, look at what there is, and tell somebody.

PYTEST_DONT_REWRITE: a finding is its assertion's message, and all of it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator

from fixtures.inventory.facts import Resource
from fixtures.inventory.inventory import Inventory
from fixtures.inventory.services.apigatewayv2 import Api
from fixtures.inventory.services.awslambda import Function
from fixtures.inventory.services.backup import BackupPlan, BackupVault
from fixtures.inventory.services.cloudwatch import Alarm, AlarmMuteRule, CompositeAlarm
from fixtures.inventory.services.dynamodb import Table
from fixtures.inventory.services.elasticache import ReplicationGroup
from fixtures.inventory.services.rds import DBInstance
from fixtures.inventory.services.sns import Topic, TopicPolicy
from fixtures.inventory.services.sqs import Queue
from fixtures.inventory.services.wafv2 import WebACL
from fixtures.inventory.values import Reference
from fixtures.judging.baseline import Baseline
from fixtures.judging.control import Add, Break, Change, Remove, control, not_applicable
from suites.controls.backed_up import filled_by
from suites.controls.looking import admits_service, leading_to, own_key
from suites.controls.metrics_known import DEAD, NEEDS, WAITING, Need
from suites.controls.test_messaging import is_dead_letter_queue
from suites.controls.watching import Platform, is_alarm, is_told, is_watched, seen_by

CLOUDWATCH = "cloudwatch.amazonaws.com"
WATCHED = ("AC3", "NIST-800-53:SI-4", "SOC2:CC7.2")
TOLD = (*WATCHED, "NIST-800-53:IR-6")
NOWHERE = "arn:aws:sns:us-east-1:333333333333:nobody"
MUTE = {
    "Name": "quiet",
    "Rule": {"Schedule": {"Expression": "cron(0 2 * * *)", "Duration": "PT8H"}},
    "MuteTargets": {"AlarmNames": [{"Ref": "DeadLettersAlarm"}]},
}
RUNBOOK = re.compile(r"docs/runbooks/[\w-]+\.md#[\w-]+")
IN_RULE = re.compile(r'\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)')
PRIORITY = re.compile(r"-(p\d)(?:-|$)")


def topics_of(inventory: Inventory, alarm: Alarm | CompositeAlarm) -> Iterator[Topic]:
    """Yield the topics that are told when an alarm goes off."""
    for link in alarm.alarm_actions:
        topic = inventory.find(Topic, link)
        if topic is not None:
            yield topic


@control(
    "MON-01",
    severity="high",
    satisfies=(*TOLD, "FSBP:CloudWatch.15", "FSBP:CloudWatch.17"),
    broken_by=(
        Change("DeadLettersAlarm.ActionsEnabled", value=False),
        Remove("DatabaseAlarm.AlarmActions"),
        Change("CacheAlarm.AlarmActions.0", NOWHERE),
        Change("ClientsCutOffAlarm.ActionsEnabled", value=False),
    ),
)
def test_alarms_tell_somebody(alarm: Alarm | CompositeAlarm, inventory: Inventory) -> None:
    """An alarm that is switched off, or tells nobody, is a red light in a room without people."""
    assert alarm.actions_enabled, "has its actions disabled; enabled is promised"
    assert alarm.alarm_actions, "has no action; a topic is promised"
    for link in alarm.alarm_actions:
        assert inventory.find(Topic, link), f"tells {link}, which is no topic of ours"


@control(
    "MON-02",
    severity="medium",
    satisfies=WATCHED,
    broken_by=(Remove("ApiErrorsAlarm.TreatMissingData"),),
)
def test_alarms_say_what_missing_data_means(alarm: Alarm) -> None:
    """A metric that is no longer told is good news of a queue and bad news of a database: only its author knows."""
    assert alarm.treat_missing_data, "does not say what missing data means; it is promised of each alarm"


@control(
    "MON-03",
    severity="high",
    satisfies=TOLD,
    broken_by=(
        Remove("AlarmTopicP1Policy.PolicyDocument.Statement.2"),
        Remove("MessagingKey.KeyPolicy.Statement.4"),
    ),
)
def test_topics_of_alarms_hear_cloudwatch(topic: Topic, inventory: Inventory) -> None:
    """CloudWatch drops a message that the topic's policy or its key does not admit, and says so nowhere."""
    if not is_told(inventory, topic):
        not_applicable("no alarm tells it")
    policies = list(leading_to(inventory, topic, TopicPolicy, lambda one: one.topics))
    heard = any(admits_service(policy.policy_document, CLOUDWATCH, "sns:publish") for policy in policies)
    assert heard, "no policy lets CloudWatch publish; it is promised"
    if topic.kms_master_key_id is None:
        return
    key = own_key(inventory, topic.kms_master_key_id)
    assert key is not None, f"is encrypted under {topic.kms_master_key_id}, which does not admit CloudWatch"
    for action in ("kms:decrypt", "kms:generatedatakey*"):
        assert admits_service(key.key_policy, CLOUDWATCH, action), (
            f"its key does not let CloudWatch {action}; it is promised"
        )


@control(
    "MON-04",
    severity="high",
    satisfies=WATCHED,
    broken_by=(
        Change("QueueAgeAlarm.Metrics.1.MetricStat.Metric.Dimensions.0.Value", "touchstone-prod-event"),
        Change("LatencyAlarm.Metrics.8.MetricStat.Metric.MetricName", "DeliveryTimes"),
        Change("PipelineErrorsAlarm.Metrics.1.MetricStat.Metric.MetricName", "Failures"),
        Change("BlockedSurgeAlarm.Dimensions.1.Name", "Region"),
        Remove("DatabaseFatalLinesFilter"),
    ),
)
def test_alarms_look_at_metrics_that_exist(alarm: Alarm, inventory: Inventory) -> None:
    """CloudWatch takes an alarm on a metric of nothing, and the alarm is quiet for ever."""
    platform = Platform(inventory)
    for seen in seen_by(alarm):
        wrong = platform.wrong_with(seen)
        assert not wrong, f"{wrong}; a metric that is there is promised"


@control(
    "MON-05",
    severity="medium",
    satisfies=("AC3", "SOC2:CC7.2"),
    broken_by=(
        Remove("LogVolumeAlarm"),
        Change("LatencyAlarm.AlarmActions", [{"Ref": "AlarmTopicP1"}]),
        Change("ColdStartsAlarm.AlarmName", "touchstone-prod-cold-starts"),
    ),
)
def test_there_are_as_many_alarms_of_each_priority_as_promised(inventory: Inventory, baseline: Baseline) -> None:
    """A priority with more alarms than were agreed is one that nobody hears any more; with fewer, one that has a hole.

    The priority is that of the topic, and the alarm's name says the same. Counted are ours, and what tells our topics.
    """
    promised = baseline.alarms.model_dump()
    counts = dict.fromkeys(promised, 0)
    for alarm in inventory.of(Alarm):
        told = sorted({_priority(topic.topic_name) for topic in topics_of(inventory, alarm)})
        said = _priority(alarm.alarm_name)
        if alarm.managed or told:
            heard = " and ".join(told) or "nobody"
            assert told == [said], f"{alarm.key} is called {said} and tells {heard}; one priority is promised"
            counts[said] = counts.get(said, 0) + 1
    assert counts == promised, f"has {_listed(counts)} alarms; {_listed(promised)} are promised"


def _priority(name: str | None) -> str:
    found = PRIORITY.search(name or "")
    return found[1] if found else "no priority"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


@control(
    "MON-06",
    severity="high",
    satisfies=(*WATCHED, "NIST-800-53:AU-6"),
    broken_by=(
        Remove("ThrottlesAlarm.Metrics.8"),
        Remove("RequestErrorsAlarm.Metrics.3"),
        Remove("DeadLettersAlarm.Metrics.2"),
        Break((Change("DatabaseAlarm.Metrics.0.Expression", "cpu > 90"), Remove("DatabaseAlarm.Metrics.2"))),
        Remove("CacheAlarm.Metrics.5"),
        Change("TableThrottlesAlarm.ActionsEnabled", value=False),
        Change("BlockedSurgeAlarm.MetricName", "AllowedRequests"),
    ),
)
def test_what_carries_alerts_is_watched(
    resource: Function | Queue | Table | DBInstance | ReplicationGroup | Api | WebACL | BackupVault,
    inventory: Inventory,
) -> None:
    """What no alarm is about fails until a client complains.

    It is watched if a metric of an alarm that is switched on names it, each node of a cache by itself.
    """
    if isinstance(resource, BackupVault) and not any(leading_to(inventory, resource, BackupPlan, filled_by)):
        not_applicable("no plan backs up into it; copies that fail are told by the vault that they are made of")
    if isinstance(resource, Queue):
        need = DEAD if is_dead_letter_queue(inventory, resource) else WAITING
    else:
        need = NEEDS[type(resource)]
    missing = list(_unwatched(inventory, resource, need))
    assert not missing, f"no alarm looks at {', '.join(missing)}; it is promised"


def _unwatched(inventory: Inventory, resource: Resource, need: Need) -> Iterator[str]:
    for metric in need.metrics:
        for name in need.called(resource) or (None,):
            if not is_watched(inventory, resource, need, metric, name):
                yield f"{metric} of {name or resource.key}"


@control(
    "MON-07",
    severity="medium",
    satisfies=WATCHED,
    tiers=("static", "live"),
    tiers_reason="CloudWatch, and the mock cloud, take no rule about an alarm that is not there",
    broken_by=(Change("ClientsCutOffAlarm.AlarmRule", 'ALARM("nobody") OR ALARM("${ApiErrorsAlarm}")'),),
)
def test_rules_of_composite_alarms_are_about_alarms_that_exist(alarm: CompositeAlarm, inventory: Inventory) -> None:
    """A rule about an alarm that is gone can never hold."""
    called = IN_RULE.findall(alarm.alarm_rule)
    assert called, f"is about no alarm ({alarm.alarm_rule}); alarms of ours are promised"
    for name in called:
        assert is_alarm(inventory, name), f"is about {name}, which is no alarm of ours"


@control(
    "MON-08",
    severity="medium",
    satisfies=TOLD,
    broken_by=(Add("monitoring", "Quiet", "AWS::CloudWatch::AlarmMuteRule", MUTE),),
)
def test_no_rule_mutes_an_alarm(alarm: Alarm | CompositeAlarm, inventory: Inventory) -> None:
    """A muted alarm still turns red, and nobody is told: what is planned for a night stays for years."""
    origin = alarm.origin
    names = (alarm.key, alarm.alarm_name, origin.physical_id, *origin.attributes.values())
    rule = next(inventory.under(AlarmMuteRule, names, _muted), None)
    assert rule is None, f"is muted by {rule.key}; no rule that mutes is promised"


def _muted(_inventory: Inventory, rule: AlarmMuteRule) -> Iterator[Hashable]:
    if rule.origin.state != "EXPIRED":
        for link in rule.mute_targets.alarm_names:
            yield link.logical_id if isinstance(link, Reference) else link


@control(
    "MON-09",
    severity="low",
    satisfies=("AC3", "AC5", "NIST-800-53:IR-6"),
    broken_by=(Change("LatencyAlarm.AlarmDescription", "It is slow."),),
)
def test_alarms_say_what_to_do(alarm: Alarm | CompositeAlarm) -> None:
    """Whoever is woken up at three needs the page, not the memory of who wrote the alarm."""
    text = alarm.alarm_description or ""
    assert RUNBOOK.search(text), f"says {text or 'nothing'!r}; a section of docs/runbooks is promised"
