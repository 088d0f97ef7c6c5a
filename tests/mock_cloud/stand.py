"""``python -m tests.mock_cloud.stand``: dev with all that runs in it, the real stores too, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fixtures.mock_cloud.process import MockCloud, started
from fixtures.tiers.prepared import remove_default_vpc
from infra.deploy.default_group import empty_default_group
from tests.mock_cloud.account import Account
from tests.mock_cloud.whole import DEV, Platform, standing


@contextmanager
def prepared(cloud: MockCloud, folder: Path) -> Iterator[Platform]:
    """Let dev stand in an account like ours, in which the live tier finds nothing to object to."""
    folder.chmod(0o711)
    account = Account.enter(cloud.endpoint, DEV.account)
    remove_default_vpc(account.client("ec2"))
    with standing(cloud, folder) as platform:
        empty_default_group(account.client("ec2"), platform.outputs["DefaultSecurityGroupId"])
        yield platform


def main() -> int:
    """Say where it stands when it does, then wait."""
    with (
        tempfile.TemporaryDirectory(prefix="touchstone-") as folder,
        started() as cloud,
        prepared(cloud, Path(folder)) as platform,
    ):
        for number in (signal.SIGINT, signal.SIGTERM):  # a shell's job in the background ignores the first
            signal.signal(number, signal.default_int_handler)
        print(f"export ENDPOINT={cloud.endpoint}\nexport EDGE={platform.edge}")
        print(f"export DATABASE={platform.stores.way}\nexport AUTHORITY={platform.stores.authority}", flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # how a person ends it
        sys.exit(main())
