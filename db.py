"""The ground: engine, sessions, time, uniqueness and wake-ups, the same on SQLite and PostgreSQL."""

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol, TypeVar

import psycopg
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached, sessionmaker
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")
#: Column type of row ids: 64 bits on PostgreSQL; plain INTEGER on SQLite, where only that becomes the rowid.
RowId = BigInteger().with_variant(Integer(), "sqlite")
#: Column type of JSON values.
Json = JSON().with_variant(postgresql.JSONB(), "postgresql")
#: PostgreSQL's codes for a transaction that may simply be run again: deadlock, serialisation failure.
RETRYABLE_SQLSTATES = frozenset({"40P01", "40001"})
#: How long the loser of a deadlock waits before its second try, at most.
FIRST_WAIT_S = 0.02


def utc_now() -> datetime:
    """Answer the present, aware, in UTC. The only clock of the house: everything else is told the time."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. A naive datetime is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the driver stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone has no place in the database")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Give back an aware UTC moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the house."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        int: RowId,  # most ints are ids of other rows; counters do not mind the width
        dict[str, Any]: Json,
        list[str]: Json,
        list[dict[str, Any]]: Json,
    }


def insert_once(session: Session, row: Base) -> bool:
    """Insert the row unless a unique key already has it: True when it is new, and then it is part of the session.

    Only uniqueness is forgiven; any other broken constraint raises IntegrityError. No savepoint is needed, so it is
    safe in the middle of a larger transaction. A concurrent insert of the same key waits for the other to end.
    """
    session.flush()
    mapper = inspect(type(row))
    values = {prop.columns[0].name: getattr(row, prop.key) for prop in mapper.column_attrs if prop.key in row.__dict__}
    table = mapper.local_table
    dialect = session.get_bind().dialect.name
    insert: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)  # type: ignore[arg-type]
    statement = insert.values(values).on_conflict_do_nothing().returning(*mapper.primary_key)
    key = session.execute(statement).one_or_none()
    if key is None:
        return False
    for column, value in zip(mapper.primary_key, key, strict=True):
        setattr(row, mapper.get_property_by_column(column).key, value)
    make_transient_to_detached(row)
    session.add(row)
    return True


class Database:
    """One database: sessions to write and to read, and a way to be woken when others write.

    url: `sqlite:///…` or `postgresql+psycopg://…`. pool_size: the most connections this process holds.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = url
        self.engine = _sqlite_engine(url, pool_size) if url.startswith("sqlite") else _postgres_engine(url, pool_size)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writers = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(self.engine.execution_options(reads_only=True), expire_on_commit=False)
        # SQLite's own busy handler sleeps in growing steps; threads of one process queue here instead, at once.
        self._one_writer: threading.Lock | None = threading.Lock() if self.is_sqlite else None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end of the block, rolled back when it raises."""
        if self._one_writer is None:
            with self._writers.begin() as session:
                yield session
            return
        with self._one_writer, self._writers.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads. On SQLite it never waits for a writer."""
        with self._readers.begin() as session:
            yield session

    def run(self, work: Callable[[Session], T], *, attempts: int = 5) -> T:
        """Run `work` in a writing transaction, whole again on a deadlock or a serialisation failure.

        Those that met wait for different times, twice as long at each try, so that they do not meet again.
        """
        for tried in range(attempts):
            try:
                with self.write() as session:
                    return work(session)
            except OperationalError as error:
                last = tried == attempts - 1
                if last or getattr(error.orig, "sqlstate", None) not in RETRYABLE_SQLSTATES:
                    raise
            time.sleep(random.uniform(0.5, 1.0) * FIRST_WAIT_S * 2**tried)  # noqa: S311 - a pause, no secret
        raise AssertionError("unreachable")

    def waiter(self, *channels: str) -> "Waiter":
        """Something to wait on until another session has committed work for one of the channels."""
        return SqliteWaiter(self.url) if self.is_sqlite else PostgresWaiter(self.url, channels)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def wake(session: Session, channel: str) -> None:
    """Wake whoever waits on the channel, once this transaction has committed. SQLite's waiters see any commit."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": f"doorline_{channel}"})


class Waiter(Protocol):
    """Waits for work. A wake-up may come without work, and work without a wake-up: polling stays the truth."""

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Return when woken, when `stop` is set, or after the seconds."""

    def close(self) -> None:
        """Give the connection back."""


class SqliteWaiter(Waiter):
    """Polls `PRAGMA data_version` on a connection of its own: pooled ones disagree and an open read freezes it."""

    STEP_S = 0.02

    def __init__(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._seen = self._version()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Return at the next commit of anybody else."""
        steps = max(1, round(seconds / self.STEP_S))
        for _ in range(steps):
            version = self._version()
            if version != self._seen:
                self._seen = version
                return
            if stop.wait(self.STEP_S):
                return

    def close(self) -> None:
        """Close the polling connection."""
        self._connection.close()


class PostgresWaiter(Waiter):
    """LISTENs on a connection of its own; when that breaks it degrades to a plain wait and connects again."""

    STEP_S = 0.25

    def __init__(self, url: str, channels: tuple[str, ...]) -> None:
        self._conninfo = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._channels = channels
        self._connection: psycopg.Connection[Any] | None = None

    def _connected(self) -> "psycopg.Connection[Any]":
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=3)
            for channel in self._channels:
                self._connection.execute(f'LISTEN "doorline_{channel}"')
        return self._connection

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Return at the next notification."""
        left = seconds
        while left > 0 and not stop.is_set():
            step = min(self.STEP_S, left)
            try:
                for _ in self._connected().notifies(timeout=step, stop_after=1):
                    return
            except psycopg.Error:
                self.close()
                stop.wait(step)
            left -= step

    def close(self) -> None:
        """Close the listening connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    # check_same_thread off: the pool hands a connection to one thread at a time, but not always to the same one.
    engine = create_engine(
        url, connect_args={"check_same_thread": False}, pool_size=pool_size, max_overflow=0, hide_parameters=True
    )

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Any) -> None:
        # A transaction that reads first and writes later cannot be upgraded under WAL: writers say so at once.
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _postgres_engine(url: str, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=2,  # a web request must be able to say 503 within 3 s
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text must not quote a number or somebody's words
        connect_args={
            "connect_timeout": 2,
            "tcp_user_timeout": 5000,
            "application_name": "doorline",
            "options": "-c timezone=UTC -c statement_timeout=30000 -c lock_timeout=10000",
        },
    )
