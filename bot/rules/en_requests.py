"""English rules when a shopper wants something done, or a person."""

from typing import Final

from bot.rules.base import Rule, rules
from bot.rules.en_words import WORDS

RULES: Final[tuple[Rule, ...]] = rules(
    WORDS,
    (
        "are_you_a_bot",
        0.93,
        (
            r"(?:are|is) (?:you|this|it|that) (?:an? |even |really |just |like )*(?:bots?|robots?|human|"
            r"person|real(?: person| human)?|machine|computer|ai|automated\w*|chat ?bot|auto)|"
            r"(?:am i|i am) (?:talking|speaking|texting|chatting) (?:to|with) (?:an? )?(?:real |actual )?"
            r"(?:bot|robot|human|person|machine|computer|ai)|"
            r"you a (?:bot|robot|human)|bot or (?:a )?(?:human|person|not)|"
            r"human or (?:a )?(?:bot|robot|machine)"
        ),
        r"sick of|tired of|stop|not a (?:bot|robot|machine)",
    ),
    (
        "talk_to_person",
        0.92,
        (
            r"(?:talk|speak|chat|connect|transfer|contact|reach|get|put|call|give|need|want|let|have|find|"
            r"hand|pass|message|assistance from|help from|ask).{{0,35}}{person}|"
            r"(?:real|live|actual|human) (?:person|human|agent|being|support|help|one)|"
            r"(?:talk|speak) (?:to|with) (?:you(?! (?:soon|later|tomorrow|then))|a real|an actual)"
        ),
        (
            r"{drv}|person who|order|missing|someone else|personal|leave|"
            r"(?:not|nobody|no one) (?:\w+ ){{0,2}}(?:home|here|answer)|sign|deliver|return"
        ),
    ),
    (
        "talk_to_person",
        0.85,
        (
            r"(?:talk|speak|connect|transfer).{{0,25}}{person}|"
            r"customer (?:service|care|support)(?: (?:number|phone|line|hours|please))?$|"
            r"(?:phone|contact|support|hotline|helpline) (?:number|line)"
        ),
        r"{drv}|terrible|worst|awful|bad|horrible",
    ),
    (
        "talk_to_person",
        0.8,
        r"(?:give me a call|call me(?: back)?|someone call me)",
        r"{drv}|when|if|before|gate|outside|here|arriv",
    ),
    (
        "contact_driver",
        0.9,
        (
            r"(?:call|text|contact|reach|speak|talk|message|phone|get (?:a )?hold|get in touch|in touch|ring|"
            r"connect|chat).{{0,25}}{drv}"
        ),
        r"leave|code",
    ),
    (
        "contact_driver",
        0.86,
        (
            r"{drv}.{{0,12}}(?:phone|number|contact|cell)|{drv} (?:to )?(?:call|text|ring|phone) me|"
            r"(?:tell|ask|let|message for|note to) .{{0,12}}{drv}"
        ),
        r"leave|code|rude|put|drop",
    ),
    (
        "delivery_instructions",
        0.9,
        (
            r"(?:leave|leaving|drop|put|place|hide|set|hand|give|stash).{{0,40}}(?:at|on|in|with|by|to|"
            r"behind|under|next|near|inside|outside|around|beside|out|front|the|my) .{{0,20}}\b{place}"
        ),
        (
            r"did (?:i|not|you|he|she|they|the)|(?:will|would|does) not|who|why|was|were|has|where|wrong|damaged|done|"
            r"never|review|i (?:just )?left|i put|dropped|(?:i|he|she|they) left|delivered"
        ),
    ),
    (
        "delivery_instructions",
        0.9,
        (
            r"(?:gate|door|building|entry|entrance|access|garage|lobby|buzzer|call ?box|key ?pad|lock ?box|"
            r"alley) (?:code|pin|combo)(?: (?:is|to|for|has|number|changed))?|"
            r"(?:code|pin|combination) (?:is|for|to|of) (?:the )?(?:\w+ )?(?:gate|door|building|entry|#?\d+)|"
            r"buzz (?:apt|apartment|unit|number|#?\d+|me|us)"
        ),
        (
            r"what|which|need|do you|discount|tracking|postal|zip|where|can i (?:get|have)|no code|"
            r"verification|dead|(?:they|you) gave|not work\w*|not open|invalid|code is wrong|wrong code"
        ),
    ),
    (
        "delivery_instructions",
        0.85,
        (
            r"(?:ring|do not ring|knock|do not knock|buzz|use).{{0,15}}(?:bell|doorbell|knock\w*|side|back|"
            r"rear|entrance|loud|loudly|softly|door)|"
            r"(?:beware|careful|watch out).{{0,15}}(?:dog|dogs)|"
            r"delivery (?:instructions?|notes?|preferences?)|(?:special|drop off|driver) instructions?|"
            r"(?:side|back|rear) (?:door|entrance) (?:please|only|is)|"
            r"call (?:me )?(?:when|before|once|if) (?:you|the driver|he|they|arriv\w*|outside)|"
            r"(?:text|ring) (?:me )?(?:when|once|before) (?:you|he|they|the)"
        ),
        r"where|broken bell",
    ),
    (
        "reschedule",
        0.92,
        r"re ?schedul\w*|postpone|re ?deliver\w*|re ?arrange",
        r"refund",
    ),
    (
        "reschedule",
        0.88,
        (
            r"(?:change|move|push|switch|modify|delay|alter|bring forward|hold).{{0,30}}"
            r"(?:dates?|days?|times?|slots?|windows?|back|{day})|"
            r"(?:different|another) (?:\w+ )?(?:date|day|time|slot|window)|"
            r"(?:new|set|pick|choose|select|book|other).{{0,25}}(?:deliver\w*|shipping|drop ?off|arrival) "
            r"(?:dates?|days?|times?|slots?|windows?)|(?:time|delivery) (?:slots?|windows?)"
        ),
        (
            r"address|colou?r|size|return|refund|order (?:date|number)|"
            r"(?:few|two|three|\d+) (?:more )?(?:days|times)|card|password|plan|take|taking|long|"
            r"alarms?|events?|calendar|meetings?|movies?|remind\w*|party|taxi|lunch|dinner|appointment|"
            r"news|release|weather|flight|train|what (?:is|time is) (?:my|the)|hold on|when|(?:has|have) not moved"
        ),
    ),
    (
        "reschedule",
        0.84,
        (
            r"(?:deliver\w*|come|bring|drop|send|ship|have it|get it|do it).{{0,25}}(?:on|until|after|before|"
            r"at|in the|next|this|for)? ?{day}.{{0,15}}(?:instead|please|rather|if possible|work|then)|"
            r"(?:can|could|would|will) (?:you|they|it|the driver|he|i|we) (?:please )?(?:deliver|come|bring|"
            r"drop|be delivered|come back|try|get it|wait).{{0,20}}(?:again|later|earlier|sooner|after|before|"
            r"another|instead|a different|next week|(?:on|until) {day})|"
            r"(?:try|come back|deliver) (?:again )?(?:{day})"
        ),
        r"when|what (?:time|day)|will (?:it|they|my)|how|why|where|refund",
    ),
    (
        "reschedule",
        0.8,
        (
            r"(?:not|never|will not|can not|no one|nobody|not going to) (?:going to )?(?:be |is |will be )?"
            r"(?:home|at home|available|around|there|here|in)(?: \w+){{0,3}} (?:{day}|then|until|till|all day|"
            r"at that time|on (?:the )?\w+|next)|"
            r"(?:out of town|on vacation|away|traveling|at work) (?:{day}|until|till|all|next|on|this|that)|"
            r"(?:{day}) (?:does not|do not|will not|would not) work|"
            r"(?:i am|we are|i will be) (?:out of town|on vacation|traveling)"
        ),
        r"it is|package|has not|where|did not",
    ),
    (
        "change_address",
        0.9,
        (
            r"(?:chang\w*|updat\w*|edit\w*|correct\w*|modif\w*|fix\w*|wrong|incorrect|new|different|another|"
            r"switch\w*|set ?up|setting up|add\w*|enter\w*|register\w*|typo|mistake|swap|replace|other|"
            r"second\w*|alternat\w*|alter).{{0,35}}address(?:es)?"
        ),
        (
            r"(?:e ?mail|ip|billing|web|mac|delivered|driver|left|dropped|can not find) ?(?:it )?(?:to )?"
            r"(?:the )?(?:address|wrong|at|to|the)?(?<!updated )"
        ),
    ),
    (
        "change_address",
        0.88,
        (
            r"address(?:es)? .{{0,15}}(?:is|was|has|have|needs?|be|i gave|on|to) .{{0,15}}(?:wrong|incorrect|"
            r"chang\w+|not right|old|typo|updated?|corrected|mistake)|"
            r"(?:i|we) (?:have )?(?:just )?moved|(?:i|we) (?:am|are) moving"
        ),
        r"e ?mail|billing|delivered|(?:moved|moving) (?:on|it)",
    ),
    (
        "change_address",
        0.82,
        (
            r"(?:deliver|send|ship|bring|reroute|redirect|forward|re ?direct|divert|take|have)"
            r".{{0,25}}to (?:my |a |an |the |another |our )*(?:work|office|job|different|another|new|other|"
            r"parents?|mom s?|sister s?|brother s?|friend s?|hotel|neighbor s?|ups store|pickup|somewhere)"
        ),
        r"delivered|wrong|was|did|human|person|door|agent|(?:have|has|had|need) to work",
    ),
    (
        "cancel_order",
        0.92,
        (
            r"(?:cancel|canceling|cancellation|call off|stop|withdraw|undo|annul|abort|revoke).{{0,30}}(?:{n}|"
            r"order)"
        ),
        (
            r"(?:do not|not|never|did not|without|was|were|been|got|why|who|have you|has|fee|charge|policy|"
            r"avoid) (?:\w+ ){{0,3}}(?:cancel\w*|stop)|"
            r"stop (?:sending|texting|messaging|text)|subscription|can not stop|"
            r"(?:stop|stops) (?:\w+ )?(?:before|away|left)|non ?stop|text|message|notification|email|alert|"
            r"sms|next stop|order (?:was|got|is) cancel"
        ),
    ),
    (
        "cancel_order",
        0.86,
        (
            r"cancel (?:it|this|that|them|everything|all|the whole)|"
            r"(?:do not|no longer) (?:want|need) (?:it|this|that|them|the|my)(?: \w+){{0,2}}(?: anymore|"
            r" any more| any longer)|"
            r"no longer (?:want|need) (?:it|this|that|them|the|my)"
        ),
        r"(?:do not|never|did not|not) cancel|text|message|notification|sms|alert|email|bot|talk",
    ),
    (
        "return_or_refund",
        0.92,
        (
            r"refund\w*|money back|re ?imburse\w*|send (?:it|this|them|that) back|store credit|chargeback|"
            r"compensat\w*|return (?:label|policy|window|process|form|shipping)|get my money|restitution|"
            r"rebate|repay\w*"
        ),
        "",
    ),
    (
        "return_or_refund",
        0.88,
        (
            r"(?:to|i|can|how|want|would|like|wanna|will|must|could) (?:\w+ )?(?:return|exchange|swap) (?:it|"
            r"this|that|them|these|my|the|an?|some|one|for|item|shoes|both|all)(?: \w+)?|"
            r"(?:start|make|do|request|initiate|process|schedule) (?:an? |my )?(?:return|exchange)|"
            r"(?:item|product|order|it) (?:return|exchange)|^(?:returns?|exchange)$|want to return"
        ),
        r"exchange rate|call|currency|return home",
    ),
    (
        "complaint",
        0.88,
        (
            r"complain\w*|complaints?|file a (?:report|claim)|"
            r"(?:{drv}|he|she|guy|delivery).{{0,20}}(?:was|is|were|so|very|really)? ?(?:rude|unprofessional|"
            r"yell\w*|threw|thrown|throwing|swore|cursed|aggressive|drunk|reckless\w*|careless\w*|"
            r"disrespectful|hit my|ran over|parked|blocked|slammed|kicked)"
        ),
        "",
    ),
    (
        "complaint",
        0.78,
        (
            r"terrible|worst|awful|horrible|unacceptable|ridiculous|disgusting|disgraceful|pathetic|useless|"
            r"scam(?:mers)?|"
            r"(?:bad|poor|lousy|crappy|shitty|disappointing) (?:service|experience|company|delivery|"
            r"customer service)|"
            r"never (?:order|buy|us)ing|(?:never|not) (?:going to )?(?:order|buy|shop) (?:from|with|here)|"
            r"disappointed|(?:so|very|really|extremely) (?:angry|upset|mad|unhappy|frustrated|annoyed)|a joke|"
            r"suing|sue you|lawyer|attorney|fed up|sick of|rip ?off|not happy|unhappy|dissatisfied|"
            r"claim against"
        ),
        r"not (?:so |too |that )?(?:bad|terrible)|weather|movie|joke please|tweet|twitter|facebook|post",
    ),
    (
        "help",
        0.8,
        (
            r"^(?:(?:hi|hello|hey|please|ok|so|i|we|can|could|you|would|may|me|need|some|want|a|little|your|"
            r"with|something|this|my|order|get|have|to|is|are|there|any|an|what|do|how|for|thanks|the|here|"
            r"should|now) )*(?:help|assistance|assist|support|options|menu|commands|question|questions|"
            r"problem|issue|trouble)(?: (?:me|please|us|with|my|order|this|something|thanks|here|now|a|"
            r"delivery|package|you|for|it|an|out))*$|"
            r"what (?:can|could) (?:you|i) (?:do|ask|say|text)(?: here)?(?: for me)?|how does this work|"
            r"what are my options"
        ),
        r"no (?:problem|question)",
    ),
    (
        "talk_to_person",
        0.9,
        (
            r"^(?:please )?(?:an? )?(?:agent|human|person|operator|representative|rep|someone|real person|"
            r"manager|supervisor|advisor)(?: (?:please|now))*$"
        ),
        "",
    ),
    (
        "cancel_order",
        0.4,
        r"^cancel(?: please)?$",
        "",
    ),
)
