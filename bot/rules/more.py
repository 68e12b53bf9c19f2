"""Rules for what is said in few words, in both languages; they are strong, because nothing else can be meant."""

from typing import Final

from bot.rules import en_words, es_words
from bot.rules.base import Rule, rules

_WORDS: Final = {
    "n": f"(?:{en_words.WORDS['n']}|{es_words.WORDS['n']})",
    "mine": r"(?:(?:my|the|our|this|it|mi|el|la|lo|mis|the|un|una|ningun) )*",
    "hi": r"(?:(?:hi|hello|hey|sorry|so|but|and|um|yes|no|hola|pero|y|oye|buenas|disculpe|si|que) )*",
}

RULES: Final[tuple[Rule, ...]] = rules(
    _WORDS,
    (
        "not_received",
        0.95,
        (
            r"^{hi}(?:(?:{mine}{n} )?(?:was |is |still )?not (?:received|delivered)|(?:i )?(?:have )?not received "
            r"(?:it|anything|nothing)|(?:i )?(?:did not|never) (?:receive|get|got) (?:it|anything|nothing)|"
            r"{mine}{n} (?:was )?not received|no (?:package|parcel|delivery) (?:here|received)|"
            r"(?:i )?never (?:got|received) (?:it|anything)|(?:it )?never (?:came|arrived)|"
            r"(?:yo )?(?:no|nunca) (?:lo |la |me |los )*(?:he |han )?(?:recib\w+|entregad[oa]|entregaron|llego)"
            r"(?: (?:nada|{mine}{n}))?|no recibid[oa]|no (?:esta|aparece) {mine}{n}|"
            r"nothing (?:came|arrived)(?: today)?|(?:{mine}{n} )?(?:se )?(?:perdio|esta perdido|extraviado))"
            r"(?: (?:yet|at all|please|here|por favor|todavia|aun|senor|thanks|gracias))*$"
        ),
        r"still|yet|todavia|aun",
    ),
    (
        "where_is_my_order",
        0.9,
        (
            r"(?:a )?number to track|can (?:it|the \w+) be tracked|"
            r"when did you (?:send|ship|mail)|(?:was|were) expecting (?:my|it|the)|"
            r"should (?:already )?(?:be|have been) here by now|(?:received|arrived|gotten|here) (?:my \w+ )?(?:by now|"
            r"at this point|already)|how (?:quickly|fast|soon) (?:can|will|do|could) (?:you|i) get|"
            r"when (?:will|do|can|should) i (?:get|receive|have|expect) (?:my|the|it|this)|"
            r"when (?:will|is|does) (?:my|the|our) (?:\w+ ){{1,3}}(?:arriv\w+|com\w+|get here|be here|be delivered)|"
            r"locate (?:my|the) (?:\w+ )?{n}"
        ),
        (
            r"refund|money|keys?|phone$|remote|glasses|dog|cat|car|wallet|house|bus|train|flight|appointment|meeting|"
            r"paid|salary|pension|friend|money|next|season|reimburs\w+|compensation|rebate|invoice|bill|receipt|"
            r"account|newsletter|not (?:here|there|at).{{0,40}}(?:says|delivered)|"
            r"(?:says|marked|shows) .{{0,15}}deliver|signed|"
            r"leave|driver s number|baby|uncle|mother|father|husband|wife|shorts|concert|game|"
            r"pay ?checks?|w ?2|my bonus|plane|"
            r"show|movie|album|store|shop|office|bathroom|hotel|gate|restaurant|lease|visa|passport|results?|tax(?:es)?"
        ),
    ),
    (
        "where_is_my_order",
        0.84,
        (
            r"(?:any|got a|got any|have any|do you have an?) (?:clue|idea|eta|guess|estimate|sign|news|"
            r"word)(?: (?:of|on|when|"
            r"about|where|for))?|(?:no|any) sign of (?:my|the|it)|(?:checking in|checking|check in|"
            r"check) on (?:my|the|a) \w+|"
            r"what is the (?:hold ?up|delay|eta|status)|(?:has|have) (?:my|the) (?:\w+ ){{1,3}}(?:even |"
            r"already )?(?:left|shipped|"
            r"gone out|been sent)|(?:anywhere|any where) (?:near|close)|how (?:close|near|far) (?:is|are|away)|"
            r"(?:am i|are we|will i|do i|shall i) (?:still )?(?:getting|get) (?:my|the|our) \w+|still waiting|"
            r"(?:it is|been) (?:sitting|stuck) in \w+|(?:was|were|are|is) due (?:this|today|yesterday|on|at|by|in)|"
            r"(?:has not|have not) moved|no (?:text|call|package|news),? no|it is (?:day|"
            r"been) (?:\w+ )?(?:days?|hours?|weeks?|"
            r"two|three|four|five|six)|(?:you|they) (?:said|told me) (?:\w+ ){{0,6}}(?:minutes?|hours?|today|"
            r"yesterday|by|ago)|"
            r"waiting on (?:\w+ ){{0,3}}(?:box|package|parcel|deliver|order)\w*|whereabouts|"
            r"ya mero (?:llega|viene)|en que va|que paso con (?:mi|mis|el|la|las|los|lo) (?:\w+ )?(?:que )?|"
            r"(?:anda|viene|esta|queda) (?:muy |todavia |aun )?(?:lejos|cerca)|cuanto (?:le|les|me) falta|"
            r"a que horas? cae|"
            r"no se ha movido|ya salio (?:de|mi|el|la)|(?:va|van) a (?:venir|llegar|traer)|tenia que llegar|"
            r"pedi .{{0,25}} y nada|(?:me urge|necesito) saber si (?:llega|viene)"
        ),
        (
            r"refund|money|reembolso|dinero|door|gate|code|customer|recipient|nobody|no one|driver page|"
            r"next stop|cancel|"
            r"wrong|broken|damaged|crack\w*|missing|photo|picture|foto|signed|delivered|entregad[oa]|store|open|"
            r"close[ds]?|"
            r"weather|flight|bus|train|movie|game|score|song|stock|balance|account|cuenta|vuelo|partido|tienda|juego|"
            r"address|house|casa|street|calle|apartment|leave|deje\w*|complain\w*|i am (?:late|behind)|running late|"
            r"wages?|salary|pay ?checks?|sueldo|nomina|quincena|"
            r"moon|snow|rain|traffic|doctor|appointment|alarm|reminder|party|recipe|ring|not home"
        ),
    ),
    (
        "return_or_refund",
        0.9,
        r"(?:rebat(?:e|es|ing)|erbates?)",
        r"coupon|discount code|tax|mail in|{n}",
    ),
    (
        "complaint",
        0.9,
        r"lodg(?:e|ing) (?:an? |some |my )?(?:\w+ )?(?:claims?|complaints?|reclamations?)",
        r"insurance|warranty|tax",
    ),
)
