"""How well a set of texts could be understood at all: `python -m bot.oracle FOLDER [--source NAME] [--split WORD]
[--nlu rasa|keywords]`.

Where the same text stands in a set with different intents, nobody who sees only the text can be right each time. Per
source and intent this prints, in Markdown, what share of its texts stand under another intent too, the recall of an
oracle that answers each different text by its commonest intent, and that of one that chooses so that the worst intent
of the source comes out as well as it can. Texts are the same when `bot.normal` says so. FOLDER as in bot.sources;
`--split` keeps only the lines whose "source" ends so ("test"); `--nlu` adds what is reached, asking each different text
once.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from bot import sources
from bot.evaluate import answers, rasa
from bot.keywords import Keywords
from bot.nlu_environment import NluError
from bot.normal import normal
from bot.sources import Pair
from bot.understanding import CLEAR, Nlu

_STEP: Final = 0.01
_ROUNDS: Final = 400


def shared(pairs: Sequence[Pair]) -> dict[str, Counter[str]]:
    """{text: how often it stands under each intent}."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text, intent in pairs:
        found[normal(text) or text][intent] += 1
    return found


def recalls(texts: Mapping[str, Counter[str]], weights: Mapping[str, float] | None = None) -> dict[str, float]:
    """Recall of each intent when every text is answered by its commonest intent; a weight makes one count for more."""
    weigh = weights or {}
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for intents in texts.values():
        best = max(sorted(intents), key=lambda intent: intents[intent] * weigh.get(intent, 1.0))
        right[best] += intents[best]
        total.update(intents)
    return {intent: right[intent] / total[intent] for intent in total}


def fairest(texts: Mapping[str, Counter[str]]) -> dict[str, float]:
    """Recalls of an oracle that favours whichever intent is worst off: the highest least recall that it finds.

    Found by steps, so that a better one may exist by a hair.
    """
    weights = dict.fromkeys(recalls(texts), 1.0)
    best = recalls(texts)
    for _ in range(_ROUNDS if texts else 0):
        now = recalls(texts, weights)
        if min(now.values()) > min(best.values()):
            best = now
        weights[min(now, key=lambda intent: now[intent])] *= 1 + _STEP
    return best


def reached(nlu: Nlu, pairs: Sequence[Pair]) -> dict[str, float]:
    """Recall of each intent by `nlu`, as in service. Raises NluError when Rasa falls silent meanwhile."""
    different = [(text, "") for text in dict.fromkeys(text for text, _ in pairs)]
    given = {text: got for (text, _), (_, got) in zip(different, answers(nlu, different, CLEAR), strict=True)}
    total = Counter(intent for _, intent in pairs)
    right = Counter(intent for text, intent in pairs if given[text] == intent)
    return {intent: right[intent] / total[intent] for intent in total}


def table(everything: Mapping[str, Sequence[Pair]], nlu: Nlu | None = None) -> str:
    """Markdown, a row per source and intent; with `nlu` also what it reaches."""
    lines = ["| set | intent | texts | shared with another intent | oracle: recall | worst as well as can be |"
             + (" reached |" if nlu else ""), "|---" * (7 if nlu else 6) + "|"]  # fmt: skip
    for source, pairs in everything.items():
        texts = shared(pairs)
        plain, even = recalls(texts), fairest(texts)
        got = reached(nlu, pairs) if nlu else {}
        for intent in sorted(plain):
            total = sum(intents[intent] for intents in texts.values())
            both = sum(intents[intent] for intents in texts.values() if len(intents) > 1)
            lines.append(
                f"| {source} | {intent} | {total} | {both / total:.3f} | {plain[intent]:.3f} | {even[intent]:.3f} |"
                + (f" {got[intent]:.3f} |" if nlu else "")
            )
    return "\n".join(lines)


def of_split(folder: Path, ending: str) -> dict[str, list[Pair]]:
    """As `bot.sources.load`, only lines whose "source" ends with `ending`."""
    found: dict[str, list[Pair]] = {}
    for source, ours in sources.mapping(folder).items():
        lines = (folder / f"{source}.jsonl").read_text(encoding="utf-8").split("\n")
        rows = (json.loads(line) for line in lines if line)
        pairs = [(row["text"], ours[row["intent"]]) for row in rows
                 if row["intent"] in ours and row.get("source", "").endswith(ending)]  # fmt: skip
        if pairs:
            found[source] = pairs
    return found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.oracle", description="How well texts can be understood.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", help="this one only")
    parser.add_argument("--split", default="", help='lines whose "source" ends so, such as "test"')
    parser.add_argument("--nlu", choices=("rasa", "keywords"), help="add what is reached, as in service")
    arguments = parser.parse_args()
    try:
        everything = of_split(arguments.folder, arguments.split)
        if arguments.source:
            everything = {name: pairs for name, pairs in everything.items() if name == arguments.source}
        with rasa() if arguments.nlu == "rasa" else nullcontext(Keywords() if arguments.nlu else None) as nlu:
            sys.stdout.write(table(everything, nlu) + "\n")
    except NluError as unavailable:
        sys.stderr.write(f"No NLU: {unavailable}.\n")
        return 1
    except (sources.BadSourcesError, OSError, ValueError, KeyError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
