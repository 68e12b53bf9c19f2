"""A workflow is read strictly, and what is wrong with it is named by its line."""

from datetime import timedelta
from pathlib import Path

import pytest

from channels.messages import Category
from db import Database
from flows.models import WorkflowVersion
from flows.texts import Texts
from flows.workflow import DEFAULTS, WorkflowError, read
from flows.workflow_store import WorkflowStore

ROOT = Path(__file__).resolve().parents[2]


def test_the_defaults_are_what_the_contract_prints() -> None:
    workflow = read("").workflow
    assert (workflow.brand, workflow.languages, workflow.consent.default) == ("Demo Store", ("en", "es"), True)
    assert workflow.channels.milestones == ("sms", "email")
    assert workflow.milestones == (
        "processed", "shipped", "out_for_delivery", "at_address", "delivered", "attempt_failed",
    )  # fmt: skip
    assert workflow.quiet_hours is not None
    assert (workflow.quiet_hours.begins, workflow.quiet_hours.ends) == (21 * 60, 8 * 60)
    assert set(workflow.quiet_hours.never_held) == set(Category) - {"milestone", "delay", "survey"}
    assert workflow.support_hours.days == {**dict.fromkeys(range(5), ((480, 1080),)), 5: ((540, 780),)}
    assert workflow.conversation.forget_after == timedelta(minutes=30)
    assert workflow.relay.cool_off == timedelta(days=7)
    assert workflow.eta.delay_grace == timedelta(minutes=15)
    assert workflow.survey.sample == 1.0


def test_the_demo_retailer_has_no_quiet_hours() -> None:
    workflow = read((ROOT / "workflows" / "default.yml").read_text(), "default.yml").workflow
    assert (workflow.brand, workflow.languages, workflow.quiet_hours) == ("Demo Store", ("en", "es"), None)


def test_a_file_is_merged_over_the_defaults_key_by_key() -> None:
    workflow = read("eta: {delay_grace: 20m}\nquiet_hours: {from: 22:30}\nmilestones: [shipped]\n").workflow
    assert workflow.eta.delay_grace == timedelta(minutes=20)
    assert workflow.eta.max_delay_texts_per_day == 3
    assert workflow.quiet_hours is not None and workflow.quiet_hours.begins == 22 * 60 + 30
    assert workflow.quiet_hours.ends == 8 * 60
    assert workflow.milestones == ("shipped",)


def test_naming_a_weekday_replaces_all_weekdays() -> None:
    hours = read('support_hours: {sat-sun: "10:00-12:00, 14:00-24:00", fri: off}').workflow.support_hours
    assert hours.days == {5: ((600, 720), (840, 1440)), 6: ((600, 720), (840, 1440)), 4: ()}
    assert hours.timezone == "America/Los_Angeles"
    assert read("support_hours: {timezone: Europe/Madrid}").workflow.support_hours.days[0] == ((480, 1080),)


def test_yaml_is_1_2() -> None:
    assert read("quiet_hours: off").workflow.quiet_hours is None
    assert read("brand: no").workflow.brand == "no"
    assert read("quiet_hours: {from: 21:00, to: 9:30}").workflow.quiet_hours.ends == 570  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("brand: X\nmilestons: [a]\n", "default.yml line 2: unknown key 'milestons' (did you mean 'milestones'?)"),
        (
            "eta:\n  arriving_m: 100\n  delay_grce: 1m\n",
            "default.yml line 3: unknown key 'delay_grce' (did you mean 'delay_grace'?)",
        ),
        (
            "eta:\n  delay_grace: 15\n",
            "default.yml line 2: eta.delay_grace: 15 is no duration: write it like 90s, 30m, 24h or 14d",
        ),
        ("milestones:\n  - shipped\n  - teleported\n", "default.yml line 3: milestones.1: input should be"),
        ("languages: []", "default.yml line 1: languages:"),
        (
            "support_hours:\n  timezone: Mars/Base\n",
            "default.yml line 2: support_hours.timezone: 'Mars/Base' is no time zone",
        ),
        (
            "support_hours:\n  mon: 08:00-18:00\n  tue: 9-5\n",
            "default.yml line 3: support_hours.tue: '9' is no time of day",
        ),
        ("support_hours:\n  munday: 08:00-18:00\n", "default.yml line 2: unknown key 'munday'"),
        (
            "\nreschedule:\n  windows: ['12:00-08:00']",
            "default.yml line 3: reschedule.windows: '12:00-08:00' ends before it begins",
        ),
        (
            "quiet_hours:\n  never_held:\n    - reply\n    - relai\n",
            "default.yml line 4: quiet_hours.never_held.1: input should be",
        ),
        ("brand: a\nbrand: b\n", "default.yml line 2: found duplicate key"),
        ("brand: [a\nlanguages: b", "default.yml line 2: expected"),
        ("- brand\n", "default.yml line 1: a workflow is a mapping of keys"),
        ("relay:\n", "default.yml line 1: relay:"),
        (
            "texts:\n  milestone_shiped: hi\n",
            "default.yml line 2: there is no text 'milestone_shiped' (did you mean 'milestone_shipped'?)",
        ),
        (
            "texts:\n  milestone_shipped: '{{ oder }}'\n",
            "default.yml line 2: milestone_shipped: nothing is called 'oder' here",
        ),
        (
            "texts:\n  milestone_shipped:\n    en: hi\n    fr: salut\n",
            "default.yml line 4: 'fr' is not one of the workflow's languages",
        ),
        ("texts:\n  thanks: '{{ brand'\n", "default.yml line 2: thanks: unexpected end of template"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(source: str, complaint: str) -> None:
    with pytest.raises(WorkflowError) as error:
        Texts().check(read(source, "default.yml"))
    assert str(error.value).startswith(complaint)


def store(folder: Path) -> WorkflowStore:
    return WorkflowStore(folder, Texts().check)


def brand_of(database: Database, workflows: WorkflowStore, retailer: str = "default") -> str:
    with database.read() as session:
        return workflows.of(session, retailer).brand


def test_a_file_that_changes_becomes_the_newest_version_and_one_that_stays_does_not(
    database: Database, tmp_path: Path, now
) -> None:
    file, workflows = tmp_path / "default.yml", store(tmp_path)
    file.write_text("brand: First\n")
    for _ in range(2):
        with database.write() as session:
            workflows.seed(session, now=now)
    assert brand_of(database, workflows) == "First"

    with database.write() as session:
        assert workflows.save(session, "default", "brand: Edited\n", by="ann@example.com", now=now)
    assert brand_of(database, workflows) == "Edited"
    with database.write() as session:
        workflows.seed(session, now=now)  # the file is the one loaded before: the edit stands
    assert brand_of(database, workflows) == "Edited"

    file.write_text("brand: Third # new\n")
    with database.write() as session:
        store(tmp_path).seed(session, now=now)
    assert brand_of(database, workflows) == "Third"  # another process's seed is seen through the cache
    with database.read() as session:
        assert [v.version for v in session.query(WorkflowVersion).order_by(WorkflowVersion.version)] == [1, 2, 3]
        assert workflows.export(session, "default") == "brand: Third # new\n"
        assert workflows.export(session, "other") == DEFAULTS.read_text()


def test_a_wrong_file_stops_the_start_and_changes_nothing(database: Database, tmp_path: Path, now) -> None:
    (tmp_path / "default.yml").write_text("brand: Good\n")
    (tmp_path / "shop-b.yml").write_text("brnd: Bad\n")
    with pytest.raises(WorkflowError, match=r"shop-b\.yml line 1"), database.write() as session:
        store(tmp_path).seed(session, now=now)
    assert brand_of(database, store(tmp_path)) == "Demo Store"


def test_a_retailer_without_a_brand_does_not_speak_under_anothers(database: Database, tmp_path: Path) -> None:
    workflows = store(tmp_path / "absent")
    assert brand_of(database, workflows) == "Demo Store"
    assert brand_of(database, workflows, "green-grocer") == "Green Grocer"
