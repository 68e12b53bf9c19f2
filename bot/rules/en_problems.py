"""English rules when something went wrong with a parcel."""

from typing import Final

from bot.rules.base import Rule, rules
from bot.rules.en_words import WORDS

RULES: Final[tuple[Rule, ...]] = rules(
    WORDS,
    (
        "not_received",
        0.92,
        (
            r"(?:says?|said|saying|shows?|showing|showed|marked|shown|status|tracking|app|website|email|text|"
            r"notification|claims?|told).{{0,40}}(?:was |been |is )?deliver(?:ed|y).{{0,50}}(?:not|nothing|"
            r"never|no|where|but|nowhere|missing|nobody|do not)"
        ),
        "",
    ),
    (
        "not_received",
        0.9,
        (
            r"deliver(?:ed|y).{{0,30}}(?:but|yet|and|though|except).{{0,30}}(?:{neg}|nothing|nowhere|missing|"
            r"no package|no sign|empty)"
        ),
        r"want|please|leave",
    ),
    (
        "not_received",
        0.88,
        r"(?:stolen|stole|porch pirates?|thie(?:f|ves)|someone took)",
        r"(?:card|wallet|identity)",
    ),
    (
        "not_received",
        0.82,
        r"never (?:arrived|came|received|got|showed|turned up|delivered|reached|made it)",
        "",
    ),
    (
        "not_received",
        0.8,
        r"did not (?:get|receive|arrive|come|show up|turn up|deliver).{{0,40}}",
        r"refund|email|code|text|money|confirmation|invoice|answer|reply|yet|item|all|link",
    ),
    (
        "not_received",
        0.82,
        (
            r"(?:my|the|our) (?:{n}) (?:is|are|was|has|have|went|got|seems?|must be|may be) ?(?:gone |been |"
            r"to be )?(?:missing|lost|gone|disappeared|vanished)"
        ),
        r"from (?:my|the)",
    ),
    (
        "not_received",
        0.85,
        (
            r"(?:deliver\w*|left|dropped|gave|sent|took|went) .{{0,20}}(?:to|at|with) .{{0,15}}(?:wrong|"
            r"someone else|different|another) ?(?:address|house|door|apartment|building|person|place|apt|unit|"
            r"neighbor)?"
        ),
        r"please|can (?:you|i|it)|could|want|would|change|if|leave",
    ),
    (
        "not_received",
        0.8,
        (
            r"(?:nothing|no package|no parcel|no box|no delivery) (?:at|on|by|is|was|here|outside|came|"
            r"arrived|has|there|in)"
        ),
        "",
    ),
    (
        "damaged",
        0.88,
        r"{bad}",
        (
            r"(?:gate|buzzer|doorbell|bell|chime|intercom|elevator|lift|lock|link|website|app|site|page|promise|heart|"
            r"truck|van|car|phone number|fragile|if it)|"
            r"(?:will|would|could|not|careful|get) (?:be |get )?{bad}"
        ),
    ),
    (
        "damaged",
        0.8,
        (
            r"(?:arrived|came|is|was|it|received|product|item|does|got).{{0,20}}(?:not work(?:ing)?|"
            r"dead on arrival|unusable|opened already|already opened|empty box|tampered|expired)"
        ),
        (
            r"(?:link|website|app|code|login|tracking|password|page|gate|card|site|number|contactless|pay|top up|"
            r"passcode|pin|phone)"
        ),
    ),
    (
        "wrong_or_missing_item",
        0.9,
        (
            r"(?:wrong|incorrect|different) (?:\w+ )?(?:items?|sizes?|colou?rs?|products?|orders?|things?|"
            r"ones?|packages?|stuff|models?|shoes?|shirts?|box|version|parcel|article|flavou?r|brand)"
        ),
        r"address|change|door|order number",
    ),
    (
        "wrong_or_missing_item",
        0.9,
        (
            r"not (?:what|the (?:\w+ )?(?:one|item|thing)) (?:i|we) (?:order|ask|bought|paid|want)\w*|"
            r"(?:did not|never) order (?:this|that|these|any|it)|"
            r"someone else s? ?(?:order|package|stuff|parcel)|"
            r"(?:order|package|delivery|shipment|box) (?:is|was|came|arrived) (?:incomplete|not complete|"
            r"short)"
        ),
        "",
    ),
    (
        "wrong_or_missing_item",
        0.88,
        (
            r"(?:items?|something|one|two|three|part|parts|half|pieces?|some|rest|stuff|thing|\d+)"
            r" .{{0,25}}(?:is|are|was|were|s)? ?missing|"
            r"missing (?:an?|one|two|three|some\w*|items?|parts?|pieces?|half|the|\d+) ?(?!person)|"
            r"(?:order|box|package|delivery) (?:is|was) missing (?!$)|"
            r"(?:left|forgot) (?:out )?(?:an?|one|the|my) (?:item|thing|part)|"
            r"not (?:in|inside) the (?:box|package|bag)"
        ),
        r"missing (?:the|a|my) (?:package|parcel|delivery)",
    ),
    (
        "wrong_or_missing_item",
        0.85,
        (
            r"only (?:got|received|sent|gave|one|came|had|half|part|\d).{{0,25}}(?:of|one|two|half|items?|out|"
            r"box|the|instead|\d)"
        ),
        r"only one (?:question|thing)",
    ),
    (
        "proof_of_delivery",
        0.92,
        (
            r"proof(?: of (?:the )?delivery)?|"
            r"(?:photo|picture|pic|image|pics|photos|pictures|snapshot)s? .{{0,30}}(?:deliver\w*|drop\w*|door|"
            r"where|left|package|parcel|proof|took|taken)|"
            r"(?:delivery|driver s?|drop ?off) (?:photo|picture|pic|image)"
        ),
        r"(?:send you|i have|attach|here is|took|damage|broken)|proof of (?:purchase|address|identity)",
    ),
    (
        "proof_of_delivery",
        0.9,
        (
            r"who (?:signed|received|took|accepted|picked|got|did you (?:give|leave|hand))|signature|"
            r"signed (?:for|by)|"
            r"where (?:exactly )?(?:did|was|have|were|is it that) .{{0,25}}(?:leave|left|drop\w*|put|placed|"
            r"delivered to)"
        ),
        r"delivered\?",
    ),
)
