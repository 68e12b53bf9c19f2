"""The words of yes and no, English and Spanish, and what may stand around them. Pure."""

# ruff: noqa: ISC004  a row of phrases may take several lines

import re
from typing import Final

from bot.phrases import Phrases

_YES: Final = (
    "yes|yess|yea|yeah|yeh|yep|yup|ya|yah|yas|ye|y|yessir|aye|ok|okay|okey|oki|okie|okey dokey|k|kk|sure|sure thing|"
    "surely|of course|course|for sure|absolutely|definitely|certainly|indeed|affirmative|correct|that is correct|"
    "that is right|that is it|that is fine|that is good|that is the one|right|you are right|exactly|true|confirm|"
    "confirmed|i confirm|agreed|i agree|deal|perfect|great|good|fine|alright|all right|all good|sounds good|"
    "sounds great|looks good|works for me|that works|go ahead|please do|do it|do that|lets do it|go for it|i do|i did|"
    "i am|i have|it is|it was|it did|it does|it has|it can|you can|we are|we did|they did|he did|she did|i think so|"
    "i believe so|i guess so|i guess|why not|no problem|by all means|you bet|you got it|totally|got it|i got it|"
    "received|i received it|"
    "si|sii|sip|sep|simon|claro|claro que si|por supuesto|desde luego|correcto|es correcto|exacto|exactamente|asi es|"
    "eso es|eso|de acuerdo|conforme|vale|dale|va|bueno|esta bien|muy bien|bien|perfecto|listo|afirmativo|cierto|"
    "seguro|obvio|confirmo|confirmado|ok si|creo que si|pues si|ya|hazlo|adelante|me parece bien|lo recibi|ya lo recibi"
)
_NO: Final = (
    "no|noo|nop|nope|nah|na|naw|nay|n|negative|not really|not at all|not yet|not now|not today|no way|never|nothing|"
    "none|absolutely not|definitely not|of course not|certainly not|i do not|i did not|i am not|i have not|it is not|"
    "it was not|it did not|it does not|it has not|we did not|they did not|he did not|do not|please do not|did not|"
    "i do not think so|i do not want it|i do not want to|i do not want that|do not do it|do not do that|incorrect|"
    "not correct|that is not correct|that is not right|not right|that is wrong|false|no sir|no maam|no thanks|"
    "no thank you|nothing else|that is all|nothing yet|i would rather not|rather not|not me|not mine|"
    "no gracias|que no|claro que no|para nada|de ninguna manera|en absoluto|negativo|nunca|jamas|todavia no|aun no|"
    "ahora no|hoy no|mejor no|creo que no|no creo|no quiero|no lo quiero|no es correcto|incorrecto|falso|nel|tampoco|"
    "nada|nada mas|no lo recibi|no lo he recibido|por supuesto que no|no es asi|pues no|no señor|no senor"
)
_POLITE: Final = (
    "please|thanks|thank you|thank you so much|thank you very much|sir|maam|mam|man|bro|dude|buddy|friend|hi|hello|"
    "very much|it|that|so|just|well|actually|oh|ah|um|uh|hmm|then|for me|lol|haha|"
    "por favor|gracias|muchas gracias|senor|senora|amigo|pues|ay|jaja|entonces|porfis"
)
_MORE_YES: Final = (
    "yeap|yees|yesh|ys|yaa|yass|ofc|okok|oks|ohk|okidoki|hmm ok|roger|copy that|aight|bet|facts|"
    "that would be great|that would be fine|that would be perfect|that will do|that will work|please confirm|"
    "please confirm it|confirm it|confirm that|conform|please proceed|proceed|carry on|please go ahead|"
    "i strongly agree|strongly agree|strongly agreed|exact|that is perfect|it is correct|it is right|it is fine|"
    "it is ok|that is ok|that is okay|that is great|this is correct|this is right|this is fine|fine by me|fine with me|"
    "good with me|ok by me|ok with me|i am good with that|i am ok with that|i am fine with that|that is me|"
    "i am sure|i would love that|i would like that|i would|i will|we do|we did|we have|they are|he is|she is|"
    "superb|excellent|fantastic|wonderful|nice|cool|lovely|brilliant|"
    "dale pues|dale si|orale|sale|sale pues|andale|va que va|va pues|de una|con gusto|obvio que si|obviamente|"
    "efectivamente|en efecto|asi mero|eso mero|asi esta bien|esta perfecto|me sirve|me funciona|me late|me queda bien|"
    "me viene bien|me conviene|por mi bien|por mi esta bien|si se puede|si quiero|si acepto|acepto|proceda|procedan|"
    "hagale|hagalo|haganlo|mandale|listo pues|buenisimo|correctisimo|sip si|si senor|si senora|"
    "claro claro|como no|ya quedo|lo confirmo|estoy de acuerdo|esta correcto|todo bien|eso es correcto"
)
_MORE_NO: Final = (
    "nopes|nooo|nuh uh|uh uh|nop|no need|not needed|no need for that|no more|nothing more|nothing else for now|no else|"
    "that is enough|enough|not for me|not for now|not at this time|not at the moment|not this time|not necessary|"
    "not interested|i am all set|we are good|all set|i will pass|hard pass|pass|no can do|do not bother|"
    "no dice|no chance|heck no|hell no|i would not|i will not|i can not|we do not|we have not|they are not|he is not|"
    "she is not|it will not|that does not work|that will not work|does not work|does not work for me|"
    "that does not work for me|not possible|not good|not ok|not okay|not correct at all|not that one|neither|"
    "none of them|none of those|none of these|i disagree|disagree|"
    "nones|nanai|nel pastel|no hace falta|no es necesario|no necesito|no necesito nada|no por ahora|por ahora no|"
    "no de momento|de momento no|por el momento no|no senora|no es eso|eso no|asi no|no esta bien|"
    "no me sirve|no me funciona|no me conviene|no me queda|no puedo|ninguno|ninguna|ninguna de las dos|"
    "ninguno de los dos|nada que ver|ni hablar|ni loco|ni de broma|claro que nunca|no acepto|no estoy de acuerdo|"
    "no es mio|no es mia|no soy yo|que va|no lo quiero|no la quiero|no lo creo|no aun|no todavia|aun nada|"
    "todavia nada|no que yo sepa|no nada|nada de nada|no para nada|en lo absoluto"
)
_TAILS: Final = "|".join(
    (
        "madam|mate|love|hun|boss|chief|dear|again|a lot|lots|for now|for today|today|right now|at all|"
        "bye|bye bye|byee|goodbye|see you|see ya|"
        "i will wait|i am waiting|waiting|take your time|take your own time|no rush|whenever|asap|soon|"
        "all the best|sorry|hmm|huh|i guess|i think|i believe|to be honest|tbh|honestly|man|god|yo|y|and|ok|okay|"
        "kindly|"
        "adios|hasta luego|disculpe|disculpa|perdon|jefe|joven|senorita|por ahora|de verdad|con gusto|ahi|nomas|"
        "nada mas",
        *(f"thank{s} for {whose}{what}" for s in ("s", " you", " u") for whose in ("your ", "the ", "all your ")
          for what in ("help", "support", "service", "time", "information", "info", "assistance", "update")),
        *(f"have a {kind}{day}" for kind in ("good ", "great ", "nice ", "wonderful ", "lovely ")
          for day in ("day", "one", "night", "evening", "weekend")),
        "thank u|thank|thnks|thankyou|thank you too|many thanks|thanks a lot|thanks so much|thanks again|mil gracias|"
        "muy amable|gracias por todo|gracias por la ayuda|gracias por su ayuda|gracias por avisar",
    )
)  # fmt: skip

#: With one of these a mere "ok" or "good" says farewell, not yes.
FAREWELL: Final = re.compile(
    r"(?<!\w)(?:bye+|goodbye|see (?:you|ya)|have a \w+ (?:day|one|night|evening|weekend)|adios|hasta luego)"
)

YES: Final = Phrases(_YES, _MORE_YES)
NO: Final = Phrases(_NO, _MORE_NO)
POLITE: Final = Phrases(_POLITE, _TAILS)

#: What is judged right or wrong when a bot has asked: what it said, or the day and time it offered. No parcel among it.
_SAID: Final = (
    r"(?:answer|response|command|request|question|instructions?|task|information|info|one|day|date|time|slot|thing)"
)
_LEAD: Final = (
    r"(?:(?:uh|uhh|um|oh|no|nope|hmm|oops|wait|sorry|thanks|i am sorry|but|yes|yeah|yeap|yep|please|well|i think|"
    r"it seems like|damn|dammit|shit) )*"
)
_WELL: Final = r"(?:right|correct|correctly|exact|exactly|perfect|perfectly|well)"
#: "you got that right", "that is exactly what i meant": fullmatch on a normal text.
APPROVES: Final = re.compile(
    rf"{_LEAD}(?:you (?:have )?(?:got|gotten|understood|done|did) (?:it|that|this|me|my {_SAID}|the {_SAID}|"
    rf"your understanding)"
    rf"(?: all)? {_WELL}|(?:you are|that is|that was|this is|it is|it was) (?:absolutely |totally |exactly |very |"
    rf"quite )?"
    rf"(?:{_WELL}|right|confirmed|(?:what|the one) i (?:asked for|meant|wanted|said|want))"
    rf"|(?:your understanding|(?:the|your) {_SAID}) (?:is|was) (?:{_WELL}|confirmed)"
    rf"|(?:good|great|right|correct|exact|amazing|fantastic|wonderful|excellent|perfect) (?:response|answer|one)"
    rf"(?: to (?:the )?command)?|es exactamente (?:lo que )?(?:quiero|queria|pedi)|entendi(?:ste|o) bien)"
)
#: "that is not what i meant", "you got it wrong"; not "that is not the right item", which is about a parcel.
REJECTS: Final = re.compile(
    rf"{_LEAD}(?:(?:that|this|it|you) (?:is|was|are) not (?:at all )?(?:(?:the |a )?{_WELL}(?: {_SAID})?|it|"
    r"(?:what|the one) i (?:asked|asked for|meant|wanted|want|said|just said|requested|just requested|am looking for|"
    rf"was looking for|am searching for|was searching for))|"
    rf"(?:(?:the|your) {_SAID}|your understanding) (?:is|was) (?:not {_WELL}|wrong|incorrect)|"
    rf"not (?:the )?(?:right|correct)(?: {_SAID})?|(?:an? |the )?(?:wrong|incorrect) (?!one){_SAID}|"
    rf"(?:that|this|it|you) (?:is|was|are) (?:wrong|incorrect|a mistake)|"
    rf"you (?:have )?(?:got|gotten|done|did) (?:it|that|this|me|(?:the|my|a) {_SAID})(?: all)? (?:wrong|incorrect|"
    rf"incorrectly|"
    rf"in wrong manner|in (?:a|the) wrong way)|you (?:have )?(?:made|did) (?:an?|some|the) mistakes?|"
    rf"you (?:have )?misunderstood(?: me)?|you (?:do|did) not (?:get|understand)(?: (?:me|it|that|this|(?:my|"
    rf"the) {_SAID}))*"
    rf"(?: {_WELL})?|i did not (?:say|ask(?: for)?|mean) (?:it|that|this)|i do not think (?:that|this|it) is {_WELL}|"
    rf"i (?:said|meant|asked for) something else|"
    rf"you (?:have )?messed up(?: with)?(?: (?:it|this|that|(?:my|the) {_SAID}))?|"
    r"(?:it|this|that) must be (?:a |an |some )?mistakes?|"
    rf"you (?:have )?(?:gave|given|told|understood) me (?:the )?(?:not right|not correct|wrong|incorrect)(?: {_SAID})?|"
    rf"(?:eso )?no es (?:lo que|eso lo que) (?:quiero|queria|pedi|dije)|(?:eso |asi )?no (?:es|esta) (?:asi|bien|"
    rf"correcto)|"
    rf"esta mal|entendi(?:ste|o) mal|me entendi(?:ste|o) mal|te equivocas(?:te)?|se equivoco)"
)
#: "yes sir thank you so much for all of it": who thanks at length has answered before.
THANKED: Final = re.compile(
    r"(yes+|yeah?|yep|yup|si|claro|sure|no|nope|nah|nothing|nada) (?:(?:please|sir|madam|mam|dear|que si|por favor|"
    r"senor|senora) )*(?:muchas |muchisimas |mil )?(?:thanks?|gracias)(?!\w)(.*)"
)
