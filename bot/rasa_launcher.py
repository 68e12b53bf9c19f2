"""Starts Rasa inside `.venv-nlu`, without the page of warnings that its libraries print about each other each time.

Never imported by Doorline: it is run as a file by the other environment's interpreter with -I, so that neither this
folder nor the repository is on its path (`bot/language.py` must not become anybody's `language`).
"""

import logging
import runpy
import warnings


def _leave_as_is(*_: object, **__: object) -> None:
    """What stands in for setting a filter."""


def main() -> None:
    """`rasa` with the arguments of this process."""
    warnings.simplefilter("ignore")
    # Rasa sets filters of its own, which would bring the warnings back.
    warnings.simplefilter = _leave_as_is
    warnings.filterwarnings = _leave_as_is
    logging.getLogger().addFilter(lambda record: "TensorBoard" not in record.getMessage())
    runpy.run_module("rasa", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
