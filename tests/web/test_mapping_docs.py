"""The page that tells how to add a mapping, followed literally; and its examples, tried with its command."""

import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT
from fakes.webapp import make_web, settings_for

import app
from db import Database
from flows import mapping_files
from flows.house import House
from flows.mapping_files import MappingError
from settings import Settings

PAGE = (ROOT / "docs" / "adding-a-mapping.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs" / "mappings"


def block(language: str, holding: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return next(text for text in found if holding in text)


def command(text: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command of the page where its files are, with the interpreter of these tests."""
    text = text.replace(".venv/bin/python app.py", f"{sys.executable} {ROOT / 'app.py'}")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "CUSTOM_POS_SECRET": "till"}
    return subprocess.run(["bash", "-c", text], cwd=folder, env=env, check=False, capture_output=True, text=True)


def test_the_page_is_followed_to_its_end(sqlite_database: Database, tmp_path: Path, moment: datetime) -> None:
    mappings = tmp_path / "workflows" / "mappings"
    mappings.mkdir(parents=True)
    file = mappings / "pos.yml"
    file.write_text(block("yaml", "payload.ticket").replace("payload.guest.phone", "payload.gest.phone"))
    message = tmp_path / "message.json"
    message.write_text(json.dumps({"ticket": "T-81", "guest": {"phone": "415 555 0100"}}))

    try_it = block("sh", "mapping try")
    missing = command(try_it, tmp_path)
    assert missing.returncode == 1 and "`payload.gest.phone` found nothing" in missing.stdout
    file.write_text(file.read_text().replace("gest", "guest") + "    custmer.name: payload.guest.name\n")
    wrong = command(try_it, tmp_path)
    assert wrong.returncode == 1 and "pos.yml line 8" in wrong.stderr and "did you mean 'customer.name'" in wrong.stderr
    file.write_text(block("yaml", "payload.ticket"))
    assert command(try_it, tmp_path).returncode == 0

    sign = block("sh", "openssl").splitlines()[0]
    signature = command(f'{sign}\nprintf %s "$signature"', tmp_path).stdout
    web = make_web(
        sqlite_database, settings_for(sqlite_database, tmp_path, source_secrets={"CUSTOM_POS_SECRET": "till"}), moment
    )
    for taken in (True, False):
        answer = web.client.post("/hooks/custom/pos", data=message.read_bytes(), headers={"X-Pos-Signature": signature})
        assert answer.status_code == 200 and answer.json["taken"] is taken
    assert web.api("GET", "/shipments?order_number=T-81").json["items"][0]["customer"]["phone"] == "+14155550100"


@pytest.mark.parametrize("name", ["oms_order", "wms_pack", "erp_despatch"])
def test_each_example_lacks_nothing(name: str) -> None:
    tried = CliRunner().invoke(app.cli, ["mapping", "try", f"{DOCS}/{name}.yml", f"{DOCS}/{name}.json"])
    assert tried.exit_code == 0, tried.output
    assert json.loads(tried.output)["missing"] == []
    assert name in PAGE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shipments:\n  fields:\n    order_number: payload.[\n", "line 3: shipments.fields.order_number"),
        ("zone: Mars/Base\nshipments: {fields: {order_number: payload.a}}\n", "line 1: zone"),
        ("shipments:\n  fields:\n    order_number: pyload.a\n", "begins with 'pyload', but only payload"),
        ("events:\n  fields:\n    status: payload.s\n", "tracking_number"),
        ("shipments:\n  fields: {order_number: payload.a, stop: {from: payload.s, date: '%d'}}\n", "no use here"),
        ("shipments:\n  each: {payload: payload.x}\n  fields: {order_number: payload.a}\n", "must be a new name"),
        ("shipments:\n  fields:\n    order_number: {from: payload.a, value: 3}\n", "exactly one of"),
        ("shipments:\n  fields:\n    order_number: payload.a\n    promised.to: {from: payload.b, date: 7}\n", "line 4"),
        (
            "auth: {type: bearer, timestamp: X-Time}\nevents: {fields: {status: payload.a, order_number: payload.b}}\n",
            "line 1",
        ),
        ("- a\n", "a mapping file is a mapping of keys"),
        ("auth: {type: hmac}\n", "needs `shipments` or `events`"),
        ("shipments: {fields: {order_number: payload.a}}\nevnts: {}\n", "line 2: evnts: unknown key"),
    ],
)
def test_a_wrong_file_names_its_line(text: str, words: str) -> None:
    with pytest.raises(MappingError) as told:
        mapping_files.read(text, "bad.yml")
    assert "bad.yml line" in str(told.value) and words in str(told.value)


def test_a_wrong_file_stops_the_start(tmp_path: Path) -> None:
    mappings = tmp_path / "mappings" / "default"
    mappings.mkdir(parents=True)
    (mappings / "bad.yml").write_text("zone: UTC\nevents: {}\n")
    with pytest.raises(MappingError, match=r"bad\.yml line 2"):
        House.build(Settings(workflow_dir=tmp_path, secret_key="test"))
