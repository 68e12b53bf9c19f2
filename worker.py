"""The worker's front door: hears what came in, says what is owed, and ticks. Any number of them may run."""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.keywords import Keywords
from bot.rasa import RasaNlu
from channels import easypost_api, inbox, outbox, receipts, restoring, store_apis, twilio_listing, unknown
from channels.dispatch import Dispatcher
from channels.inbox import ClaimedText
from channels.messages import Channel
from channels.models import Heartbeat
from channels.picture_fetching import WebPictures
from channels.picture_source import NoPictures, PictureSource
from db import Database, utc_now, wake
from flows import asking, escalation, import_work, proof_fetching, provider_copies, router, store_upkeep, upkeep
from flows.house import House
from flows.outbound_sending import WebhookSender
from settings import Settings, SettingsError
from web.api import idempotency

log = logging.getLogger("doorline.worker")

HEARTBEAT_S, HANDLERS = 5, 4
POLL_S = 1.0
BATCH = 200  # rows one transaction of a tick takes
DRAIN_S = 15.0


def channels_of(settings: Settings, database: Database) -> Mapping[str, Channel]:
    """Name the adapter that serves each channel on this installation: the browser's phones in demo mode."""
    found: dict[str, Channel] = {}
    if settings.twilio_configured:
        from channels.twilio_sms import TwilioSms

        def already_ours(provider_id: str) -> bool:
            with database.read() as session:
                return outbox.knows(session, "sms", provider_id)

        found["sms"] = TwilioSms(
            settings.twilio_account_sid,
            settings.twilio_auth_tokens,
            api_url=settings.twilio_api_url,
            status_callback_base=settings.public_base_url,
            messaging_service_sid=settings.twilio_messaging_service_sid,
            already_ours=already_ours,
            lease_s=settings.lease_s,
        )
    elif settings.demo:
        from channels.phone import PhoneChannel

        found["sms"] = PhoneChannel(database)
    if settings.smtp_url:
        from channels.email_smtp import SmtpEmail

        found["email"] = SmtpEmail(settings.smtp_url, public_base_url=settings.public_base_url)
    elif settings.demo:
        from channels.phone import DemoMail

        found["email"] = DemoMail(database)
    return found


def pictures_of(settings: Settings) -> PictureSource:
    """Name where the pictures of incoming texts are fetched on this installation."""
    source: PictureSource = NoPictures()
    if settings.twilio_configured:
        from channels.twilio_media import TwilioMedia

        sid, token = settings.twilio_account_sid, settings.twilio_auth_tokens[0]
        source = TwilioMedia(sid, token, api_url=settings.twilio_api_url)
    if settings.demo:
        from channels.phone import PhonePictures

        source = PhonePictures(source)
    return source


def nlu_of(settings: Settings) -> RasaNlu | Keywords:
    """Keywords always answer; where an NLU is configured it is asked first."""
    return RasaNlu(settings.nlu_url, Keywords()) if settings.nlu_url else Keywords()


@dataclass
class Worker:
    """One worker process. `run` returns after `stop` is set and everything in flight has ended."""

    settings: Settings
    database: Database
    channels: Mapping[str, Channel]
    house: House
    nlu: RasaNlu | Keywords
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Serve until `stop` is set; then finish what has begun, within 15 s."""
        dispatcher = Dispatcher(
            self.database,
            self.channels,
            worker=self.name,
            threads=self.settings.sending_threads,
            lease_s=self.settings.lease_s,
            unknown_looks_s=self.settings.unknown_looks_s,
            sender_per_second=self.settings.sender_per_second,
        )
        teller = WebhookSender.over(self.database, self.house, clock=utc_now)
        first = restoring.Restored(self.database, self.house.listing, forced=self.settings.reconcile_first)
        loops = {"outbox": lambda: dispatcher.run(self.stop, first=first), "webhooks": lambda: teller.run(self.stop)}
        loops["inbox"] = self._hear
        threads = [threading.Thread(target=self._guarded, args=loop, name=loop[0]) for loop in loops.items()]
        for thread in threads:
            thread.start()
        scheduler = self._ticks()
        scheduler.start()
        log.info("worker started name=%s", self.name)
        self.stop.wait()
        scheduler.shutdown(wait=False)
        dispatcher.drain(DRAIN_S)
        for thread in threads:
            thread.join(DRAIN_S)
        self._sign_off()
        log.info("worker ended name=%s", self.name)

    def _sign_off(self) -> None:
        """Take the sign of life back: health must not believe in a worker that has just ended."""
        try:
            with self.database.write() as session:
                session.execute(delete(Heartbeat).where(Heartbeat.worker == self.name))
        except OperationalError as error:
            log.warning("sign of life not taken back: %s", type(error.orig).__name__)

    def _guarded(self, what: str, loop: Callable[[], None]) -> None:
        """A loop survives the database's absence: it rests and goes on. Anything else ends the process, loudly."""
        while not self.stop.is_set():
            try:
                loop()
            except OperationalError as error:
                log.warning("%s waits for the database: %s", what, type(error.orig).__name__)
                self.stop.wait(POLL_S)
            except Exception:
                # The supervisor starts a fresh process; a worker with a dead thread would look alive and do nothing.
                log.exception("%s loop died; the worker ends", what)
                os._exit(1)

    def _hear(self) -> None:
        """Claim the oldest unhandled text of each conversation, as many as there are free handlers, and route them."""
        waiter = self.database.waiter("inbox")
        running: set[Future[None]] = set()
        with ThreadPoolExecutor(HANDLERS, thread_name_prefix="inbox") as pool:
            try:
                while not self.stop.is_set():
                    running = {future for future in running if not future.done()}
                    claimed = self._claim(HANDLERS - len(running))
                    running |= {pool.submit(self._handle, text) for text in claimed}
                    if not claimed:
                        waiter.wait(POLL_S, self.stop)
            finally:
                waiter.close()

    def _claim(self, limit: int) -> list[ClaimedText]:
        if limit <= 0:
            return []
        with self.database.write() as session:
            return inbox.claim(session, worker=self.name, now=utc_now(), limit=limit, lease_s=self.settings.lease_s)

    def _handle(self, text: ClaimedText) -> None:
        if text.exhausted:  # it has ended its workers again and again, without an exception to catch
            self._set_back(text, "WorkerDied")
            return
        try:
            taken_by = router.handle(self.database, self.house, text, clock=utc_now)
            log.info("inbox id=%s handled_by=%s", text.id, taken_by)
        except Exception as error:
            log.exception("inbox id=%s failed error=%s", text.id, type(error).__name__)
            self._set_back(text, type(error).__name__)
        with self.database.write() as session:
            wake(session, "inbox")  # a handler is free again, and the conversation may have a next text

    def _set_back(self, text: ClaimedText, error: str) -> None:
        try:
            with self.database.write() as session:
                if inbox.settle_failed(session, text, error=error, now=utc_now()):
                    escalation.dead_message(session, self.house, text, now=utc_now())
        except OperationalError as lost:
            # The lease runs out by itself, so nothing is lost while the database is away.
            log.warning("inbox id=%s not set back: %s", text.id, type(lost.orig).__name__)

    def _ticks(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        for seconds, work in (
            (HEARTBEAT_S, self.beat),
            (1, self.promote),
            (1, self.take_receipts),
            (1, self.import_files),
            (5, self.settle_unknown),
            (5, self.look_after),
            (10, self.exchange),
            (3600, self.tidy),
        ):
            scheduler.add_job(self._tick, "interval", args=[work], seconds=seconds, id=work.__name__)
        scheduler.add_job(self._tick, args=[self.beat], id="first beat")
        return scheduler

    def _tick(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OperationalError as error:
            log.warning("tick %s waits for the database: %s", work.__name__, type(error.orig).__name__)

    def beat(self) -> None:
        """Give a sign of life, and say who understands texts here."""
        nlu = "keywords"
        if isinstance(self.nlu, RasaNlu):
            self.nlu.ping()
            nlu = self.nlu.status()
        with self.database.write() as session:
            session.merge(Heartbeat(worker=self.name, at=utc_now(), nlu=nlu))
            session.execute(delete(Heartbeat).where(Heartbeat.at < utc_now() - timedelta(hours=1)))

    def promote(self) -> None:
        """Planned texts whose hour has come take their place; useless ones expire."""
        self._in_batches(lambda session: outbox.promote(session, utc_now(), BATCH))
        with self.database.write() as session:
            outbox.expire(session, utc_now())

    def take_receipts(self) -> None:
        """Apply what providers said about our texts."""
        self._in_batches(lambda session: receipts.apply(session, utc_now(), BATCH))

    def _in_batches(self, work: Callable[[Session], int]) -> None:
        """Until nothing full is left, each batch in a transaction of its own: a burst must not wait tick by tick."""
        full = True
        while full and not self.stop.is_set():
            with self.database.write() as session:
                full = work(session) >= BATCH

    def import_files(self) -> None:
        """Take in the files of shipments that somebody handed in, one after the other."""
        import_work.work_all(self.database, self.house, self.name, self.settings.lease_s, clock=utc_now, stop=self.stop)

    def settle_unknown(self) -> None:
        """Ask the provider about texts whose outcome nobody knows."""
        unknown.settle_unknown(self.database, self.channels, now=utc_now(), looks_s=self.settings.unknown_looks_s)

    def look_after(self) -> None:
        """Everything that follows from time in the stories: missed promises, mails instead of failed texts."""
        upkeep.tick(self.database, self.house, now=utc_now())

    def exchange(self) -> None:
        """Carriers keep pictures for us, providers people's until told not to; stores and sources are asked."""
        proof_fetching.fetch_due(self.database, self.house, clock=utc_now)
        provider_copies.delete_copies(self.database, self.house, now=utc_now())
        store_upkeep.tick(self.database, self.house, store_apis.of(self.settings), clock=utc_now, stop=self.stop)
        asking.ask_due(self.database, self.house, clock=utc_now)

    def tidy(self) -> None:
        """Forget what has served its time."""
        upkeep.tidy(self.database, self.house, now=utc_now())
        self.database.run(lambda session: idempotency.purge(session, now=utc_now()))


def main() -> int:
    """Run a worker until SIGTERM or SIGINT."""
    try:
        settings = Settings.load()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    database = Database(settings.database_url, pool_size=settings.sending_threads + HANDLERS + 8)
    nlu = nlu_of(settings)
    house = replace(House.build(settings, nlu=nlu, pictures=pictures_of(settings)), web_pictures=WebPictures())
    house = replace(house, listing=twilio_listing.of(settings), easypost=easypost_api.of(settings))
    worker = Worker(settings, database, channels_of(settings, database), house, nlu)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop.set())
    worker.run()
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
