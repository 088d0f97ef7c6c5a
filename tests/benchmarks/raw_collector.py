"""Makes the calls of a record's ledger again with boto3, and does nothing with the answers: what looking costs alone.

``python -m tests.benchmarks.raw_collector INVENTORY ENDPOINT ROLE``
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from fixtures.aws.access import Limits
from fixtures.aws.regions import region_of_all

Call = dict[str, Any]


def collect(calls: list[Call], region: str, endpoint: str, role: str) -> int:
    """Make every call, all pages of it, with as many threads as a run has; return how many requests were answered."""
    keys = boto3.client("sts", region_name=region, endpoint_url=endpoint).assume_role(
        RoleArn=role, RoleSessionName="raw"
    )["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region)
    config = Config(max_pool_connections=Limits().threads * 2)
    where = {(call["service"], region_of_all(call["service"], call["parameters"]) or region) for call in calls}
    clients = {key: session.client(key[0], key[1], endpoint_url=endpoint, config=config) for key in sorted(where)}

    def ask(call: Call) -> int:
        asked, method = call["parameters"], xform_name(call["operation"])
        client = clients[call["service"], region_of_all(call["service"], asked) or region]
        try:
            if client.can_paginate(method):
                return sum(1 for _ in client.get_paginator(method).paginate(**asked))
            getattr(client, method)(**asked)
        except ClientError:  # that there is none is an answer, too
            return 1
        return 1

    with ThreadPoolExecutor(Limits().threads) as pool:
        return sum(pool.map(ask, calls))


def main(inventory: str, endpoint: str, role: str) -> None:
    """Print how many requests were answered."""
    record = json.loads(Path(inventory).read_text(encoding="utf-8"))
    sys.stdout.write(str(collect(record["ledger"], record["region"], endpoint, role)))


if __name__ == "__main__":
    main(*sys.argv[1:])
