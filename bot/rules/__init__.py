"""The keyword rules: a table per language and topic. Of equally strong rules the one written first wins."""

from typing import Final

from bot.rules import (
    en_driver,
    en_problems,
    en_requests,
    en_where,
    es_driver,
    es_problems,
    es_requests,
    es_where,
    more,
    negated,
    parcels,
    status,
)
from bot.rules.base import Rule

ALL: Final[tuple[Rule, ...]] = (
    *en_problems.RULES,
    *en_requests.RULES,
    *en_where.RULES,
    *en_driver.RULES,
    *es_problems.RULES,
    *es_requests.RULES,
    *es_where.RULES,
    *es_driver.RULES,
    *more.RULES,
    *status.RULES,
    *parcels.RULES,
    *negated.RULES,
)
