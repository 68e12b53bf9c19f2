"""English rules for what drivers report and ask."""

from typing import Final

from bot.rules.base import Rule, rules
from bot.rules.en_words import WORDS

RULES: Final[tuple[Rule, ...]] = rules(
    WORDS,
    (
        "driver_next_stop",
        0.92,
        (
            r"(?:what|where|which|who|show|send|give|next).{{0,18}}next (?:stop|delivery|address|drop(?: off)?"
            r"|one|customer|package)|"
            r"next stop|where to next|what is next(?: on)?"
        ),
        r"next (?:day|week)",
    ),
    (
        "driver_on_my_way",
        0.85,
        (
            r"(?:on my way|omw|heading (?:there|over|to you|to the|your way)|en ?route|starting (?:my|the)"
            r" (?:route|run|shift)|leaving the (?:warehouse|depot|store|hub|shop|station)|(?:i will )?"
            r"be there in \d+|i am (?:\d+|a few|five|ten) (?:\w+ )?(?:min|mins|minutes) (?:away|out))"
        ),
        r"home|is (?:it|my|the)|late|where|not",
    ),
    (
        "driver_arrived",
        0.84,
        (
            r"(?:i am|we are|driver (?:is )?) ?(?:here|outside|downstairs|out front|at (?:the|your|their)"
            r" (?:door|gate|address|location|building|place|drop ?off|entrance|house|lobby)|parked)|"
            r"(?:i|i have|have|just) (?:just )?arrived(?: at.*)?$|^(?:arrived|here now|outside now|outside)$|"
            r"at the (?:address|drop ?off|customer s? (?:door|house))(?: now)?$"
        ),
        r"locked|can not|no ?(?:body|one)|not|where|waiting for my|it|package|order",
    ),
    (
        "driver_delivered",
        0.84,
        (
            r"(?:i |just |have )*(?:dropped (?:it|off|the package|them)|left (?:it|the (?:package|"
            r"parcel|box)) (?:at|with|on|by|in)|handed (?:it|the|over|to)|delivered (?:it|to the|"
            r"the (?:package|parcel|order)|at))|"
            r"^(?:package |parcel |order |all |stop )?(?:delivered|dropped off|delivery (?:done|complete|"
            r"completed)|drop ?off (?:done|complete))(?: (?:done|complete|now|ok|to (?:customer|neighbor|"
            r"reception)))?$"
        ),
        (
            r"wrong|but|not|never|who|where|when|damaged|was it|has|please|someone else|says|broken|"
            r"can i|could|be delivered|swears?|(?:he|she|they|you|driver|courier|guy) (?:just )?(?:left|dropped|handed)"
        ),
    ),
    (
        "driver_running_late",
        0.84,
        (
            r"(?:i am |we are |am )?running (?:\w+ ){{0,3}}(?:late|behind)(?! \?)|stuck in traffic|"
            r"(?:i am|be|going to be) (?:\w+ ){{0,5}}(?:late|behind|delayed)|"
            r"behind schedule|flat tire|(?:van|truck|car) (?:broke|has broken|is broken|will not start)|"
            r"traffic (?:is|jam)|road (?:closed|block\w*)"
        ),
        r"why|is (?:it|my|the (?:package|order|driver|delivery))|package|order|you are|where|so late",
    ),
    (
        "driver_cannot_find_address",
        0.88,
        (
            r"(?:can not|could not|unable to|not able to|do not|trouble|not) (?:seem to )?(?:find\w*|locate|"
            r"see) (?:the |this |their |your |that )?(?:address|house|building|place|apartment|apt|street|"
            r"unit|location|entrance|door|number|home)|"
            r"(?:address|house number|street) (?:does not|do not) exist|"
            r"no such (?:address|street|house|number)|"
            r"gps (?:\w+ ){{0,5}}(?:wrong|lost|takes|took|sent|sends)|i am lost"
        ),
        r"driver|tracking|order number|your website|how do i|use this|help|confused",
    ),
    (
        "driver_nobody_home",
        0.86,
        (
            r"(?:nobody|no one|noone|no body|customer|recipient|they|client) .{{0,15}}(?:home|answer\w*|"
            r"open\w*|picking up|at the door)|"
            r"no (?:answer|response|reply)(?: at)?(?: the)?(?: door)?|not (?:answering|home)(?: the door)?|"
            r"knocked .{{0,30}}(?:no|nobody|nothing)"
        ),
        (
            r"phone line|support|chat|email|your|i will|i am|will be|today|tomorrow|until|rang|"
            r"customer service|wants"
        ),
    ),
    (
        "driver_cannot_access",
        0.88,
        (
            r"(?:can not|could not|unable to|no way to|how do i|not able to) (?:get in(?:side|to)?|enter|"
            r"access|get through|get up|open (?:the )?gate|reach the door)|"
            r"(?:gate|building|door|lobby|entrance) (?:is |was )?(?:locked|closed|shut)|"
            r"locked (?:gate|building|door|out)|"
            r"(?:need|what is|do you have|send|which is|no|wrong) (?:the |a |an |me )*(?:gate |door |access |"
            r"building |entry |buzzer )+code|"
            r"(?:gate |door |access )?code (?:does not|did not|is not|not) work\w*|no access"
        ),
        r"account|website|app|my (?:account|email)|link|tracking|discount|pass ?code|password|pin|card|log ?in",
    ),
    (
        "driver_refused",
        0.9,
        (
            r"(?:customer|she|he|they|recipient|client|resident).{{0,18}}(?:refus\w+|reject\w+|"
            r"does not want (?:it|the)|did not want (?:it|the)|do not want (?:it|the)|would not (?:take|"
            r"accept|sign)|will not (?:take|accept|sign)|turned it down)|"
            r"refused (?:the )?(?:delivery|package|parcel|to (?:accept|sign|take)|by)|"
            r"delivery (?:was )?refused|^refused$"
        ),
        r"my refund|driver refused|refuse to (?:refund|help)",
    ),
    (
        "driver_damaged",
        0.9,
        (
            r"{bad}.{{0,25}}(?:in|on|inside|during) (?:the|my) (?:van|truck|car|vehicle|load\w*|route|ride)|"
            r"(?:box|package|parcel) .{{0,12}}(?:fell|dropped|got crushed|opened) .{{0,20}}(?:van|truck|car)|"
            r"(?:should|do|shall|can) i (?:still )?(?:deliver|hand).{{0,30}}{bad}|"
            r"{bad}.{{0,30}}(?:should|do|shall) i (?:still )?(?:deliver|hand)|"
            r"i dropped (?:the|a) (?:box|package|parcel)"
        ),
        "",
    ),
)
