"""What no camera makes is refused at every door a proof may come in by, and everybody goes on working."""

import base64
import io
import re
from typing import Any

import pytest
from fakes import photos
from fakes.doors import door, jpeg
from fakes.driver_world import DEE, Route
from fakes.fl_world import World
from fakes.webapp import BASE, Web, make_web, settings_for
from sqlalchemy import select

from channels.picture_models import Picture
from flows import driver_links
from tracking_core.models import Driver
from tracking_core.proof_models import Proof

BAD = {
    "50,000 by 50,000": photos.huge_png(),
    "GIF and page": photos.polyglot_gif(),
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    "cut off": photos.phone_jpeg()[:9000],
}
DRIVER = {"name": "Dee", "phone": DEE}


@pytest.fixture
def web(database, tmp_path, now) -> Web:
    return make_web(database, settings_for(database, tmp_path), now)


def kept(database: Any) -> int:
    with database.read() as session:
        return len(session.scalars(select(Proof.id)).all())


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_by_text(database, now, tmp_path, content: bytes) -> None:
    route = Route(World.build(database, now, tmp_path))
    (parcel,) = route.round("A1001")
    bad = "data:image/jpeg;base64," + base64.b64encode(content).decode()
    route.world.says("delivered", DEE, media=(bad,))
    assert (route.state(parcel), kept(database)) == ("delivered", 0)
    with database.read() as session:
        (row,) = session.scalars(select(Picture)).all()
        assert (row.state, row.original, row.jpeg) == ("refused", None, None)
    route.world.later(minutes=2)
    good = "data:image/jpeg;base64," + base64.b64encode(jpeg(door(1))).decode()
    (answer,) = route.world.says("", DEE, media=(good,))
    assert "photo saved" in answer and kept(database) == 1


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_by_the_drivers_page_and_by_the_api(web: Web, content: bytes) -> None:
    said = web.shipment(driver=DRIVER, destination={"line1": "1 Main St"})
    web.api("POST", f"/shipments/{said['id']}/events", {"status": "at_address"})
    with web.database.write() as session:
        driver = session.scalars(select(Driver)).one()
        path = driver_links.link(session, web.house, driver, now=web.clock.now).removeprefix(BASE)
    form = {"tap": "tap-00000001", "shipment": str(said["id"]), "action": "delivered"}
    tapped = web.client.post(
        f"{path}/taps", data={**form, "photo": (io.BytesIO(content), "a.jpg")}, headers={"Accept": "application/json"}
    )
    assert (tapped.status_code, tapped.json["ok"]) == (200, True)  # it is delivered, and the photo is asked for
    assert kept(web.database) == 0
    answer = web.client.post(
        f"/api/v1/shipments/{said['id']}/proofs",
        data={"photo": (io.BytesIO(content), "a.jpg")},
        headers={"Authorization": f"Bearer {web.keys['default']}"},
    )
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "photo")
    assert kept(web.database) == 0
    assert re.search(r"A1001", web.client.get(path).text)
