"""The Rasa client against a server that does everything wrong, over real sockets."""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.breaker import OPENS_AFTER, REST_S
from bot.keywords import Keywords
from bot.rasa import RasaNlu
from bot.rasa_answer import MODEL_MARGIN, MODEL_THRESHOLD
from bot.understanding import CLEAR, Understanding

TEXT = "my secret number is B-4471, where is my order"


def parse_answer(intent: object = "damaged", confidence: object = 0.9, **more: object) -> bytes:
    return json.dumps(
        {"text": TEXT, "intent": {"name": intent, "confidence": confidence}, "entities": [], **more}
    ).encode()


class FakeRasa(ThreadingHTTPServer):
    """Answers every POST by `respond`; `asked` holds the texts, `stopped` ends whoever waits."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[object] = []
        self.stopped = threading.Event()
        self.status = (200, b'{"model_file": "m.tar.gz"}')
        self.respond: Callable[[Handler], None] = lambda handler: handler.send(200, parse_answer())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """A client that leaves is what we test."""


class Handler(BaseHTTPRequestHandler):
    server: FakeRasa

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.send(*self.server.status)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body["text"]))
        self.server.respond(self)

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[FakeRasa]:
    fake = FakeRasa()
    thread = threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield fake
    fake.stopped.set()
    fake.shutdown()
    fake.server_close()
    thread.join()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def nlu(server: FakeRasa, clock: Clock) -> Iterator[RasaNlu]:
    client = RasaNlu(server.url, Keywords(), timeout_s=0.4, clock=clock)
    yield client
    client.close()


def test_rasa_answers(server: FakeRasa, nlu: RasaNlu) -> None:
    assert nlu.status() == "keywords"
    understood = nlu.understand(TEXT)
    assert (understood.intent, understood.source, understood.language) == ("damaged", "rasa", "en")
    assert [e.value for e in understood.entities] == ["B-4471"]
    assert server.asked == [("/model/parse", TEXT)]
    assert nlu.status() == "rasa"


def test_confidence_is_scaled_so_that_the_model_threshold_is_the_clear_line(server: FakeRasa, nlu: RasaNlu) -> None:
    def at(probability: float) -> Understanding:
        server.respond = lambda handler: handler.send(200, parse_answer(confidence=probability))
        return nlu.understand("mmm")

    assert at(MODEL_THRESHOLD).confidence == CLEAR
    assert at(1.0).confidence == 1.0
    assert at(0.0).confidence == 0.0
    assert at(MODEL_THRESHOLD - 0.01).confidence < CLEAR
    assert at(0.2).confidence < at(0.25).confidence < at(0.5).confidence < at(0.9).confidence


def test_a_fallback_of_rasa_is_its_best_guess_and_unclear(server: FakeRasa, nlu: RasaNlu) -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.3}, {"name": "complaint", "confidence": 0.25}]
    server.respond = lambda handler: handler.send(200, parse_answer("nlu_fallback", 0.3, intent_ranking=ranking))
    understood = nlu.understand("mmm")
    assert (understood.intent, understood.source) == ("complaint", "rasa")
    assert understood.confidence < CLEAR


def test_two_guesses_as_good_as_each_other_are_unclear(server: FakeRasa, nlu: RasaNlu) -> None:
    def second(probability: float) -> Understanding:
        ranking = [{"name": "complaint", "confidence": 0.45}, {"name": "damaged", "confidence": probability}]
        server.respond = lambda handler: handler.send(200, parse_answer("complaint", 0.45, intent_ranking=ranking))
        return nlu.understand("mmm")

    assert second(0.45 - MODEL_MARGIN - 0.01).is_clear
    assert not second(0.45 - MODEL_MARGIN + 0.01).is_clear
    assert second(0.44).guesses == ("complaint", "damaged")


def test_what_else_it_may_be_is_told(server: FakeRasa, nlu: RasaNlu) -> None:
    names = ("complaint", "damaged", "out_of_scope", "help", "not_received", "greet")
    ranking = [{"name": n, "confidence": c} for n, c in zip(names, (0.4, 0.3, 0.2, 0.08, 0.07, 0.001), strict=True)]
    server.respond = lambda handler: handler.send(200, parse_answer("complaint", 0.4, intent_ranking=ranking))
    understood = nlu.understand("mmm")
    assert [intent for intent, _ in understood.alternatives] == ["damaged", "help", "not_received"]
    assert understood.alternatives[0][1] == pytest.approx(CLEAR * 0.3 / MODEL_THRESHOLD)
    assert understood.guesses == ("complaint", "damaged", "help", "not_received")


def test_when_rasa_is_unclear_a_sure_rule_is_believed(server: FakeRasa, nlu: RasaNlu) -> None:
    server.respond = lambda handler: handler.send(200, parse_answer("complaint", 0.1))
    understood = nlu.understand("where is my order")
    assert (understood.intent, understood.source) == ("where_is_my_order", "keywords")
    assert nlu.status() == "rasa"


@pytest.mark.parametrize(
    ("intent", "probability", "text", "means"),
    [
        ("reschedule", 0.5, "when does it come", "where_is_my_order"),  # a middling guess against a strong rule
        ("reschedule", 0.95, "when does it come", "reschedule"),  # a sure model
        ("reschedule", 0.7, "when does it come", "where_is_my_order"),  # one that is only fairly sure
        ("talk_to_person", 0.7, "yes please", "talk_to_person"),  # small talk must not overrule so much
        ("help", 0.97, "i want to talk to a human", "talk_to_person"),  # a request is more than a need of help
        ("deny", 0.97, "no llegó nada", "not_received"),  # who states something denies nothing
        ("deny", 0.97, "no está mi pedido", "not_received"),
        ("deny", 0.8, "no thanks cancel it", "cancel_order"),
        ("deny", 0.97, "no thanks cancel it", "deny"),  # the rule is a good one only
        ("help", 0.97, "where is my lamp", "help"),  # unless the rule is a good one only
        ("complaint", 0.5, "where is my lamp", "complaint"),  # a rule that is good only
        ("complaint", 0.2, "where is my lamp", "where_is_my_order"),
        ("out_of_scope", 0.5, "hi i would like another internet plan", "greet"),
        ("out_of_scope", 0.5, "where is my lamp", "where_is_my_order"),
        ("out_of_scope", 0.7, "where is my lamp", "out_of_scope"),
        ("damaged", 0.5, "hi i would like another internet plan", "damaged"),
        ("complaint", 0.2, "asdf qwer", "complaint"),  # no rule knows more
    ],
)
def test_who_is_believed(
    server: FakeRasa, nlu: RasaNlu, intent: str, probability: float, text: str, means: str
) -> None:
    server.respond = lambda handler: handler.send(200, parse_answer(intent, probability))
    understood = nlu.understand(text)
    assert understood.intent == means
    assert understood.source == ("rasa" if means == intent else "keywords")
    assert means == intent or intent in (*dict(understood.alternatives), "out_of_scope")


def test_signs_alone_are_not_asked(server: FakeRasa, nlu: RasaNlu) -> None:
    assert {nlu.understand(text).intent for text in ("???", "🍕", " ", "\ud800", "😀" * 1600)} == {"out_of_scope"}
    assert server.asked == []


@pytest.mark.parametrize(
    ("intent", "text", "means"),
    [
        ("goodbye", "no thanks sam, have a great day", "deny"),
        ("deny", "thank you robin for the help, nothing else", "thanks"),
        ("thanks", "okay robin see you then, bye", "goodbye"),
        ("thanks", "yes robin it does work", "affirm"),
        ("deny", "thanks but you got it wrong robin", "deny"),
        ("deny", "no problem robin", "deny"),
        ("greet", "no idea, good morning robin", "greet"),
        ("complaint", "no way", "complaint"),  # is not small talk, says the model
        ("thanks", "yes thank you", "affirm"),
        ("affirm", "sure robin, thanks", "thanks"),
        ("affirm", "ok robin thnaks", "thanks"),
        ("goodbye", "that helps robin, informationthank you, bye", "goodbye"),  # no opening says more
        ("affirm", "okthanks robin", "thanks"),
        ("thanks", "ok robin, nothing else, thanks", "thanks"),
        ("thanks", "ok nothing else robin, thanks", "deny"),
        ("affirm", "that is all robin", "deny"),
        ("deny", "that is all robin thank you", "thanks"),
        ("thanks", "okay robin good bye, thanks again", "goodbye"),
        ("deny", "no problem robin, thanks for telling", "thanks"),
        ("thanks", "not really robin, thanks", "deny"),
        ("affirm", "yeah robin thanks", "affirm"),
    ],
)
def test_of_small_talk_the_first_words_count(
    server: FakeRasa, nlu: RasaNlu, intent: str, text: str, means: str
) -> None:
    server.respond = lambda handler: handler.send(200, parse_answer(intent, 0.95))
    assert nlu.understand(text).intent == means


def wavering(first: str, second: str) -> Callable[[Handler], None]:
    ranking = [{"name": first, "confidence": 0.42}, {"name": second, "confidence": 0.4}]
    return lambda handler: handler.send(200, parse_answer(first, 0.42, intent_ranking=ranking))


def test_between_two_kinds_of_small_talk_the_first_words_decide(server: FakeRasa, nlu: RasaNlu) -> None:
    server.respond = wavering("goodbye", "thanks")
    understood = nlu.understand("i have enough from robin, what a help, thanks")
    assert (understood.intent, understood.is_clear) == ("thanks", True)
    server.respond = wavering("goodbye", "complaint")
    assert not nlu.understand("i have enough from robin, what a help, thanks").is_clear


def test_two_who_mean_the_same_are_clear_together(server: FakeRasa, nlu: RasaNlu) -> None:
    server.respond = wavering("deny", "thanks")
    understood = nlu.understand("not really")
    assert (understood.intent, understood.is_clear, understood.source) == ("deny", True, "keywords")


@pytest.mark.parametrize(
    "text", ["no dont cancel it", "please do not cancel my order", "por favor no cancelen mi pedido"]
)
def test_what_shall_not_be_done_is_not_done_however_sure_the_model(server: FakeRasa, nlu: RasaNlu, text: str) -> None:
    server.respond = lambda handler: handler.send(200, parse_answer("cancel_order", 0.99))
    assert nlu.understand(text).intent == "deny"


def wait(handler: Handler) -> None:
    handler.server.stopped.wait(10)


def drip(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.server.stopped.wait(0.02):
        handler.wfile.write(b"x")


def drip_body(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not handler.server.stopped.wait(0.02):
        handler.wfile.write(b" ")


FAULTS: dict[str, Callable[[Handler], None]] = {
    "500": lambda h: h.send(500, b"oops"),
    "404": lambda h: h.send(404, parse_answer()),
    "409 while no model is loaded": lambda h: h.send(409, b"{}"),
    "redirect": lambda h: h.send(302, b"", Location=f"{h.server.url}/elsewhere"),
    "html": lambda h: h.send(200, b"<html>login</html>"),
    "nothing": lambda h: h.send(200, b""),
    "list": lambda h: h.send(200, b"[]"),
    "number": lambda h: h.send(200, b"1e999"),
    "deep": lambda h: h.send(200, b"[" * 200_000),
    "no intent": lambda h: h.send(200, b"{}"),
    "intent is text": lambda h: h.send(200, b'{"intent": "damaged"}'),
    "intent of somebody else": lambda h: h.send(200, parse_answer("book_flight")),
    "intent is a list": lambda h: h.send(200, parse_answer(["damaged"])),
    "confidence is text": lambda h: h.send(200, parse_answer(confidence="high")),
    "confidence is a yes": lambda h: h.send(200, parse_answer(confidence=True)),
    "confidence is NaN": lambda h: h.send(200, parse_answer(confidence=float("nan"))),
    "fallback without a ranking": lambda h: h.send(200, parse_answer("nlu_fallback")),
    "ranking of rubbish": lambda h: h.send(200, parse_answer("nlu_fallback", 0.3, intent_ranking=[1])),
    "huge": lambda h: h.send(200, parse_answer(padding="x" * 1_100_000)),
    "not utf-8": lambda h: h.send(200, b'{"intent": "\xff\xfe"}'),
    "cut short": lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
    "not HTTP": lambda h: h.wfile.write(b"SSH-2.0-OpenSSH\r\n"),
    "silence": wait,
    "dripping header": drip,
    "dripping body": drip_body,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_end_in_keywords_and_in_time(fault: str, server: FakeRasa, nlu: RasaNlu) -> None:
    server.respond = FAULTS[fault]
    began = time.monotonic()
    understood = nlu.understand(TEXT)
    assert time.monotonic() - began < 2.0
    assert (understood.intent, understood.source) == ("where_is_my_order", "keywords")
    assert nlu.status() == "keywords"
    assert len(server.asked) == 1


def test_refused_connection() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nlu = RasaNlu(f"http://127.0.0.1:{closed.getsockname()[1]}", Keywords(), timeout_s=0.4)
        assert nlu.understand("where is my order").source == "keywords"
        assert not nlu.ping()
        nlu.close()


def test_an_unknown_intent_name_of_null_is_out_of_scope(server: FakeRasa, nlu: RasaNlu) -> None:
    server.respond = lambda handler: handler.send(200, parse_answer(None, 0.0))
    understood = nlu.understand("mmm")
    assert (understood.intent, understood.confidence, understood.source) == ("out_of_scope", 0.0, "rasa")


def test_breaker_opens_rests_tries_once_and_closes(server: FakeRasa, nlu: RasaNlu, clock: Clock) -> None:
    server.respond = FAULTS["500"]
    for _ in range(OPENS_AFTER):
        nlu.understand(TEXT)
    assert len(server.asked) == OPENS_AFTER
    nlu.understand(TEXT)
    clock.now += REST_S - 0.1
    nlu.understand(TEXT)
    assert len(server.asked) == OPENS_AFTER, "an open breaker asks nobody"
    assert nlu.status() == "keywords"

    clock.now += 0.2
    nlu.understand(TEXT)
    assert len(server.asked) == OPENS_AFTER + 1, "one text tries"
    nlu.understand(TEXT)
    assert len(server.asked) == OPENS_AFTER + 1, "which failed, so the rest begins anew"

    server.respond = lambda handler: handler.send(200, parse_answer())
    clock.now += REST_S + 0.1
    assert nlu.understand(TEXT).source == "rasa"
    assert nlu.understand(TEXT).source == "rasa"
    assert nlu.status() == "rasa"


def test_only_one_tries_when_many_text_at_once(server: FakeRasa, nlu: RasaNlu, clock: Clock) -> None:
    server.respond = FAULTS["500"]
    for _ in range(OPENS_AFTER):
        nlu.understand(TEXT)
    clock.now += REST_S + 0.1
    server.respond = FAULTS["silence"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: nlu.understand(TEXT), range(24)))
    assert {answer.source for answer in answers} == {"keywords"}
    assert len(server.asked) == OPENS_AFTER + 1


def test_a_success_forgets_earlier_failures(server: FakeRasa, nlu: RasaNlu) -> None:
    for _ in range(3):
        server.respond = FAULTS["500"]
        for _ in range(OPENS_AFTER - 1):
            nlu.understand(TEXT)
        server.respond = lambda handler: handler.send(200, parse_answer())
        assert nlu.understand(TEXT).source == "rasa"


def test_many_threads_get_their_own_answers(server: FakeRasa) -> None:
    def echo(handler: Handler) -> None:
        text = str(server.asked[-1])
        handler.send(200, parse_answer("damaged", 0.9, padding=text))

    server.respond = echo
    nlu = RasaNlu(server.url, Keywords())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(nlu.understand, [f"order {1000 + n}" for n in range(200)]))
    assert [answer.entities[0].value for answer in answers] == [str(1000 + n) for n in range(200)]
    nlu.close()


def test_more_at_once_than_we_hold_are_answered_by_keywords_at_once(server: FakeRasa, clock: Clock) -> None:
    release = threading.Event()

    def hold(handler: Handler) -> None:
        release.wait(60)
        handler.send(200, parse_answer())

    server.respond = hold
    nlu = RasaNlu(server.url, Keywords(), timeout_s=60, clock=clock)
    with ThreadPoolExecutor(24) as pool:
        waiting = [pool.submit(nlu.understand, TEXT) for _ in range(20)]
        deadline = time.monotonic() + 30
        while sum(w.done() for w in waiting) < 4 and time.monotonic() < deadline:
            release.wait(0.01)
        assert [w.result().source for w in waiting if w.done()] == ["keywords"] * 4
        release.set()
        assert sorted(w.result().source for w in waiting) == ["keywords"] * 4 + ["rasa"] * 16
    nlu.close()


def test_ping_tells_without_moving_the_breaker(server: FakeRasa, nlu: RasaNlu, clock: Clock) -> None:
    assert nlu.ping()
    assert nlu.status() == "rasa"
    for answer in ((409, b"{}"), (200, b"[]"), (200, b"<html>"), (200, b"{}"), (500, b"")):
        server.status = answer
        assert not nlu.ping()
        assert nlu.status() == "keywords"
    server.status = (200, b'{"model_file": "m.tar.gz"}')
    server.respond = FAULTS["500"]
    for _ in range(OPENS_AFTER):
        nlu.understand(TEXT)
    assert nlu.ping()
    assert nlu.status() == "keywords", "it is there, but the breaker still rests"
    clock.now += REST_S + 0.1
    assert nlu.status() == "rasa", "the next text would try it"


@pytest.mark.parametrize("text", ["a\ud800", "a\0b", "x" * 50_000, "a" + "😀" * 1600])
def test_any_text_can_be_sent(text: str, server: FakeRasa, nlu: RasaNlu) -> None:
    assert nlu.understand(text).source == "rasa"
    (path, sent) = server.asked[0]
    assert path == "/model/parse"
    assert len(sent) <= 2000
    assert "\0" not in sent


def test_nothing_is_asked_about_nothing(server: FakeRasa, nlu: RasaNlu) -> None:
    assert nlu.understand("  \n").confidence == 0.0
    assert server.asked == []


def test_a_closed_nlu_answers_by_keywords(nlu: RasaNlu) -> None:
    nlu.close()
    assert nlu.understand(TEXT).source == "keywords"
    assert not nlu.ping()


def test_no_text_is_logged(server: FakeRasa, nlu: RasaNlu, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in ("500", "html", "cut short", "intent of somebody else"):
        server.respond = FAULTS[fault]
        nlu.understand(TEXT)
    server.respond = FAULTS["html"]
    nlu.understand(TEXT)
    assert "keywords take over" in caplog.text
    assert "secret" not in caplog.text
    assert "4471" not in caplog.text


@pytest.mark.parametrize("url", ["", "127.0.0.1:5005", "ftp://host", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="NLU_URL"):
        RasaNlu(url, Keywords())
