"""Pieces of templates, as tests write them."""

from typing import Any

Properties = dict[str, Any]


def one(kind: str, **properties: Any) -> Properties:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def policy(word: str) -> Properties:
    statement = {"Sid": word, "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def allowing(action: str) -> Properties:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def trust(service: str) -> Properties:
    who = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [who]}


def tags(value: str) -> list[Properties]:
    return [{"Key": "Team", "Value": value}]


def ref(name: str, attribute: str | None = None) -> Properties:
    return {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}
