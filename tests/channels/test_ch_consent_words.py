import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.consent_words import Certainty, Kind, read_word


def lines(table: str) -> list[str]:
    return [text for text in table.replace("\n", "|").split("|") if text]


EXACT_STOPS = lines("""
STOP|stop|Stop.|STOP!!!|"STOP"|(stop)|STOP please|please stop|pls stop|stop now|ok stop|stop thanks
Hi, stop|ＳＴＯＰ|stop \ufe0f|STOPALL|stop all|unsubscribe|UNSUBSCRIBE.|unsub|End|QUIT|Cancel|REVOKE|optout
OPT OUT|opt-out|Opt-Out please|arret|ARRÊT|Arrêt|ALTO|alto por favor|BAJA|Baja.|parar|PARE|cancelar
no más|STOP STOP STOP|S T O P|s.t.o.p|STOP 12345|STOP A1001|stop #A1001|Unsubscribe 12345|baja A1001
remove me|opt me out|𝐒𝐓𝐎𝐏|Ｓｔｏｐ．|  stop|stop\u200b
""")
PHRASE_STOPS = lines("""
please stop texting me|stop texting me|Stop texting me!!|stop sending me texts|stop sending these
stop sending me this crap|don't text me|Don’t text me|dont text me anymore|do not text me
do not contact me|never text me again|don't message this number|no more messages|no more texts please
no more of these messages|I don't want texts|i do not want to receive any more messages
I don't want these texts|stop the messages|stop all messages|cancel these texts|end these notifications
stop updates|unsubscribe me|take me off your list|remove my number|remove me from this list
I want to unsubscribe|I'd like to opt out|opting out|I revoke my consent|i withdraw consent
lose my number|leave me alone|wrong number|Wrong number!|you have the wrong number|sorry, wrong number
this is the wrong number|wrong person|I think you have the wrong number|you got the wrong person
quit texting me|stop contacting me|stop messaging me|can you stop texting me please
how do i stop these texts|deja de enviarme mensajes|dejen de mandarme mensajes|deje de escribirme
no me escriban más|no me envíen más mensajes|no me manden mensajes|no me escribas|ya no quiero mensajes
no quiero recibir más mensajes|no más mensajes|número equivocado|se equivocó de número: número equivocado
quiero darme de baja|quítenme de la lista|borren mi número|pare de enviarme mensajes|dejen de molestarme
no quiero más sms|stop sending me surveys|I don't want the survey texts
""")
UNCLEAR = lines("""
stop it|enough|stop that|I said stop|basta|stop 5|ok enough
""")
OTHERS = lines("""
cancel my order|Cancel order A1001|CANCEL A1001|can I cancel?|please cancel the delivery
I want to cancel my order|cancel it|stop by the office and leave it|can you stop at the back door
is this the end of the line|tell him to stop at the gate|how many stops before mine
the driver is 3 stops away|you are my last stop|next stop please|the bus stop on the corner
stop at 12 Main St|don't stop|please don't stop texting me|don't stop sending me updates|never stop
weekend delivery?|at the end of the driveway|end of the hall on the left|leave it at the end
quite late today|I quit my job haha|stopped by?|where is my order|wheres my stuff??
you delivered to the wrong person|the driver has the wrong number|I have the wrong number of items
wrong number of boxes|wrong address|my number changed|new phone who dis|text me when you're here
please text me|message me|no texts received yet|I got no messages|did you send me a text?|hello|1|2|ok
thanks|no|nope|later|tomorrow|information please|can you help me|I need help with my order
help me find it|starting when?|when does it start|he can start now|yes please do
el paquete es para Alto Palermo|deje el paquete en la puerta|deja el paquete con el portero
no me llegó el paquete|no me han enviado nada|¿dónde está mi pedido?|cancelar mi pedido
la puerta de atrás|está bajando|👍|😀|…|?|he stopped at the wrong house and left it there
the light is out so stop in front of the garage|non-stop|please leave me a note alone with the box
remove the old sofa too|remove the item from my order|delete one item from the order
""")


@pytest.mark.parametrize("text", EXACT_STOPS)
def test_a_stop_word_alone_decides(text: str) -> None:
    word = read_word(text)
    assert word is not None and (word.kind, word.certainty) == (Kind.STOP, Certainty.EXACT)


@pytest.mark.parametrize("text", PHRASE_STOPS)
def test_plain_language_revokes(text: str) -> None:
    word = read_word(text)
    assert word is not None and (word.kind, word.certainty) == (Kind.STOP, Certainty.PHRASE)


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_may_mean_stop_is_asked_about(text: str) -> None:
    word = read_word(text)
    assert word is not None and (word.kind, word.certainty) == (Kind.STOP, Certainty.UNCLEAR)


@pytest.mark.parametrize("text", OTHERS)
def test_what_sounds_like_stop_and_is_not_silences_nobody(text: str) -> None:
    word = read_word(text)
    assert word is None or word.kind is not Kind.STOP


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("START", Kind.START),
        ("unstop", Kind.START),
        ("Start please", Kind.START),
        ("opt in", Kind.START),
        ("start texting me again", Kind.START),
        ("HELP", Kind.HELP),
        ("Help!", Kind.HELP),
        ("info", Kind.HELP),
        ("AYUDA", Kind.HELP),
        ("yes", Kind.YES),
        ("YES!", Kind.YES),
        ("Sí", Kind.YES),
        ("si", Kind.YES),
    ],
)
def test_start_help_and_yes(text: str, kind: Kind) -> None:
    word = read_word(text)
    assert word is not None and word.kind is kind


@given(st.text(alphabet=st.characters(codec=None)))
def test_reading_never_raises(text: str) -> None:
    read_word(text)


@given(st.text(alphabet="stop cancelendquit'!. \n", max_size=1600))
def test_reading_long_texts_is_quick(text: str) -> None:
    read_word(text * 3)
