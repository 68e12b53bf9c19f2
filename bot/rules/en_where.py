"""English rules for the question of questions."""

from typing import Final

from bot.rules.base import Rule, rules
from bot.rules.en_words import WORDS

RULES: Final[tuple[Rule, ...]] = rules(
    WORDS,
    (
        "where_is_my_order",
        0.92,
        r"(?:where|whereabouts)\b.{{0,35}}\b(?:{n}|{drv})",
        r"{not_ours}|(?:next (?:stop|delivery))|(?:buy|find (?:a|the) )",
    ),
    (
        "where_is_my_order",
        0.84,
        (
            r"where (?:\w+ )?(?:is|are) (?:it|they|mine|you(?: guys)?(?: now| at)?$|(?:my|our) \w+(?: \w+)?)"
            r"(?: now| at| rn| today)?"
        ),
        r"(?:{not_ours}|driver page|keys?|phone|dog|house|stop|car|glasses|wallet|purse|passport|remote|kids?|mom|dad)",
    ),
    (
        "where_is_my_order",
        0.9,
        r"when\b.{{0,45}}\b{come}",
        (
            r"(?:{not_ours}|open|close|sale|in stock|election|season|"
            r"plane|airport|dentist|when i (?:get|come|receive)|call me|"
            r"new (?:iphone|album|movie|model|version|episode))"
        ),
    ),
    (
        "where_is_my_order",
        0.86,
        (
            r"(?:how (?:long|soon|much longer|many (?:more )?(?:days|hours|minutes|stops|weeks))|"
            r"what (?:is the |are the )?(?:day|time|date|dates|hours?|timeframe|eta|time frame))"
            r".{{0,45}}(?:{come}|{n}|take|until|till|wait|away|left)"
        ),
        (
            r"(?:{not_ours}|open|store|cook|change|cancel|return|in (?:china|london|new york|tokyo)|"
            r"is it (?:now|in)|drive|days? off|vacation|dinner|holidays?|miles?)"
        ),
    ),
    (
        "where_is_my_order",
        0.86,
        (
            r"(?:status|progress|updates?|eta|news|info|information|details|location).{{0,25}}(?:of|on|about|"
            r"for|with|regarding|re|my)? ?(?:my|the|this|an?|our)? ?{n}|"
            r"{n} (?:(?:number |no )?#?\w*\d[\w ]{{0,20}} )?(?:\w+ )?"
            r"(?:status|updates?|eta|progress|tracking|location|info)"
        ),
        r"(?:{not_ours}|change|cancel|edit|items? missing|email|flight|updating|stuff to do)",
    ),
    (
        "where_is_my_order",
        0.86,
        (
            r"track(?:ing)? (?:\w+ ){{0,3}}{n}|track (?:it|my|this|the|#?\w*\d\w*)|"
            r"tracking(?: (?:number|info|information|link|details|status|code|id|update))?|"
            r"(?:check|locate|find|see|trace|follow|look up|look for|looking for|monitor|inquire|enquire|ask|know)"
            r"(?: \w+){{0,3}} (?:my|our|the|this|that) (?:\w+ )?{n}(?: status)?|"
            r"(?:check|locat|find|see|trac|follow)\w* (?:\w+ )?{n} (?:number |no )?#?\w*\d\w*|"
            r"(?:shipping|delivery|shipment) periods?|check(?:ing)? (?:in )?on (?:my|the|our|a|an) \w+"
        ),
        (
            r"(?:{not_ours}|song|music|change|cancel|return|instructions|missing|price|place an|buy|wrong|"
            r"spending|expenses|calories|steps|sleep|workouts?|hurricane|storm|budget|"
            r"driver|talk|speak|hear)"
        ),
    ),
    (
        "where_is_my_order",
        0.85,
        (
            r"(?:has|have|did|is|are|was|were) (?:\w+ ){{0,2}}(?:it|they|you(?: guys)?|{n}|{drv}|my \w+)"
            r"(?: \w+){{0,3}} (?:shipped|ship|dispatched|left|sent|out for delivery|on (?:it is|the) way|"
            r"in transit|coming|arrived|arriving|processed|delayed|close|nearby|near|getting here|"
            r"delivered(?: yet| today)?|late|stuck)"
        ),
        r"(?:{not_ours}|damaged|wrong|i am|i have|delivered to|i did not|but|christmas|why did|who)",
    ),
    (
        "where_is_my_order",
        0.82,
        (
            r"{neg} .{{0,25}}(?:arrived|received|receive|come|came|shown up|showed up|gotten|got (?:it|my|the|"
            r"them)|here yet|been delivered|reached|turned up|shipped|moved|seen|delivered|got anything|"
            r"gotten anything|get it yet)"
        ),
        r"(?:{not_ours}|delivered but|confirmation|email|seen (?:that|this)|right item|correct)",
    ),
    (
        "where_is_my_order",
        0.82,
        (
            r"(?:still |been |keep )+waiting|waiting (?:for|on) (?:my|it|this|our|an?|the {n})|"
            r"(?:is|are) (?:still )?not here|(?:still|yet) (?:not here|nothing)|nothing (?:yet|so far)|"
            r"(?:update|news) on (?:the|my) \w+|how (?:quickly|fast) (?:can|will|does|do) .{{0,20}}{come}|"
            r"how late (?:are|is|will)|on the truck|"
            r"(?:rough|approximate|exact) (?:time|idea|eta)|forg[eo]t\w* (?:about )?(?:me|us|my {n})|"
            r"still (?:do|does) not have (?:it|my|the|them)|"
            r"i need (?:my|the) \w+(?: \w+)? (?:now|soon|right away|today|immediately|urgently)"
        ),
        (
            r"(?:{not_ours}|outside|downstairs|open|close[ds]?|on hold|answer|reply|customer|help|information|"
            r"moment|response|password)"
        ),
    ),
    (
        "where_is_my_order",
        0.82,
        (
            r"(?:estimated|expected|scheduled|anticipated|approximate) (?:\w+ )?(?:deliver\w*|arriv\w*|time|"
            r"date|day)|"
            r"(?:delivery|arrival|shipping|shipment) (?:dates?|times?|windows?|day|estimates?|period|eta|"
            r"timeframe|hours?|schedule)|"
            r"supposed to (?:arrive|be here|come|be delivered|get here|get it|deliver|be delivering)|"
            r"was (?:due|expected|promised)|should (?:have|of) (?:arrived|been here|come|been delivered|got)|"
            r"how far|how close|how is my {n}|"
            r"(?:is|are|was) (?:taking|take) (?:so|too|forever|this|a|ages|longer)|running late\?|"
            r"{n} (?:is|are) (?:\w+ )?(?:late|delayed|overdue|stuck)|"
            r"what (?:is )?(?:happen\w*|going on|up|the hold ?up|the delay|is the deal) .{{0,20}}{n}|"
            r"what (?:happened|became) (?:to|of|with) .{{0,12}}{n}|in transit|out for delivery|"
            r"any (?:update|updates|news|word|eta|idea when)"
        ),
        r"(?:{not_ours}|change|choose|different|pick|another|prefer|i am|cancel|moon|sun|mars|planets?|miles)",
    ),
    (
        "where_is_my_order",
        0.82,
        (
            r"(?:will|is|are|can|could|should|am i|do i|would) .{{0,30}}(?:arrive|come|be here|get here|"
            r"be delivered|make it|expect|get (?:it|my|them)|here|coming|going to get|deliver|show up|"
            r"reach me|getting (?:it|my))(?: .{{0,20}})?(?:today|tomorrow|tonight|soon|now|by|before|this|"
            r"on time|{n}|in time|still|ever|yet)"
        ),
        (
            r"(?:{not_ours}|i am (?:here|not)|leave|later|earlier|instead|another|please deliver|not be|"
            r"be home|change|you deliver)"
        ),
    ),
    (
        "where_is_my_order",
        0.8,
        (
            r"^(?:(?:hi|hello|hey|ok|so|and|please|what is the|what is my|my) )*(?:eta|status|tracking|track|"
            r"where is it(?: now| at)?|where|updates?|order status|track order|when|wismo|is it (?:here|close|"
            r"coming)(?: yet| soon| today)?|delivery update|my (?:order|package|parcel|delivery)|how long|"
            r"how much longer|what time)(?: (?:please|thanks|now|today|yet|on it|is it|will it be|for today))*"
            r"$"
        ),
        "",
    ),
)
