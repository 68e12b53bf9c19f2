"""Trains one Rasa model and lets it answer many texts: a trial of `bot.compare`.

Never imported by Doorline: run as a file by `.venv-nlu`'s interpreter with -I, like rasa_launcher.py. Reads a job
{"config","data","out","texts"} from the file that its only argument names; writes there {"train_s","load_s",
"ms_per_text","answers"}, an answer being the ranking [[intent, probability], ...], best first.
"""

import asyncio
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any


def _ranking(parsed: dict[str, Any]) -> list[list[Any]]:
    return [[row["name"], round(float(row["confidence"]), 5)] for row in parsed["intent_ranking"]]


async def _answers(agent: Any, texts: list[str]) -> list[list[list[Any]]]:
    return [_ranking(await agent.parse_message(text)) for text in texts]


def main() -> None:
    """The command line."""
    warnings.simplefilter("ignore")
    # These are there in the other environment only.
    from rasa.core.agent import Agent  # type: ignore[import-not-found]
    from rasa.model_training import train_nlu  # type: ignore[import-not-found]

    target = Path(sys.argv[1])
    job = json.loads(target.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        model = train_nlu(config=job["config"], nlu_data=job["data"], output=place, domain=job["domain"])
        trained = time.perf_counter()
        agent = Agent.load(model)
        loaded = time.perf_counter()
        answers = asyncio.run(_answers(agent, job["texts"]))
        done = time.perf_counter()
    result = {
        "train_s": round(trained - began, 1),
        "load_s": round(loaded - trained, 1),
        "ms_per_text": round(1000 * (done - loaded) / max(1, len(answers)), 2),
        "answers": answers,
    }
    target.write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
