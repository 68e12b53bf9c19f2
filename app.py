"""The web's front door and the command line: builds the parts, once, and hands them over."""

import json
import logging
import sys
from pathlib import Path

import click
from flask import Flask

import migrations
from db import Database, utc_now
from flows import accounts, demo, mapping_trial, shadow_report, workflow_try
from flows.house import House
from flows.workflow import WorkflowError
from flows.workflow_values import duration
from settings import Settings, SettingsError
from web import build
from web.context import Parts
from worker import channels_of

WEB_POOL = 10


def create_app(settings: Settings | None = None) -> Flask:
    """Build the WSGI application. Raises SettingsError, and WorkflowError when a workflow file is wrong."""
    settings = settings or Settings.load()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    database = Database(settings.database_url, pool_size=WEB_POOL)
    prepare(settings, database)
    app = Flask("doorline", static_folder=None)
    parts = Parts(
        settings=settings,
        database=database,
        house=House.build(settings),
        channels=channels_of(settings, database),
        clock=utc_now,
    )
    build(app, parts)
    return app


def prepare(settings: Settings, database: Database) -> None:
    """Make sure that the default retailer, its numbers, keys, agents and workflow are there. Safe to repeat."""
    house = House.build(settings)
    with database.write() as session:
        accounts.ensure_default(session, settings, now=utc_now())
        house.workflows.seed(session, now=utc_now())


@click.group()
def cli() -> None:
    """Doorline's own commands."""


@cli.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    settings = _settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    click.echo(migrations.upgrade(settings.database_url))


@cli.command("prepare")
@click.pass_context
def prepare_all(context: click.Context) -> None:
    """Do both, `migrate` and `seed`, for a quick start."""
    context.invoke(migrate)
    context.invoke(seed)


@cli.command()
def seed() -> None:
    """Prepare the default retailer; in demo mode add a few parcels to look at. Safe to repeat."""
    settings = _settings()
    database = Database(settings.database_url)
    prepare(settings, database)
    if settings.demo:
        click.echo(demo.seed(database, House.build(settings), now=utc_now()))


@cli.group()
def retailer() -> None:
    """Retailers of this installation."""


@retailer.command("add")
@click.argument("name")
@click.option("--number", required=True, help="The number this retailer texts from, E.164.")
def retailer_add(name: str, number: str) -> None:
    """Add a retailer and print its API key, this once."""
    settings = _settings()
    database = Database(settings.database_url)
    prepare(settings, database)
    try:
        with database.write() as session:
            key = accounts.add_retailer(session, name, number, now=utc_now())
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps({"retailer": name, "api_key": key}))


@cli.group("mapping")
def mapping_group() -> None:
    """Mapping files of house systems."""


@mapping_group.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("payload", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def mapping_try(file: Path, payload: Path) -> None:
    """Show what FILE makes of the message PAYLOAD, and what is missing. Stores nothing; exit status 1 for a fault."""
    try:
        report, complete = mapping_trial.tried(file, payload)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(report)
    sys.exit(0 if complete else 1)


@cli.group()
def shadow() -> None:
    """What shadow mode has kept back."""


@shadow.command("report")
@click.option("--since", default="7d", show_default=True, help="How far back, such as 12h or 7d.")
@click.option("--retailer", "name", default=accounts.DEFAULT, show_default=True)
def shadow_report_of(since: str, name: str) -> None:
    """Show what would have been said, to whom, when, in how many segments, at what cost."""
    settings, now = _settings(), utc_now()
    database = Database(settings.database_url)
    try:
        begin = now - duration(since)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--since") from error
    with database.read() as session:
        if not accounts.retailer_exists(session, name):
            raise click.ClickException(f"There is no retailer {name!r}.")
        prices = House.build(settings).workflows.of(session, name).prices
        click.echo(shadow_report.in_words(shadow_report.report(session, name, prices, since=begin)))


@cli.group("workflow")
def workflow_group() -> None:
    """A retailer's rules and words."""


@workflow_group.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", default="7d", show_default=True, help="How far back, such as 12h or 7d.")
@click.option("--retailer", "name", default=accounts.DEFAULT, show_default=True)
@click.option("--parcels", default=1000, show_default=True, help="The newest parcels that are looked at.")
def workflow_try_draft(file: Path, since: str, name: str, parcels: int) -> None:
    """Tell what has happened by the draft FILE, and show where that differs from what was sent. Writes nothing."""
    settings, now = _settings(), utc_now()
    try:
        begin = now - duration(since)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--since") from error
    try:
        trial = workflow_try.tried(
            Database(settings.database_url), House.build(settings), file.read_text(encoding="utf-8"), file.name,
            retailer=name, since=begin, now=now, limit=parcels, progress=lambda words: click.echo(words, err=True),
        )  # fmt: skip
    except (WorkflowError, OSError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(workflow_try.in_words(trial))


def _settings() -> Settings:
    try:
        return Settings.load()
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    cli()
