"""How well the language of short texts is told, ours beside lingua's where that is installed.

    .venv/bin/python -m benchmarks.languages

Prints, for each table and each set of a retailer's languages: how often a text is recognised while another language is
in use, how often it is taken for a third one, and how often a text that tells no language (a name, a number, "ok",
"hola") would change the one in use. lingua is no dependency: pip install lingua-language-detector to see its lines.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.language import detect

TABLES = Path(__file__).parent.parent / "tests/bot"
RETAILERS = (("en", "es"), ("en", "es", "fr", "de", "pt", "it"))
Detector = Callable[[str, str], tuple[str, float]]


def _lines(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (TABLES / f"{name}.tsv").read_text().splitlines()]


def _memory_mb() -> float:
    with Path("/proc/self/smaps_rollup").open() as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1024


def _contestants(allowed: tuple[str, ...]) -> Iterator[tuple[str, Detector, float]]:
    """Name, detector and the confidence from which it counts."""
    for sure in (0.5, 0.75):
        yield "ours", lambda text, using: detect(text, allowed, using), sure
    try:
        from lingua import IsoCode639_1, Language, LanguageDetectorBuilder
    except ImportError:
        return
    spoken = [Language.from_iso_code_639_1(getattr(IsoCode639_1, code.upper())) for code in allowed]
    for name in ("lingua", "lingua, low accuracy"):
        builder = LanguageDetectorBuilder.from_languages(*spoken)
        built = (builder.with_low_accuracy_mode() if "low" in name else builder).build()

        def ask(text: str, _using: str, built: object = built) -> tuple[str, float]:
            best = built.compute_language_confidence_values(text)[0]
            return best.language.iso_code_639_1.name.lower(), best.value

        for sure in (0.5, 0.6, 0.75):
            yield name, ask, sure


def _measure(rows: list[list[str]], allowed: tuple[str, ...], ask: Detector, sure: float) -> tuple[float, float, float]:
    right = wrong = texts = flips = neutral = 0
    for code, text in rows:
        for using in allowed:
            if code not in (*allowed, "-") or code == using:
                continue
            found, confidence = ask(text, using)
            changes = confidence >= sure and found != using
            if code == "-":
                neutral, flips = neutral + 1, flips + changes
            else:
                texts, right, wrong = (
                    texts + 1,
                    right + (changes and found == code),
                    wrong + (changes and found != code),
                )
    return right / texts, wrong / texts, flips / neutral


def main() -> None:
    neutral = [row for row in _lines("languages") if row[0] == "-"]
    for allowed in RETAILERS:
        for table in ("languages", "languages_unseen"):
            rows = [row for row in _lines(table) if row[0] != "-"] + neutral
            for name, ask, sure in _contestants(allowed):
                before, began = _memory_mb(), time.perf_counter()
                right, wrong, flips = _measure(rows, allowed, ask, sure)
                each_ms = (time.perf_counter() - began) / len(rows) / len(allowed) * 1000
                print(
                    f"{table:17} {len(allowed)} languages  {name:21} from {sure:.2f}: right {right:.3f}  "
                    f"wrong {wrong:.3f}  flips {flips:.3f}  {each_ms:.2f} ms  +{_memory_mb() - before:.0f} MB"
                )


if __name__ == "__main__":
    main()
