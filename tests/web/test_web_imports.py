"""Shipments by CSV: good lines go in, each bad one is told once with its number in the file."""

import io
from typing import Any

import pytest
from fakes.webapp import Web
from sqlalchemy import func, select

from flows import imports
from tracking_core.models import Shipment

HEAD = "order_number,customer.name,customer.phone,destination.country,destination.lat,promised.from,items\n"
GOOD = "{n},Ana,+1415555010{d},US,37.8,2026-12-01T17:00:00Z,\n"


def good(number: int) -> str:
    return GOOD.format(n=f"G{number}", d=number % 10)


#: (the line, the field at fault)
BAD: list[tuple[str, str]] = [
    (",Ana,+14155550100,US,,,\n", "order_number"),
    ("B2,Ana,,US,,,\n", "customer.phone"),
    ("B3,Ana,12,US,,,\n", "customer.phone"),
    ("B4,Ana,not a phone,US,,,\n", "customer.phone"),
    ("B5,Ana,+14155550100,Germany,,,\n", "destination.country"),
    ("B6,Ana,+14155550100,US,north,,\n", "destination.lat"),
    ("B7,Ana,+14155550100,US,95,,\n", "destination.lat"),
    ("B8,Ana,+14155550100,US,,tomorrow,\n", "promised.from"),
    ("B9,Ana,+14155550100,US,,2026-12-01T17:00:00,\n", "promised.from"),
    ("B10,Ana,+14155550100,US,,1764608400,\n", "promised.from"),
    ("B11,Ana,+14155550100,US\n", ""),
    ("B12,Ana,+14155550100,US,,,,,,\n", ""),
    ('B13,"Ana" Smith,+14155550100,US,,,\n', ""),
    ("B14,Ana\x00,+14155550100,US,,,\n", "customer.name"),
    ("B15,Ana,+14155550100,US,,,not json\n", "items"),
    ('B16,Ana,+14155550100,US,,,"[{""name"":""Lamp"",""quantity"":0}]"\n', "items.0.quantity"),
    ("B17," + "x" * 300 + ",+14155550100,US,,,\n", "customer.name"),
    ("B18," + "x" * 120_000 + ",+14155550100,US,,,\n", ""),
    ('B19,"never closed,+14155550100,US,,,\n', ""),
]


def send(web: Web, content: bytes | str) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return web.client.post(
        "/api/v1/imports",
        data={"file": (io.BytesIO(data), "orders.csv")},
        headers={"Authorization": f"Bearer {web.keys['default']}"},
    )


def orders(web: Web) -> dict[str, str | None]:
    with web.database.read() as session:
        return {one.order_number: one.customer_name for one in session.scalars(select(Shipment))}


def test_nineteen_kinds_of_bad_lines_are_each_told_once_and_the_good_go_in(web: Web) -> None:
    text, expected, line = HEAD, [], 1
    for number, (bad, field) in enumerate(BAD):
        text += good(number) + bad
        line += 2
        expected.append((line, field))
    text += good(len(BAD))
    said = send(web, text).json
    assert [(one["line"], one["field"]) for one in said["errors"]] == expected
    assert all(one["reason"] for one in said["errors"])
    assert (said["created"], said["existing"]) == (len(BAD) + 1, 0)
    assert set(orders(web)) == {f"G{n}" for n in range(len(BAD) + 1)}
    again = send(web, text).json
    assert (again["created"], again["existing"], again["errors"]) == (0, len(BAD) + 1, said["errors"])
    assert web.api("GET", "/messages").json["items"] == []


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (lambda text: text.encode("utf-8-sig"), "Zoë"),
        (lambda text: text.encode("latin-1"), "Zoë"),
        (lambda text: text.encode("utf-16"), "Zoë"),
        (lambda text: text.replace("\n", "\r\n").encode(), "Zoë"),
        (lambda text: text.replace("\n", "\r").encode(), "Zoë"),
        (lambda text: text.replace(",", ";").encode(), "Zoë"),
        (lambda text: text.replace(",", "\t").encode(), "Zoë"),
        (lambda text: text.rstrip("\n").encode(), "Zoë"),
        (lambda text: ("\n\n" + text).lstrip("\n").replace("\nA", "\n\n , ,\n\nA").encode(), "Zoë"),
    ],
)
def test_files_are_read_as_people_make_them(sqlite_web: Web, encode: Any, name: str) -> None:
    content = encode("order_number,customer.name,customer.phone\nA1,Zoë,+14155550100\n")
    said = send(sqlite_web, content).json
    if said["errors"]:  # a line of blanks that has too few cells
        pytest.fail(str(said))
    assert said["created"] == 1 and orders(sqlite_web) == {"A1": name}


@pytest.mark.parametrize(
    "content",
    [
        b"sep=;\r\nOrder Number;Customer Name;CUSTOMER.PHONE\r\nA1;Zo\xc3\xab;+14155550100\r\n",
        "\ufeffOrder_Number\tcustomer-name\tCustomer phone \nA1\tZoë\t'+14155550100\n".encode("utf-16"),
        "order_number,customer.name,customer.phone\nA1,Zoë,+14155550100\n".encode("utf-16-le"),
        "order_number,customer.name,customer.phone\nA1,Zoë,+14155550100\n".encode("utf-16-be"),
        'order_number,customer.name,customer.phone\n"=""A1""",Zoë,="+14155550100"\n'.encode("cp1252"),
    ],
)
def test_what_spreadsheets_write_is_understood(sqlite_web: Web, content: bytes) -> None:
    said = send(sqlite_web, content).json
    assert said == {"created": 1, "existing": 0, "errors": []} and orders(sqlite_web) == {"A1": "Zoë"}


def test_numbers_a_spreadsheet_has_spoilt_are_told_and_decimal_commas_read(sqlite_web: Web) -> None:
    text = (
        "order_number;customer.phone;destination.lat;destination.lon\n"
        "A1;+14155550100;37,7749;-122,4194\nA2;1,41556E+10;;\n4,2E+15;+14155550100;;\nA3;+14155550100;37,7,4;\n"
    )
    said = send(sqlite_web, text).json
    assert [(one["line"], one["field"]) for one in said["errors"]] == [
        (3, "customer.phone"),
        (4, "order_number"),
        (5, "destination.lat"),
    ]
    assert "spreadsheet" in said["errors"][0]["reason"]
    with sqlite_web.database.read() as session:
        kept = session.scalars(select(Shipment.destination)).one()
    assert (kept["lat"], kept["lon"]) == (37.7749, -122.4194)


def test_two_columns_that_mean_the_same_are_told(sqlite_web: Web) -> None:
    said = send(sqlite_web, "order_number,Order Number,customer.phone\nA1,A2,+14155550100\n").json
    assert [(one["line"], one["field"]) for one in said["errors"]] == [(1, "order_number")] and said["created"] == 0


def test_lines_are_counted_as_the_files_lines(sqlite_web: Web) -> None:
    text = (
        'order_number,customer.phone,delivery.instructions\nA1,+14155550100,"Ring\r\ntwice,\n""please"""\n'
        "\nB1,12,\nA2,+14155550100,\n"
    )
    said = send(sqlite_web, text).json
    assert said["created"] == 2
    assert [(one["line"], one["field"]) for one in said["errors"]] == [(6, "customer.phone")]
    with sqlite_web.database.read() as session:
        kept = session.scalars(select(Shipment.delivery).where(Shipment.order_number == "A1")).one()
    assert kept["instructions"].replace("\r", "") == 'Ring\ntwice,\n"please"'


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("", ""),
        ("\n\n", "order_number"),
        ("customer.phone\n+14155550100\n", "order_number"),
        ("order_number\nA1\n", "customer.phone"),
        ("order_number,order_number,customer.phone\nA1,A2,+14155550100\n", "order_number"),
        ("order_number,customer.phone,customer.fone\nA1,+14155550100,x\n", "customer.fone"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "\x89PNG"),
    ],
)
def test_a_header_that_is_wrong_is_told_at_line_one(sqlite_web: Web, content: str | bytes, field: str) -> None:
    said = send(sqlite_web, content)
    assert said.status_code == 200
    assert (said.json["errors"][0]["line"], said.json["errors"][0]["field"]) == (1, field)
    # A column nobody knows is left out, and the lines go in all the same.
    assert said.json["created"] == (1 if field == "customer.fone" else 0)


def test_where_a_parcel_is_already_comes_along_in_silence(web: Web) -> None:
    text = (
        "order_number,customer.phone,status,occurred_at,delivery.leave_at_door,delivery.proof\n"
        "A1,+14155550100,out_for_delivery,2026-12-01T16:59:00Z,yes,photo|pin\nA2,+14155550100,flying,,,\n"
        "A3,+14155550100,,,perhaps,\n"
    )
    said = send(web, text).json
    assert [one["field"] for one in said["errors"]] == ["status", "delivery.leave_at_door"]
    send(web, text)
    item = web.api("GET", "/shipments?order_number=A1").json["items"][0]
    assert item["state"] == "out_for_delivery"
    assert item["delivery"] == {"instructions": None, "leave_at_door": True, "proof": ["photo", "pin"]}
    assert len(web.api("GET", f"/shipments/{item['id']}").json["events"]) == 1
    assert web.api("GET", "/messages").json["items"] == []


def test_more_than_a_batch_goes_in(web: Web) -> None:
    total = imports.BATCH * 2 + 7
    said = send(web, HEAD + "".join(good(n) for n in range(total))).json
    assert said == {"created": total, "existing": 0, "errors": []}
    with web.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Shipment)) == total


def test_what_is_no_file_is_refused(sqlite_web: Web) -> None:
    headers = {"Authorization": f"Bearer {sqlite_web.keys['default']}"}
    assert sqlite_web.client.post("/api/v1/imports", data=b"x", headers=headers).status_code == 415
    answer = sqlite_web.client.post("/api/v1/imports", data={"other": (io.BytesIO(b"x"), "x.csv")}, headers=headers)
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] == "file"
    broken = sqlite_web.client.post(
        "/api/v1/imports", data=b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x", headers=headers
    )
    assert broken.status_code in {400, 422}
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
    large = sqlite_web.client.post(
        "/api/v1/imports",
        data=head + b"x" * (10 * 1024 * 1024) + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers=headers,
    )
    assert large.status_code == 413 and large.json["status"] == 413
