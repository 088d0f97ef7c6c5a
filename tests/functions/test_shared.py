"""What all functions share keeps its word: the table of metrics, the lines of the log, the variables, the imports."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import grimp
import pytest
from pydantic import ValidationError

from infra.functions.shared.entry import entry
from infra.functions.shared.logger import HIDDEN, conceal, conceal_for_good, logger
from infra.functions.shared.metrics import Metric, count, flush
from infra.settings import ROOT
from tests.functions.conftest import ENVIRONMENT, Written
from tests.functions.shapes import context, token
from tests.functions.stores import package
from tests.patience import PATIENCE

FUNCTIONS = ROOT / "infra" / "functions"
TABLES = {"connections_table", "subscriptions_table"}
DATABASE = {"database_endpoint", "database_port", "database_name", "database_user", "database_ca_file"}
CACHE = {"cache_endpoint", "cache_port", "cache_name", "cache_user", "cache_ca_file", "cache_seconds"}
VARIABLES = {
    "authorizer": {"jwt_secret_arn", "origin_secret_arn", "allowed_origins"},
    "connection": TABLES,
    "subscription": TABLES,
    "query": DATABASE | CACHE,
    "ingest": {"subscriptions_table", "alert_topic_arn", "idempotency_table"},
    "alert": {"alerts_table", "idempotency_table"} | DATABASE,
    "push": TABLES | {"idempotency_table"},
    "rotation": {"origin_secret_arn", "edge_alias"},
}
SOURCES = sorted(FUNCTIONS.rglob("*.py"))


def settings(name: str) -> Any:
    return importlib.import_module(f"infra.functions.{name}").Settings


def test_every_metric_is_declared_once_and_counted_by_some_function() -> None:
    rows = [metric.value for metric in Metric]
    assert len(rows) >= 15
    assert {row.kind for row in rows} == {"business", "performance", "error"}
    assert len({row.name for row in rows}) == len(list(Metric.__members__)) == len(rows)
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", row.name) and len(row.meaning) > 15 for row in rows)
    used = {
        node.attr
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Metric"
    }
    assert used == set(Metric.__members__)


def test_a_metric_has_two_dimensions_and_its_unit(written: Written) -> None:
    for _ in range(2):
        count(Metric.HANDLER_TIME, 5)
        count(Metric.CACHE_HITS)
        count(Metric.CACHE_HITS)
        flush()
    first, second = written.emf
    for entry_ in (first, second):
        (said,) = entry_["_aws"]["CloudWatchMetrics"]
        assert said["Namespace"] == "Touchstone"
        assert [sorted(names) for names in said["Dimensions"]] == [["environment", "service"]]
        assert entry_["environment"] == "dev"
        assert entry_["CacheHits"] == [1.0, 1.0]
        assert {item["Name"]: item["Unit"] for item in said["Metrics"]} == {
            "HandlerTime": "Milliseconds",
            "CacheHits": "Count",
        }


def test_an_unforeseen_error_is_counted_logged_and_raised(written: Written) -> None:
    @entry()
    def broken(_event: dict[str, Any], _context: Any) -> None:
        raise KeyError("what")

    with pytest.raises(KeyError):
        broken({}, context())
    assert written.metrics["HandlerFailures"] == 1
    (line,) = written.lines
    assert line["exception_name"] == "KeyError"
    assert line["function_request_id"]


SECRETS = {
    "a token": token(),
    "a token without a signature": token(key="", algorithm="none"),
    "a presigned address": "valkey/?Action=connect&X-Amz-Credential=AKIA1234/x&X-Amz-Signature=0a1b2c&X-Amz-Date=1",
    "a query string": "wss://ws.example/?token=opensesame-not-a-jwt&x=1",
}


@pytest.mark.parametrize("case", SECRETS)
def test_what_looks_secret_is_hidden_wherever_it_stands(case: str, written: Written) -> None:
    secret = SECRETS[case]
    parts = [part for part in (secret, "AKIA1234", "0a1b2c", "opensesame") if part in secret]
    logger.info(secret)
    logger.info("x", field=secret, nested={"list": [secret, {secret: secret}]})
    try:
        raise ValueError(secret)  # noqa: TRY301
    except ValueError:
        logger.exception("failed")
    assert HIDDEN in written.text
    assert not [part for part in parts if part in written.text]


def test_what_was_named_secret_is_hidden_also_where_json_writes_it_otherwise(written: Written) -> None:
    conceal('quoted"and\\slashed-ü')
    conceal("short")
    logger.info('it was quoted"and\\slashed-ü, shortly', number=7, nothing=None, yes=True)
    (line,) = written.lines
    assert line["message"] == f"it was {HIDDEN}, shortly"
    assert (line["number"], line["yes"]) == (7, True)


def test_no_flood_of_tokens_brings_a_secret_to_light(written: Written) -> None:
    for secret in ("the-key-of-all-keys", "", "of"):  # what is too short to be one would hide every line
        conceal_for_good(secret)
    for number in range(200):
        conceal(f"token-of-somebody-{number}")
    logger.info("the-key-of-all-keys token-of-somebody-199")
    (line,) = written.lines
    assert line["message"] == f"{HIDDEN} {HIDDEN}"


@pytest.mark.parametrize("name", VARIABLES)
def test_a_function_reads_the_variables_of_its_contract(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = settings(name)
    assert set(model.model_fields) == VARIABLES[name] | {"environment"}
    for field in VARIABLES[name]:
        monkeypatch.delenv(field.upper(), raising=False)
    with pytest.raises(ValidationError) as found:
        model.read()
    missing = {str(error["loc"][0]) for error in found.value.errors() if error["type"] == "missing"}
    assert missing == VARIABLES[name] - {"database_ca_file", "cache_ca_file"}


def test_a_variable_that_is_wrong_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTIONS_TABLE", "a secret table/")
    monkeypatch.setenv("SUBSCRIPTIONS_TABLE", "x")
    with pytest.raises(ValidationError, match="connections_table") as found:
        settings("connection").read()
    assert "a secret table" not in str(found.value)


def test_the_functions_import_nothing_else_of_ours() -> None:
    graph = grimp.build_graph("infra", cache_dir=None)
    outside = {
        (module, imported)
        for module in graph.modules
        if module.startswith("infra.functions")
        for imported in graph.find_modules_directly_imported_by(module)
        if not imported.startswith("infra.functions")
    }
    assert not outside


def test_the_functions_know_no_mock() -> None:
    words = re.compile(r"\bmoto\b|\bmock|localhost|127\.0\.0\.1|endpoint_url|Tracer|aws_xray_sdk", re.IGNORECASE)
    assert not {path.name: found for path in SOURCES if (found := words.findall(path.read_text(encoding="utf-8")))}


def test_the_functions_are_imported_without_asking_for_anything(tmp_path: Path) -> None:
    """A process as Lambda starts it: no credentials, no region, no network, and only the variables that all have."""
    names = [f"infra.functions.{name}" for name in VARIABLES]
    code = f"import importlib, json; print(json.dumps([importlib.import_module(n).handler.__name__ for n in {names}]))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (json.loads(found.stdout or "null"), found.stderr) == (["handler"] * len(VARIABLES), "")


def test_servers_that_are_not_installed_are_missed_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="group servers"):
        package("no_such_server")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="group servers"):
        package("no_such_server")
