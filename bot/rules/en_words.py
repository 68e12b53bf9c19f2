"""English groups of words, for the rules. Without accents, as `bot.normal.normal` leaves them."""

from typing import Final

WORDS: Final = {
    "n": (
        r"(?:"
        r"orders?|packages?|parcels?|deliver(?:y|ies)|shipments?|shipping|stuff|items?|things?|purchases?|"
        r"box(?:es)?|goods|mail|products?|ordered|bought|meds|medicine|groceries|package s"
        r")"
    ),
    "drv": (
        r"(?:"
        r"drivers?|couriers?|delivery (?:guy|man|person|boy|woman|lady|people|driver)|carrier|mailman"
        r")"
    ),
    "come": (
        r"(?:"
        r"arriv\w+|com(?:e|es|ing)|deliver\w*|be here|gets? here|getting here|get there|show(?:s|ing)? up|"
        r"turn up|reach(?:es)? me|get to me|land|drop(?:ped)? off|receive|get (?:my|it|them|the|this)|"
        r"have (?:my|it)|getting (?:my|it|the)|ship\w*|dispatch\w*|expect\w*|in my hands|"
        r"on (?:it is|the) way|out for delivery|sent"
        r")"
    ),
    "neg": (
        r"(?:"
        r"have not|has not|did not|do not|not|never|had not|yet to"
        r")"
    ),
    "bad": (
        r"(?:"
        r"damaged|damage|broken|broke|crushed|smashed|shattered|cracked|dented|ripped|torn|"
        r"leak(?:ed|ing|s)?|spilled|soaked|squashed|destroyed|bent|scratched|defective|faulty|melted|"
        r"spoiled|rotten|in pieces|busted|wet|mangled|wrecked"
        r")"
    ),
    "place": (
        r"(?:"
        r"doors?|doorstep|porch|neighbou?rs?|garage|mail ?box|mailroom|lobby|reception|front desk|doorman|"
        r"concierge|back ?yard|backyard|steps?|mat|locker|bench|patio|balcony|shed|gate|bin|side|outside|"
        r"inside|stairs|hallway|deck|pot|table|planter|bush\w*|security|guard|roommate|wife|husband|mom|"
        r"front|back|behind|next door|office"
        r")"
    ),
    "person": (
        r"(?:"
        r"humans?|person|people|agents?|representatives?|reps?|someone|somebody|managers?|supervisor|"
        r"operator|support|advisor|assistant|specialist|customer (?:service|care|support)|staff|employee|"
        r"anyone|anybody"
        r")"
    ),
    "day": (
        r"(?:"
        r"today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend|"
        r"next week|this week|morning|afternoon|evening|noon|\d{1,2} ?(?:am|pm)|another (?:day|time)|"
        r"other day|later|earlier|sooner"
        r")"
    ),
    "not_ours": (
        r"(?:refund|money|manager|office|store|shop|account|invoice|receipt|bathroom|app|meeting|train|"
        r"bus|flight|taxi|cab|alarm|event|movie|class|exchange|transfer|payment|voucher|credit|"
        r"reimbursement|return label|signature|photo|newsletter|subscription|world|president|capital|song|"
        r"coupon|discount|address|wages?|salary|pay ?(?:day|slip|check)|pension|overtime|rent)"
    ),
}
