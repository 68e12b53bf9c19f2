"""Pictures fetched from Twilio: our credentials go to its API alone, and no private address is ever spoken to."""

import socket
import threading
from collections.abc import Iterator

import pytest
from fakes import photos
from fakes.twilio import FakeTwilio

from channels.picture_source import NeverFetched, NotFetched
from channels.pictures import BYTES_MAX
from channels.twilio_media import TwilioMedia

PATH = "/2010-04-01/Accounts/AC00/Messages/MM11/Media/ME22"
PICTURE = photos.saved(photos.scene(64, 48), "JPEG")


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture
def media(twilio: FakeTwilio) -> TwilioMedia:
    return TwilioMedia(twilio.account_sid, twilio.token, api_url=twilio.url, total_s=3, read_s=1)


class Listener:
    """A port that notes whether anybody knocks."""

    def __init__(self) -> None:
        self.knocks = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.knocks += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


def test_the_redirect_is_followed_without_our_credentials(twilio: FakeTwilio, media: TwilioMedia) -> None:
    assert media.fetch(twilio.host(PICTURE)) == PICTURE
    api, store = twilio.media.asked
    assert api.authorization is not None and api.authorization.startswith("Basic ")
    assert store.path.startswith("/store/") and store.authorization is None


def test_what_twilio_calls_its_own_is_asked_of_the_stand_in(twilio: FakeTwilio, media: TwilioMedia) -> None:
    url = twilio.host(PICTURE).replace(twilio.url, "https://api.twilio.com")
    assert media.fetch(url) == PICTURE


def test_deleting_deletes_and_may_be_repeated(twilio: FakeTwilio, media: TwilioMedia) -> None:
    url = twilio.host(PICTURE)
    media.delete(url)
    media.delete(url)
    assert twilio.media.kept == {}
    twilio.media.faults.append(409)
    with pytest.raises(NotFetched) as caught:
        media.delete(url)
    assert (type(caught.value), caught.value.code) == (NotFetched, "http_409")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}" + PATH,  # another port than the stand-in's
        "http://169.254.169.254/latest/meta-data",
        "http://127.1:{port}/x",
        "http://[::1]:{port}/x",
        "http://0x7f.1:{port}/x",
        "http://2130706433:{port}/x",
        "http://localhost:{port}/x",
        "https://api.twilio.com.evil.example" + PATH,
        "https://api.twilio.com@127.0.0.1:{port}" + PATH,
        "https://api.twilio.com\\@127.0.0.1:{port}" + PATH,
        "https://api.twilio.com/2010-04-01/Accounts/AC00/Messages.json",  # ours, and no picture
        "https://api.twilio.com:8443" + PATH,
        "http://api.twilio.com" + PATH,
        "ftp://api.twilio.com" + PATH,
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//api.twilio.com" + PATH,
        "https://api.twilio.com:0" + PATH,
        "https://api.twilio.com:99999" + PATH,
        "https://[::1" + PATH,
        "",
    ],
)
def test_only_twilios_own_addresses_are_asked(twilio: FakeTwilio, media: TwilioMedia, url: str) -> None:
    listener = Listener()
    try:
        for act in (media.fetch, media.delete):
            with pytest.raises(NeverFetched):
                act(url.replace("{port}", str(listener.port)))
    finally:
        listener.close()
    assert (listener.knocks, twilio.media.asked) == (0, [])


@pytest.mark.parametrize(
    "where",
    [
        "http://127.0.0.1:{port}/x",
        "https://127.0.0.1:{port}/x",
        "https://media.twiliocdn.com:{port}/x",
        "http://media.twiliocdn.com/x",
        "https://twiliocdn.com.evil.example/x",
        "https://eviltwiliocdn.com/x",
        "https://s3-external-1.amazonaws.com/somebody-elses/x",
        "https://media.twiliocdn.com@127.0.0.1/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(twilio: FakeTwilio, media: TwilioMedia, where: str) -> None:
    listener = Listener()
    twilio.media.redirect_to = where.replace("{port}", str(listener.port))
    try:
        with pytest.raises(NeverFetched):
            media.fetch(twilio.host(PICTURE))
    finally:
        listener.close()
    assert listener.knocks == 0
    assert {asked.authorization for asked in twilio.media.asked[1:]} <= {None}


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "2002:7f00:1::", "0.0.0.0"],
)
def test_a_media_host_that_resolves_to_a_private_address_is_not_spoken_to(
    twilio: FakeTwilio, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["3.5.1.2", address]  # one good answer does not excuse a bad one

    media = TwilioMedia(twilio.account_sid, twilio.token, api_url=twilio.url, resolve=resolve)
    twilio.media.redirect_to = "https://media.twiliocdn.com/AC00/x"
    with pytest.raises(NeverFetched) as caught:
        media.fetch(twilio.host(PICTURE))
    assert (caught.value.code, asked) == ("private_address", [("media.twiliocdn.com", 443)])


def test_a_media_host_is_looked_up_once(twilio: FakeTwilio) -> None:
    answers = iter([["192.0.2.1"], ["127.0.0.1"]])  # a name that says something else the second time
    media = TwilioMedia(twilio.account_sid, twilio.token, api_url=twilio.url, resolve=lambda *_: next(answers))
    twilio.media.redirect_to = "https://mms.twiliocdn.com/x"
    with pytest.raises(NeverFetched):
        media.fetch(twilio.host(PICTURE))
    assert next(answers) == ["127.0.0.1"]  # it was not asked a second time


def test_circles_end(twilio: FakeTwilio, media: TwilioMedia) -> None:
    url = twilio.host(PICTURE)
    twilio.media.redirect_to = url
    with pytest.raises((NeverFetched, NotFetched)):
        media.fetch(url)
    assert len(twilio.media.asked) <= 5


@pytest.mark.parametrize("silent", [False, True])
def test_more_than_we_take_is_not_read_to_its_end(twilio: FakeTwilio, media: TwilioMedia, silent: bool) -> None:
    twilio.media.silent_length = silent
    with pytest.raises(NeverFetched) as caught:
        media.fetch(twilio.host(b"\xff" * (BYTES_MAX + 1)))
    assert caught.value.code == "too_big"
    assert media.fetch(twilio.host(b"\xff" * BYTES_MAX)) == b"\xff" * BYTES_MAX


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_what_may_pass_is_tried_again(twilio: FakeTwilio, media: TwilioMedia, status: int) -> None:
    twilio.media.faults.append(status)
    with pytest.raises(NotFetched) as caught:
        media.fetch(twilio.host(PICTURE))
    assert (type(caught.value), caught.value.code) == (NotFetched, f"http_{status}")


def test_half_a_picture_is_no_picture(twilio: FakeTwilio, media: TwilioMedia) -> None:
    twilio.media.cut_off = 100
    with pytest.raises(NotFetched) as caught:
        media.fetch(twilio.host(PICTURE))
    assert type(caught.value) is NotFetched


def test_nobody_there_is_tried_again_and_says_no_address(twilio: FakeTwilio, media: TwilioMedia) -> None:
    url = twilio.host(PICTURE)
    twilio.close()
    with pytest.raises(NotFetched) as caught:
        media.fetch(url)
    assert (type(caught.value), str(caught.value)) == (NotFetched, "no_answer")
