"""What OCSF, Security Hub, OSCAL and PDF readers are given is what their own validators accept, and they can object."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from infra.settings import ROOT
from reports.formats.asff import MOST, asff
from reports.formats.ocsf import VERSION, ocsf
from reports.formats.oscal import oscal, token
from reports.formats.pdf import pdf
from reports.models import Outcome
from reports.record import Record, load_record
from tests.reports import hostile, sample
from tests.reports.hostile import TOGETHER, acts_in_a_log, hidden

Row = dict[str, Any]
RECORDS = ("sample", "healthy", "hostile")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run with every verdict, one in which all passes, and one with hostile texts in every place."""
    folder = tmp_path_factory.mktemp("runs")
    plan, lines = sample.few()
    found = {"sample": sample.write(folder / "sample", lines[1:], plan_is=plan)}
    found["healthy"] = sample.write(folder / "healthy", sample.healthy())
    found["hostile"] = hostile.write(folder / "hostile", TOGETHER)
    return found


@pytest.fixture(scope="module")
def records(folders: dict[str, Path]) -> dict[str, Record]:
    """The records of these runs."""
    return {name: load_record(folder) for name, folder in folders.items()}


def counted(record: Record, *outcomes: Outcome) -> int:
    return sum(verdict.verdict in outcomes for verdict in record.verdicts)


# -- OCSF ------------------------------------------------------------------------------------------------------------


@cache
def events_schema() -> Any:
    from jsonschema_rs import validator_for  # noqa: PLC0415  of the dependency group validators
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema  # noqa: PLC0415

    return validator_for(
        OcsfJsonSchemaEmbedded(get_ocsf_schema(VERSION)).get_class_schema("compliance_finding", ["cloud"])
    )


@pytest.mark.parametrize("name", RECORDS)
def test_ocsf_is_valid(records: dict[str, Record], name: str) -> None:
    events = json.loads("".join(ocsf(records[name])))
    assert [str(error) for event in events for error in events_schema().iter_errors(event)] == []
    assert len({event["finding_info"]["uid"] for event in events}) == len(events) == len(records[name].verdicts)


def test_ocsf_says_what_its_schema_cannot_hold_it_to(records: dict[str, Record]) -> None:
    record = records["sample"]
    events = json.loads("".join(ocsf(record)))
    for event, verdict in zip(events, record.verdicts, strict=True):
        assert event["time"] == int((verdict.at or record.run.started).timestamp() * 1000)
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        assert (event["compliance"]["status"] == "Pass") == (verdict.verdict is Outcome.PASS)
        assert (event["status"] == "Suppressed") == (verdict.verdict is Outcome.WAIVED)
    known = {one["unmapped"]["verdict"]: one["compliance"]["status_id"] for one in events}
    assert known == {"pass": 1, "fail": 3, "error": 2, "waived": 3, "not_applicable": 99, "manual": 0}


@pytest.mark.parametrize(("key", "value"), [("severity_id", 9), ("time", None), ("unknown", 1), ("compliance", [])])
def test_ocsf_schema_objects(records: dict[str, Record], key: str, value: Any) -> None:
    event = json.loads("".join(ocsf(records["sample"])))[0]
    assert not events_schema().is_valid({**event, key: value})


# -- Security Hub ----------------------------------------------------------------------------------------------------


@cache
def request_shape() -> Any:
    return get_session().get_service_model("securityhub").operation_model("BatchImportFindings").input_shape


def objections(request: Row) -> list[str]:
    """Return what botocore's model says against a request, and against words that it lists and does not check."""
    report = ParamValidator().validate(request, request_shape())
    said = [report.generate_report()] if report.has_errors() else []
    finding = request_shape().members["Findings"].member
    for one in request["Findings"]:
        for *path, value in (
            ("Severity", "Label", one["Severity"]["Label"]), ("Compliance", "Status", one["Compliance"]["Status"]),
            ("Workflow", "Status", one["Workflow"]["Status"]), ("RecordState", one["RecordState"]),
        ):  # fmt: skip
            shape = finding
            for name in path:
                shape = shape.members[name]
            said += [] if value in shape.enum else [f"{path}: {value}"]
    return said


@pytest.mark.parametrize("name", RECORDS)
def test_asff_is_what_security_hub_takes(records: dict[str, Record], name: str) -> None:
    requests = [json.loads(line) for line in "".join(asff(records[name])).splitlines()]
    assert [one for request in requests for one in objections(request)] == []
    findings = [one for request in requests for one in request["Findings"]]
    assert len({one["Id"] for one in findings}) == len(findings)
    assert all(0 < len(request["Findings"]) <= MOST for request in requests)
    for one in findings:
        assert len(json.dumps(one)) < 240_000
        assert len(one["Title"]) <= 256
        assert len(one["Description"]) <= 1024


def test_asff_leaves_nothing_out_and_makes_nothing_pass(records: dict[str, Record]) -> None:
    record = records["sample"]
    found = [one for line in "".join(asff(record)).splitlines() for one in json.loads(line)["Findings"]]
    assert Counter(one["Compliance"]["Status"] for one in found) == {
        "PASSED": counted(record, Outcome.PASS),
        "FAILED": counted(record, Outcome.FAIL, Outcome.WAIVED),
        "NOT_AVAILABLE": counted(record, Outcome.ERROR, Outcome.MANUAL),
    }
    assert sum(one["Workflow"]["Status"] == "SUPPRESSED" for one in found) == counted(record, Outcome.WAIVED)


@pytest.mark.parametrize(
    "wrong", [{"Severity": {"Label": "SEVERE"}}, {"Title": 1}, {"Unknown": "x"}, {"Compliance": {"Status": "OK"}}]
)
def test_security_hub_objects(records: dict[str, Record], wrong: Row) -> None:
    request = json.loads("".join(asff(records["sample"])).splitlines()[0])
    request["Findings"][0] |= wrong
    assert objections(request)


# -- OSCAL -----------------------------------------------------------------------------------------------------------


@cache
def results_schema() -> Any:
    from jsonschema_rs import validator_for  # noqa: PLC0415

    text = (ROOT / "tests/schemas/oscal-assessment-results-1.2.3.json").read_text(encoding="utf-8")
    return validator_for(json.loads(text))


def said(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Give every key with its value, however deep."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield name, one
            yield from said(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from said(one, key)


def dangling(document: Row) -> list[str]:
    """Return what refers to nothing in the document, and uuids that name two things."""
    named = Counter(value for key, value in said(document) if key == "uuid")
    wrong = [f"{value} twice" for value, times in named.items() if times > 1 and value != tool(document)]
    for key, value in said(document):
        if key.endswith("-uuid") and value not in named:
            wrong.append(f"{key} {value}")
        if key == "href" and value.startswith("#") and value[1:] not in named:
            wrong.append(value)
    return wrong


def tool(document: Row) -> str:
    """Return the uuid of the tool, which each result defines for itself."""
    return next((one["uuid"] for key, value in said(document) if key == "components" for one in value), "")


@pytest.mark.parametrize("name", RECORDS)
def test_oscal_is_valid_and_refers_to_what_there_is(records: dict[str, Record], name: str) -> None:
    document = json.loads(oscal(records[name]))
    assert [str(error) for error in results_schema().iter_errors(document)] == []
    assert dangling(document) == []


def test_oscal_names_the_files_by_their_digests(folders: dict[str, Path], records: dict[str, Record]) -> None:
    document = json.loads(oscal(records["sample"]))
    hashes = {
        one["rlinks"][0]["href"]: one["rlinks"][0]["hashes"][0]["value"]
        for one in document["assessment-results"]["back-matter"]["resources"]
        if "hashes" in one["rlinks"][0]
    }
    assert hashes
    for name, value in hashes.items():
        assert hashlib.sha256((folders["sample"] / name).read_bytes()).hexdigest() == value


def test_oscal_observes_every_resource_that_has_a_verdict(records: dict[str, Record]) -> None:
    record = records["sample"]
    document = json.loads(oscal(record))
    observed = [one for key, value in said(document) if key == "observations" for one in value]
    assert sum(len(one["subjects"]) for one in observed) == len(record.verdicts)
    states = Counter(one["target"]["status"]["state"] for k, v in said(document) if k == "findings" for one in v)
    assert states["satisfied"]
    assert states["not-satisfied"]
    healthy = json.loads(oscal(records["healthy"]))
    assert {v["state"] for k, v in said(healthy) if k == "status" and "reason" in v} == {"satisfied"}


def _state(document: Row) -> None:
    next(v for k, v in said(document) if k == "status" and "reason" in v)["state"] = "ok"


def _uuid(document: Row) -> None:
    document["assessment-results"]["uuid"] = "1"


def _subject(document: Row) -> None:
    next(v for k, v in said(document) if k == "subjects")[0]["subject-uuid"] = "00000000-0000-4000-8000-000000000000"


def _twice(document: Row) -> None:
    items = next(v for k, v in said(document) if k == "inventory-items")
    items.append(items[0])


@pytest.mark.parametrize("broken", [_state, _uuid, _subject, _twice])
def test_oscal_that_is_wrong_is_seen(records: dict[str, Record], broken: Callable[[Row], None]) -> None:
    document = deepcopy(json.loads(oscal(records["sample"])))
    broken(document)
    assert list(results_schema().iter_errors(document)) or dangling(document)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("NIST-800-53:AC-3(3)", "ac-3.3"), ("NIST-800-53:SC-28", "sc-28"), ("CIS-7.0:3.2.1", "CIS-7.0-3.2.1"),
     ("AC1", "AC1"), ("4.1", "_4.1"), ("(", "_")],
)  # fmt: skip
def test_requirements_are_tokens(reference: str, expected: str) -> None:
    assert token(reference) == expected


@pytest.mark.parametrize("write", [ocsf, asff, oscal])
def test_nothing_hostile_acts_in_json(records: dict[str, Record], write: Callable[[Record], Iterable[str]]) -> None:
    text = "".join(write(records["hostile"]))
    assert hidden(text) == acts_in_a_log(text) == []


# -- PDF -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDS)
def test_the_pdf_is_tagged_and_says_so(records: dict[str, Record], name: str) -> None:
    from pypdf import PdfReader  # noqa: PLC0415  of the dependency group validators

    reader = PdfReader(io.BytesIO(pdf(records[name])))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    kinds = {str(one.get("/S")) for one in _structure(root["/StructTreeRoot"])}
    assert {"/Table", "/TH", "/TD", "/H1", "/TOC"} <= kinds


def _structure(node: Any) -> Iterator[Any]:
    found = node.get("/K", [])
    for one in found if isinstance(found, list) else [found]:
        child = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(child, dict) and "/S" in child:
            yield child
            yield from _structure(child)


def test_the_pdf_has_every_finding(records: dict[str, Record]) -> None:
    from pypdf import PdfReader  # noqa: PLC0415

    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(records["sample"]))).pages)
    for said_of_it in ("port 22 is open to 0.0.0.0/0", "W-2026-001", "could not look", "Does not conform"):
        assert said_of_it in " ".join(text.split())
    assert len(PdfReader(io.BytesIO(pdf(records["sample"]))).pages) <= 15
