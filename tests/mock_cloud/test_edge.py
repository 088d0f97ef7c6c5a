"""What stands between clients and functions, deployed as a whole and read as it is read."""

from datetime import UTC, datetime

from fixtures.aws.access import Credentials
from fixtures.aws.found import Found
from fixtures.aws.gateway import Gateway
from fixtures.aws.looking import Look
from fixtures.aws.reading import read, units
from fixtures.aws.registry import ROWS
from tests.mock_cloud.account import Account
from tests.mock_cloud.edge_changes import ACL


def test_what_stands_in_front_of_cloudfront_is_found_from_every_region(account: Account) -> None:
    """WAF keeps it in one region, and refuses the question elsewhere."""
    keys = account.session.get_credentials()
    acl = ACL["Properties"] | {"Name": "global"}
    made = account.client("wafv2").create_web_acl(**acl)["Summary"]
    credentials = Credentials(keys.access_key, keys.secret_key, keys.token)
    gateway = Gateway("eu-west-1", endpoint=account.endpoint, credentials=credentials)
    look = Look(lambda service, operation, asked: gateway.call(service, operation, **asked), lambda: datetime.now(UTC))
    [unit] = units([ROWS["AWS::WAFv2::WebACL"]])
    [found] = read(look, unit)
    assert isinstance(found, Found)
    assert (found.physical_id, found.unread) == (f"global|{made['Id']}|CLOUDFRONT", {})
    assert found.properties["Scope"] == "CLOUDFRONT"
