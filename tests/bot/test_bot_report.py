"""The comparison, the line of "unclear" and the report page, without a model."""

import json
from pathlib import Path

import pytest

from bot import compare, report, sources, threshold
from bot.keywords import Keywords

LINES = [("where is my order", "where_is_my_order"), ("hi", "greet"), ("<b>play a song</b>", "out_of_scope")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mapping.yml").write_text(
        "a:\n  track: where_is_my_order\n  out_of_scope: [song]\nb:\n  yes_: affirm\n"
    )
    rows = [("where", "track"), ("sing", "song"), ("other", "never_mapped"), ("where", "track")]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": t, "intent": i}) + "\n" for t, i in rows))
    (tmp_path / "b.jsonl").write_text('{"text": "yes [really]", "intent": "yes_"}\n')
    return tmp_path


def test_sources_are_read_by_their_mapping(folder: Path) -> None:
    found = sources.load(folder)
    assert found["a"] == [("where", "where_is_my_order"), ("sing", "out_of_scope"), ("where", "where_is_my_order")]
    assert sources.some_of_each(found["a"], 1) == [("sing", "out_of_scope"), ("where", "where_is_my_order")]
    assert threshold.foreign(folder) == [("other", "out_of_scope")]


@pytest.mark.parametrize("content", ["", "- a", "a: b", "a: {track: no_such_intent}"])
def test_a_mapping_of_nonsense_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "mapping.yml").write_text(content)
    with pytest.raises(sources.BadSourcesError):
        sources.mapping(tmp_path)


def test_a_sample_is_always_the_same() -> None:
    pairs = [(str(n), "greet") for n in range(100)]
    assert sources.sample(pairs, 10) == sources.sample(pairs, 10)
    assert len(set(sources.sample(pairs, 10))) == 10
    assert sources.sample(pairs, 200) == pairs


def test_left_out_means_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is asked about a source has seen the other one, and nothing of this one."""
    seen: list[tuple[list[str], str]] = []

    def trial(config: Path, data: Path, texts: list[str]) -> dict[str, object]:
        seen.append((list(texts), "".join(file.read_text(encoding="utf-8") for file in data.glob("*.yml"))))
        ranking = [["affirm", 0.9], ["deny", 0.1]]
        return {"train_s": 1.0, "load_s": 1.0, "ms_per_text": 1.0, "answers": [ranking] * len(texts)}

    monkeypatch.setattr(compare, "trial", trial)
    everything = sources.load(folder)
    rows = list(compare.run("words", "theirs", everything, everything))
    assert [(row["source"], row["accuracy"]) for row in rows] == [("a", 0.0), ("b", 1.0)]
    assert seen[0][0] == ["where", "sing", "where"]
    assert "- yes really" in seen[0][1]
    assert "- where" not in seen[0][1]
    assert "- sing" in seen[1][1]
    assert "- yes" not in seen[1][1]
    assert "| words | theirs | 0.000 | 1.000 | 0.500 |" in compare.table(rows)


def test_weak_and_close_guesses_mean_nothing() -> None:
    assert compare.answered([["greet", 0.9], ["deny", 0.1]]) == "greet"
    assert compare.answered([["greet", 0.29], ["deny", 0.1]]) == "out_of_scope"
    assert compare.answered([["greet", 0.45], ["deny", 0.44]]) == "out_of_scope"


def test_the_line_of_unclear() -> None:
    found = [("greet", [["greet", 0.33], ["deny", 0.3]]), ("out_of_scope", [["greet", 0.22], ["deny", 0.1]])]
    rows = threshold.table(found).splitlines()
    assert "| 0.15 | 0.0 | 0.000 | 0.000 | 0.000 |" in rows
    assert "| 0.25 | 0.0 | 1.000 | 0.000 | 0.000 |" in rows
    assert "| 0.25 | 0.05 | 1.000 | 1.000 | 0.000 |" in rows


def test_the_page_shows_figures_and_escapes_texts() -> None:
    page = report.page(report.ask(Keywords(), "keywords", {"set": [*LINES, ("<b>play a song</b>", "greet")]}))
    assert "<td>4<td>0.750</td>" in page.replace(" class=low", "")
    assert "&lt;b&gt;play a song" in page
    assert "<b>" not in page
    assert "http" not in page, "the page fetches nothing"


def test_sets_come_from_files_of_ours_as_well(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('{"text": "hi", "intent": "greet"}\n')
    assert report.sets_in(tmp_path) == {"mine": [("hi", "greet")]}
