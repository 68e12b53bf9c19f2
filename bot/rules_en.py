"""English keyword rules. Patterns are read over `bot.normal.normal` text and stand at word boundaries."""

from typing import Final

from bot.rules import Rule, vocabulary

_V: Final = vocabulary(
    n=r"(?:orders?|packages?|parcels?|deliver(?:y|ies)|shipments?|shipping|stuff|items?|things?|purchases?|box(?:es)?|"
    r"goods|mail|products?|ordered|bought|meds|medicine|groceries|package s)",
    drv=r"(?:drivers?|couriers?|delivery (?:guy|man|person|boy|woman|lady|people|driver)|carrier|mailman)",
    come=r"(?:arriv\w+|com(?:e|es|ing)|deliver\w*|be here|gets? here|getting here|get there|show(?:s|ing)? up|turn up|"
    r"reach(?:es)? me|get to me|land|drop(?:ped)? off|receive|get (?:my|it|them|the|this)|have (?:my|it)|getting (?:my|it|the)|"
    r"ship\w*|dispatch\w*|expect\w*|in my hands|on (?:it is|the) way|out for delivery|sent)",
    neg=r"(?:have not|has not|did not|do not|not|never|had not|yet to)",
    bad=r"(?:damaged|damage|broken|broke|crushed|smashed|shattered|cracked|dented|ripped|torn|leak(?:ed|ing|s)?|spilled|"
    r"soaked|squashed|destroyed|bent|scratched|defective|faulty|melted|spoiled|rotten|in pieces|busted|wet|mangled|wrecked)",
    place=r"(?:doors?|doorstep|porch|neighbou?rs?|garage|mail ?box|mailroom|lobby|reception|front desk|doorman|concierge|"
    r"back ?yard|backyard|steps?|mat|locker|bench|patio|balcony|shed|gate|bin|side|outside|inside|stairs|hallway|deck|pot|"
    r"table|planter|bush\w*|security|guard|roommate|wife|husband|mom|front|back|behind|next door|office)",
    person=r"(?:humans?|person|people|agents?|representatives?|reps?|someone|somebody|managers?|supervisor|operator|"
    r"support|advisor|assistant|specialist|customer (?:service|care|support)|staff|employee|anyone|anybody)",
    day=r"(?:today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend|next week|this week|"
    r"morning|afternoon|evening|noon|\d{1,2} ?(?:am|pm)|another (?:day|time)|other day|later|earlier|sooner)",
)

_NOT_OURS: Final = (
    "refund|money|manager|office|store|shop|account|invoice|receipt|bathroom|app|meeting|train|bus|flight|taxi|cab|alarm|"
    "event|movie|class|exchange|transfer|payment|voucher|credit|reimbursement|return label|signature|photo|newsletter|"
    "subscription|world|president|capital|song|coupon|discount|address"
)

RULES: Final = tuple(
    Rule(intent, confidence, pattern.format_map(_V), unless.format_map(_V))
    for intent, confidence, pattern, unless in (
        # --- not received: it was said to be there
        ("not_received", 0.92, r"(?:says?|said|saying|shows?|showing|showed|marked|shown|status|tracking|app|website|email|"
         r"text|notification|claims?|told).{{0,40}}(?:was |been |is )?deliver(?:ed|y).{{0,50}}(?:not|nothing|never|no|where|"
         r"but|nowhere|missing|nobody|do not)", ""),
        ("not_received", 0.9, r"deliver(?:ed|y).{{0,30}}(?:but|yet|and|though|except).{{0,30}}(?:{neg}|nothing|nowhere|"
         r"missing|no package|no sign|empty)", r"want|please|leave"),
        ("not_received", 0.88, r"(?:stolen|stole|porch pirates?|thie(?:f|ves)|someone took)", r"(?:card|wallet|identity)"),
        ("not_received", 0.82, r"never (?:arrived|came|received|got|showed|turned up|delivered|reached|made it)", ""),
        ("not_received", 0.8, r"did not (?:get|receive|arrive|come|show up|turn up|deliver).{{0,40}}",
         r"refund|email|code|text|money|confirmation|invoice|answer|reply|yet|item|all|link"),
        ("not_received", 0.82, r"(?:my|the|our) (?:{n}) (?:is|are|was|has|have|went|got|seems?|must be|may be) ?(?:gone |been |to be )?"
         r"(?:missing|lost|gone|disappeared|vanished)", r"from (?:my|the)"),
        ("not_received", 0.85, r"(?:deliver\w*|left|dropped|gave|sent|took|went) .{{0,20}}(?:to|at|with) .{{0,15}}(?:wrong|"
         r"someone else|different|another) ?(?:address|house|door|apartment|building|person|place|apt|unit|neighbor)?",
         r"please|can (?:you|i|it)|could|want|would|change|if|leave"),
        ("not_received", 0.8, r"(?:nothing|no package|no parcel|no box|no delivery) (?:at|on|by|is|was|here|outside|came|"
         r"arrived|has|there|in)", ""),
        # --- damaged
        ("damaged", 0.88, r"{bad}", r"(?:gate|buzzer|doorbell|door bell|intercom|elevator|link|website|app|site|page|promise|"
         r"heart|truck|van|car|phone number|fragile|if it)|(?:will|would|could|not|careful|get) (?:be |get )?{bad}"),
        ("damaged", 0.8, r"(?:arrived|came|is|was|it|received|product|item|does|got).{{0,20}}(?:not work(?:ing)?|dead on arrival|"
         r"unusable|opened already|already opened|empty box|tampered|expired)", r"(?:link|website|app|code|login|tracking|"
         r"password|page|gate|card|site|number)"),
        # --- wrong or missing item
        ("wrong_or_missing_item", 0.9, r"(?:wrong|incorrect|different) (?:\w+ )?(?:items?|sizes?|colou?rs?|products?|orders?|"
         r"things?|ones?|packages?|stuff|models?|shoes?|shirts?|box|version|parcel|article|flavou?r|brand)",
         r"address|change|door|order number"),
        ("wrong_or_missing_item", 0.9, r"not (?:what|the (?:\w+ )?(?:one|item|thing)) (?:i|we) (?:order|ask|bought|paid|want)\w*|"
         r"(?:did not|never) order (?:this|that|these|any|it)|someone else s? ?(?:order|package|stuff|parcel)|"
         r"(?:order|package|delivery|shipment|box) (?:is|was|came|arrived) (?:incomplete|not complete|short)", ""),
        ("wrong_or_missing_item", 0.88, r"(?:items?|something|one|two|three|part|parts|half|pieces?|some|rest|stuff|thing|\d+) .{{0,25}}"
         r"(?:is|are|was|were|s)? ?missing|missing (?:an?|one|two|three|some\w*|items?|parts?|pieces?|half|the|\d+) ?(?!person)|"
         r"(?:order|box|package|delivery) (?:is|was) missing (?!$)|(?:left|forgot) (?:out )?(?:an?|one|the|my) (?:item|thing|part)|"
         r"not (?:in|inside) the (?:box|package|bag)", r"missing (?:the|a|my) (?:package|parcel|delivery)"),
        ("wrong_or_missing_item", 0.85, r"only (?:got|received|sent|gave|one|came|had|half|part|\d).{{0,25}}(?:of|one|two|half|"
         r"items?|out|box|the|instead|\d)", r"only one (?:question|thing)"),
        # --- proof of delivery
        ("proof_of_delivery", 0.92, r"proof(?: of (?:the )?delivery)?|(?:photo|picture|pic|image|pics|photos|pictures|snapshot)s? "
         r".{{0,30}}(?:deliver\w*|drop\w*|door|where|left|package|parcel|proof|took|taken)|(?:delivery|driver s?|drop ?off) "
         r"(?:photo|picture|pic|image)", r"(?:send you|i have|attach|here is|took|damage|broken)|proof of (?:purchase|address|identity)"),
        ("proof_of_delivery", 0.9, r"who (?:signed|received|took|accepted|picked|got|did you (?:give|leave|hand))|"
         r"signature|signed (?:for|by)|where (?:exactly )?(?:did|was|have|were|is it that) .{{0,25}}"
         r"(?:leave|left|drop\w*|put|placed|delivered to)", r"delivered\?"),
        # --- are you a bot, a person
        ("are_you_a_bot", 0.93, r"(?:are|is) (?:you|this|it|that) (?:an? |even |really |just |like )*(?:bots?|robots?|human|person|"
         r"real(?: person| human)?|machine|computer|ai|automated\w*|chat ?bot|auto)|(?:am i|i am) (?:talking|speaking|texting|chatting) "
         r"(?:to|with) (?:an? )?(?:real |actual )?(?:bot|robot|human|person|machine|computer|ai)|you a (?:bot|robot|human)|"
         r"bot or (?:a )?(?:human|person|not)|human or (?:a )?(?:bot|robot|machine)", r"sick of|tired of|stop|not a (?:bot|robot|machine)"),
        ("talk_to_person", 0.92, r"(?:talk|speak|chat|connect|transfer|contact|reach|get|put|call|give|need|want|let|have|find|"
         r"hand|pass|message|assistance from|help from|ask).{{0,35}}{person}|(?:real|live|actual|human) (?:person|human|agent|being|"
         r"support|help|one)|(?:talk|speak) (?:to|with) (?:you|a real|an actual)", r"{drv}|person who|order|missing|someone else|"
         r"personal|leave|(?:not|nobody|no one) (?:\w+ ){{0,2}}(?:home|here|answer)|sign|deliver|return"),
        ("talk_to_person", 0.85, r"(?:talk|speak|connect|transfer).{{0,25}}{person}|customer (?:service|care|support)(?: (?:number|phone|"
         r"line|hours|please))?$|(?:phone|contact|support|hotline|helpline) (?:number|line)", r"{drv}|terrible|worst|awful|bad|horrible"),
        ("talk_to_person", 0.8, r"(?:give me a call|call me(?: back)?|someone call me)", r"{drv}|when|if|before|gate|outside|here|arriv"),
        # --- driver, contacted
        ("contact_driver", 0.9, r"(?:call|text|contact|reach|speak|talk|message|phone|get (?:a )?hold|get in touch|in touch|ring|connect|"
         r"chat).{{0,25}}{drv}", r"leave|code"),
        ("contact_driver", 0.86, r"{drv}.{{0,12}}(?:phone|number|contact|cell)|{drv} (?:to )?(?:call|text|ring|phone) me|(?:tell|ask|let|"
         r"message for|note to) .{{0,12}}{drv}", r"leave|code|rude|put|drop"),
        # --- instructions
        ("delivery_instructions", 0.9, r"(?:leave|leaving|left|drop|put|place|hide|set|hand|give|stash).{{0,40}}(?:at|on|in|with|by|to|"
         r"behind|under|next|near|inside|outside|around|beside|out|front|the|my) .{{0,20}}{place}",
         r"did (?:you|he|she|they|the)|who|why|was|were|has|where|wrong|damaged|never|review|i (?:just )?left|i put|dropped|(?:i|he|she|they) left|delivered"),
        ("delivery_instructions", 0.9, r"(?:gate|door|building|entry|entrance|access|garage|lobby|buzzer|call ?box|key ?pad|lock ?box|alley) "
         r"(?:code|pin|combo)(?: (?:is|to|for|has|number|changed))?|(?:code|pin|combination) (?:is|for|to|of) (?:the )?(?:\w+ )?"
         r"(?:gate|door|building|entry|#?\d+)|buzz (?:apt|apartment|unit|number|#?\d+|me|us)",
         r"what|which|need|do you|discount|tracking|postal|zip|where|can i (?:get|have)|no code|verification"),
        ("delivery_instructions", 0.85, r"(?:ring|do not ring|knock|do not knock|buzz|use).{{0,15}}(?:bell|doorbell|knock\w*|side|back|rear|"
         r"entrance|loud|loudly|softly|door)|(?:beware|careful|watch out).{{0,15}}(?:dog|dogs)|delivery (?:instructions?|notes?|"
         r"preferences?)|(?:special|drop off|driver) instructions?|(?:side|back|rear) (?:door|entrance) (?:please|only|is)|"
         r"call (?:me )?(?:when|before|once|if) (?:you|the driver|he|they|arriv\w*|outside)|(?:text|ring) (?:me )?(?:when|once|before) (?:you|he|they|the)",
         r"where|broken bell"),
        # --- reschedule
        ("reschedule", 0.92, r"re ?schedul\w*|postpone|re ?deliver\w*|re ?arrange", r"refund"),
        ("reschedule", 0.88, r"(?:change|move|push|switch|modify|delay|pick|choose|different|another|new|set|alter|bring forward|hold).{{0,30}}"
         r"(?:delivery|shipping|drop ?off|arrival)? ?(?:dates?|days?|times?|slots?|windows?|back|{day})", r"address|colou?r|size|return|refund|order (?:date|number)|"
         r"(?:few|two|three|\d+) (?:more )?(?:days|times)|card|password|plan|take|taking|long"),
        ("reschedule", 0.84, r"(?:deliver\w*|come|bring|drop|send|ship|have it|get it|do it).{{0,25}}(?:on|until|after|before|at|in the|next|"
         r"this|for)? ?{day}.{{0,15}}(?:instead|please|rather|if possible|work|then)|(?:can|could|would|will) (?:you|they|it|the driver|he|i|we) "
         r"(?:please )?(?:deliver|come|bring|drop|be delivered|come back|try|get it|wait).{{0,20}}(?:again|later|earlier|sooner|after|before|another|instead|"
         r"a different|next week|(?:on|until) {day})|(?:try|come back|deliver) (?:again )?(?:{day})",
         r"when|what (?:time|day)|will (?:it|they|my)|how|why|where|refund"),
        ("reschedule", 0.8, r"(?:not|never|will not|can not|no one|nobody|not going to) (?:going to )?(?:be |is |will be )?(?:home|at home|"
         r"available|around|there|here|in)(?: \w+){{0,3}} (?:{day}|then|until|till|all day|at that time|on (?:the )?\w+|next)|(?:out of town|on vacation|"
         r"away|traveling|at work) (?:{day}|until|till|all|next|on|this|that)|(?:{day}) (?:does not|do not|will not|would not) work|"
         r"(?:i am|we are|i will be) (?:out of town|on vacation|traveling)", r"it is|package|has not|where|did not"),
        # --- addresses
        ("change_address", 0.9, r"(?:chang\w*|updat\w*|edit\w*|correct\w*|modif\w*|fix\w*|wrong|incorrect|new|different|another|switch\w*|set ?up|setting up|"
         r"add\w*|enter\w*|register\w*|typo|mistake|swap|replace|other|second\w*|alternat\w*|alter).{{0,35}}address(?:es)?",
         r"(?:e ?mail|ip|billing|web|mac|delivered|driver|left|dropped|can not find) ?(?:it )?(?:to )?(?:the )?(?:address|wrong|at|to|the)?(?<!updated )"),
        ("change_address", 0.88, r"address(?:es)? .{{0,15}}(?:is|was|has|have|needs?|be|i gave|on|to) .{{0,15}}(?:wrong|incorrect|chang\w+|not right|old|typo|"
         r"updated?|corrected|mistake)|(?:i|we) (?:have )?(?:just )?moved|(?:i|we) (?:am|are) moving",
         r"e ?mail|billing|delivered|(?:moved|moving) (?:on|it)"),
        ("change_address", 0.82, r"(?:deliver|send|ship|bring|reroute|redirect|forward|re ?direct|divert|take|have).{{0,25}}to (?:my |a |an |the |another |our )*"
         r"(?:work|office|job|different|another|new|other|parents?|mom s?|sister s?|brother s?|friend s?|hotel|neighbor s?|ups store|pickup|somewhere)",
         r"delivered|wrong|was|did|human|person|door|agent"),
        # --- cancel
        ("cancel_order", 0.92, r"(?:cancel|canceling|cancellation|call off|stop|withdraw|undo|annul|abort|revoke).{{0,30}}(?:{n}|order)",
         r"(?:do not|not|never|did not|without|was|were|been|got|why|who|have you|has|fee|charge|policy|avoid) (?:\w+ ){{0,3}}(?:cancel\w*|stop)|"
         r"stop (?:sending|texting|messaging|text)|subscription|can not stop|(?:stop|stops) (?:\w+ )?(?:before|away|left)|non ?stop|"
         r"text|message|notification|email|alert|sms|next stop|order (?:was|got|is) cancel"),
        ("cancel_order", 0.86, r"cancel (?:it|this|that|them|everything|all|the whole)|(?:do not|no longer) (?:want|need) (?:it|this|that|them|the|my)"
         r"(?: \w+){{0,2}}(?: anymore| any more| any longer)|no longer (?:want|need) (?:it|this|that|them|the|my)",
         r"(?:do not|never|did not|not) cancel|text|message|notification|sms|alert|email|bot|talk"),
        # --- refund
        ("return_or_refund", 0.92, r"refund\w*|money back|re ?imburse\w*|send (?:it|this|them|that) back|store credit|chargeback|"
         r"compensat\w*|return (?:label|policy|window|process|form|shipping)|get my money|restitution|rebate|repay\w*", ""),
        ("return_or_refund", 0.88, r"(?:to|i|can|how|want|would|like|wanna|will|must|could) (?:\w+ )?(?:return|exchange|swap) (?:it|this|"
         r"that|them|these|my|the|an?|some|one|for|item|shoes|both|all)(?: \w+)?|(?:start|make|do|request|initiate|process|schedule) (?:an? |my )?(?:return|exchange)|"
         r"(?:item|product|order|it) (?:return|exchange)|^(?:returns?|exchange)$|want to return", r"exchange rate|call|currency|return home"),
        # --- complaint
        ("complaint", 0.88, r"complain\w*|complaints?|file a (?:report|claim)|(?:{drv}|he|she|guy|delivery).{{0,20}}(?:was|is|were|so|very|really)? ?"
         r"(?:rude|unprofessional|yell\w*|threw|thrown|throwing|swore|cursed|aggressive|drunk|reckless\w*|careless\w*|disrespectful|hit my|"
         r"ran over|parked|blocked|slammed|kicked)", r""),
        ("complaint", 0.78, r"terrible|worst|awful|horrible|unacceptable|ridiculous|disgusting|disgraceful|pathetic|useless|scam(?:mers)?|"
         r"(?:bad|poor|lousy|crappy|shitty|disappointing) (?:service|experience|company|delivery|customer service)|never (?:order|buy|us)ing|"
         r"(?:never|not) (?:going to )?(?:order|buy|shop) (?:from|with|here)|disappointed|(?:so|very|really|extremely) (?:angry|upset|mad|unhappy|frustrated|annoyed)|"
         r"a joke|suing|sue you|lawyer|attorney|fed up|sick of|rip ?off|not happy|unhappy|dissatisfied|claim against", r"not (?:so |too |that )?(?:bad|terrible)|weather|movie|joke please"),
        # --- where is my order
        ("where_is_my_order", 0.92, r"(?:where|whereabouts)\b.{{0,35}}\b(?:{n}|{drv})", rf"(?:{_NOT_OURS})|(?:next (?:stop|delivery))|(?:buy|find (?:a|the) )"),
        ("where_is_my_order", 0.84, r"where (?:\w+ )?(?:is|are) (?:it|they|mine|you(?: guys)?(?: now| at)?$|(?:my|our) \w+(?: \w+)?)(?: now| at| rn| today)?",
         rf"(?:{_NOT_OURS}|driver page|keys?|phone|dog|house|stop)"),
        ("where_is_my_order", 0.9, r"when\b.{{0,45}}\b{come}", rf"(?:{_NOT_OURS}|open|close|sale|in stock|election|season|when i (?:get|come|receive)|call me|new)"),
        ("where_is_my_order", 0.86, r"(?:how (?:long|soon|much longer|many (?:more )?(?:days|hours|minutes|stops|weeks))|what (?:is the |are the )?(?:day|time|date|dates|"
         r"hours?|timeframe|eta|time frame)).{{0,45}}(?:{come}|{n}|take|until|till|wait|away|left)",
         rf"(?:{_NOT_OURS}|open|store|cook|change|cancel|return|in (?:china|london|new york|tokyo)|is it (?:now|in)|drive)"),
        ("where_is_my_order", 0.86, r"(?:status|progress|updates?|eta|news|info|information|details|location).{{0,25}}(?:of|on|about|for|with|regarding|re|my)? ?"
         r"(?:my|the|this|an?|our)? ?{n}|{n} (?:status|updates?|eta|progress|tracking|location|info)",
         rf"(?:{_NOT_OURS}|change|cancel|edit|items? missing|email|flight|updating|stuff to do)"),
        ("where_is_my_order", 0.86, r"track(?:ing)? (?:\w+ ){{0,3}}{n}|track (?:it|my|this|the|#?\w*\d\w*)|tracking(?: (?:number|info|information|link|details|status|"
         r"code|id|update))?|(?:check|locate|find|see|know|trace|follow|look up|look for|looking for|inquire|enquire|ask|monitor).{{0,30}}(?:{n})(?: status)?",
         rf"(?:{_NOT_OURS}|song|music|change|cancel|return|instructions|missing|price|place an|buy|wrong|driver|talk|speak|hear)"),
        ("where_is_my_order", 0.85, r"(?:has|have|did|is|are|was|were) .{{0,30}}(?:shipped|ship|dispatched|left yet|sent|out for delivery|on (?:it is|the) way|in transit|"
         r"coming|arrived|arriving|processed|left the|delayed|close|nearby|near|getting here|delivered(?: yet| today)?|late|running late|stuck)",
         rf"(?:{_NOT_OURS}|damaged|wrong|i am|i have|delivered to|i did not|but|christmas|why did|who)"),
        ("where_is_my_order", 0.82, r"{neg} .{{0,25}}(?:arrived|received|receive|come|came|shown up|showed up|gotten|got (?:it|my|the|them)|"
         r"here yet|been delivered|reached|turned up|shipped|moved|seen|delivered|got anything|gotten anything|get it yet)",
         rf"(?:{_NOT_OURS}|delivered but|confirmation|email|seen (?:that|this)|right item|correct)"),
        ("where_is_my_order", 0.82, r"(?:still |been |keep |am |just )+waiting(?: (?:for|on|all|since|here|to|\d+|over|a)(?: \w+)*)?|waiting (?:for|on) (?:my|the|it|this|our) ?\w*",
         rf"(?:{_NOT_OURS}|outside|downstairs|on hold|answer|reply|customer)"),
        ("where_is_my_order", 0.82, r"(?:estimated|expected|scheduled|anticipated|approximate) (?:\w+ )?(?:deliver\w*|arriv\w*|time|date|day)|(?:delivery|arrival|shipping|shipment) "
         r"(?:dates?|times?|windows?|day|estimates?|period|eta|timeframe|hours?|schedule)|supposed to (?:arrive|be here|come|be delivered|get here|get it|deliver|be delivering)|"
         r"was (?:due|expected|promised)|should (?:have|of) (?:arrived|been here|come|been delivered|got)|how far|how close|how is my {n}|"
         r"(?:is|are|was) (?:taking|take) (?:so|too|forever|this|a|ages|longer)|running late\?|{n} (?:is|are) (?:\w+ )?(?:late|delayed|overdue|stuck)|"
         r"what (?:is )?(?:happen\w*|going on|up|the hold ?up|the delay|is the deal) .{{0,20}}{n}|what (?:happened|became) (?:to|of|with) .{{0,12}}{n}|"
         r"in transit|out for delivery|any (?:update|updates|news|word|eta|idea when)", rf"(?:{_NOT_OURS}|change|choose|different|pick|another|prefer|i am|cancel)"),
        ("where_is_my_order", 0.82, r"(?:will|is|are|can|could|should|am i|do i|would) .{{0,30}}(?:arrive|come|be here|get here|be delivered|make it|expect|get (?:it|my|them)|here|"
         r"coming|going to get|deliver|show up|reach me|getting (?:it|my))(?: .{{0,20}})?(?:today|tomorrow|tonight|soon|now|by|before|this|on time|{n}|in time|still|ever|yet)",
         rf"(?:{_NOT_OURS}|i am (?:here|not)|leave|later|earlier|instead|another|please deliver|not be|be home|change|you deliver)"),
        ("where_is_my_order", 0.8, r"^(?:(?:hi|hello|hey|ok|so|and|please|what is the|what is my|my) )*(?:eta|status|tracking|track|where is it(?: now| at)?|where|updates?|order status|track order|"
         r"when|wismo|is it (?:here|close|coming)(?: yet| soon| today)?|delivery update|my (?:order|package|parcel|delivery)|how long|how much longer|what time)"
         r"(?: (?:please|thanks|now|today|yet|on it|is it|will it be|for today))*$", ""),
        # --- drivers
        ("driver_next_stop", 0.92, r"(?:what|where|which|who|show|send|give|next).{{0,18}}next (?:stop|delivery|address|drop(?: off)?|one|customer|package)|next stop|"
         r"where to next|what is next(?: on)?", r"next (?:day|week)"),
        ("driver_on_my_way", 0.85, r"(?:on my way|omw|heading (?:there|over|to you|to the|your way)|en ?route|starting (?:my|the) (?:route|run|shift)|leaving the (?:warehouse|depot|"
         r"store|hub|shop|station)|(?:i will )?be there in \d+|i am (?:\d+|a few|five|ten) (?:\w+ )?(?:min|mins|minutes) (?:away|out))",
         r"home|is (?:it|my|the)|late|where|not"),
        ("driver_arrived", 0.84, r"(?:i am|we are|driver (?:is )?) ?(?:here|outside|downstairs|out front|at (?:the|your|their) (?:door|gate|address|location|building|place|drop ?off|entrance|"
         r"house|lobby)|parked)|(?:i|i have|have|just) (?:just )?arrived(?: at.*)?$|^(?:arrived|here now|outside now|outside)$|at the (?:address|drop ?off|customer s? (?:door|house))(?: now)?$",
         r"locked|can not|no ?(?:body|one)|not|where|waiting for my|it|package|order"),
        ("driver_delivered", 0.84, r"(?:i |just |have |i have )*(?:dropped (?:it|off|the package|them)|left (?:it|the (?:package|parcel|box)) (?:at|with|on|by|in)|handed (?:it|the|over|to)|"
         r"delivered (?:it|to the|the (?:package|parcel|order)|at))|^(?:package |parcel |order |all |stop )?(?:delivered|dropped off|delivery (?:done|complete|completed)|drop ?off "
         r"(?:done|complete))(?: (?:done|complete|now|ok|to (?:customer|neighbor|reception)))?$",
         r"wrong|but|not|never|who|where|when|damaged|was it|has|please|someone else|says|broken"),
        ("driver_running_late", 0.84, r"(?:i am |we are |am )?running (?:\w+ )?(?:late|behind)(?! \?)|stuck in traffic|(?:i am|be|going to be) (?:\d+ |about |a bit |a little |\w+ )*(?:late|behind|delayed)|behind "
         r"schedule|flat tire|(?:van|truck|car) (?:broke|has broken|is broken|will not start)|traffic (?:is|jam)|road (?:closed|block\w*)",
         r"why|is (?:it|my|the (?:package|order|driver|delivery))|package|order|you are|where|so late"),
        ("driver_cannot_find_address", 0.88, r"(?:can not|could not|unable to|not able to|do not|trouble|not) (?:seem to )?(?:find\w*|locate|see) (?:the |this |their |your |that )?(?:address|house|building|place|"
         r"apartment|apt|street|unit|location|entrance|door|number|home)|(?:address|house number|street) (?:does not|do not) exist|no such (?:address|street|house|number)|"
         r"gps (?:is )?(?:\w+ )*(?:wrong|lost|takes|took|sent|sends)|i am lost", r"driver|tracking|order number|your website"),
        ("driver_nobody_home", 0.86, r"(?:nobody|no one|noone|no body|customer|recipient|they|client) .{{0,15}}(?:home|answer\w*|open\w*|picking up|at the door)|no (?:answer|response|reply)(?: at)?(?: the)?(?: door)?|"
         r"not (?:answering|home)(?: the door)?|knocked .{{0,30}}(?:no|nobody|nothing)", r"phone line|support|chat|email|your|i will|i am|will be|today|tomorrow|until|rang|customer service|wants"),
        ("driver_cannot_access", 0.88, r"(?:can not|could not|unable to|no way to|how do i|not able to) (?:get in(?:side|to)?|enter|access|get through|get up|open (?:the )?gate|reach the door)|(?:gate|building|door|lobby|entrance) "
         r"(?:is |was )?(?:locked|closed|shut)|locked (?:gate|building|door|out)|(?:need|what is|do you have|send|which is|no|wrong) (?:the |a |an |me )*(?:gate |door |access |building |entry |buzzer )+code|(?:gate |door |access )?code "
         r"(?:does not|did not|is not|not) work\w*|no access", r"account|website|app|my (?:account|email)|link|tracking|discount"),
        ("driver_refused", 0.9, r"(?:customer|she|he|they|recipient|client|resident).{{0,18}}(?:refus\w+|reject\w+|does not want (?:it|the)|did not want (?:it|the)|do not want (?:it|the)|would not (?:take|accept|sign)|"
         r"will not (?:take|accept|sign)|turned it down)|refused (?:the )?(?:delivery|package|parcel|to (?:accept|sign|take)|by)|delivery (?:was )?refused|^refused$", r"my refund|driver refused|refuse to (?:refund|help)"),
        ("driver_damaged", 0.9, r"{bad}.{{0,25}}(?:in|on|inside|during) (?:the|my) (?:van|truck|car|vehicle|load\w*|route|ride)|(?:box|package|parcel) .{{0,12}}(?:fell|dropped|got crushed|opened) .{{0,20}}(?:van|truck|car)|"
         r"(?:should|do|shall|can) i (?:still )?(?:deliver|hand).{{0,30}}{bad}|{bad}.{{0,30}}(?:should|do|shall) i (?:still )?(?:deliver|hand)|i dropped (?:the|a) (?:box|package|parcel)", ""),
        # --- the rest, only when nothing above says more
        ("help", 0.8, r"^(?:(?:hi|hello|hey|please|ok|so|i|we|can|could|you|would|may|me|need|some|want|a|little|your|with|something|this|my|order|get|have|to|is|are|there|any|an|what|do|how|for|thanks|the|"
         r"here|should|now) )*(?:help|assistance|assist|support|options|menu|commands|question|questions|problem|issue|trouble)(?: (?:me|please|us|with|my|order|this|something|thanks|here|"
         r"now|a|delivery|package|you|for|it|an|out))*$|what (?:can|could) (?:you|i) (?:do|ask|say|text)(?: here)?(?: for me)?|how does this work|what are my options",
         r"no (?:problem|question)"),
        ("talk_to_person", 0.9, r"^(?:please )?(?:an? )?(?:agent|human|person|operator|representative|rep|someone|real person|manager|supervisor|advisor)(?: (?:please|now))*$", ""),
        ("cancel_order", 0.4, r"^cancel(?: please)?$", ""),
    )
)  # fmt: skip
