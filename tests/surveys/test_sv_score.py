"""What counts as a score, what does not, and what many scores say together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.score import Measure, ScoreAnswer, csat, lowest, mean, nps, read_score

BARE = """
5=5|1=1|3=3|05=5|five=5|Five!=5|FIVE=5|four.=4|one=1|two=2|three=3|fiv=5|5!=5|5!!!=5|5.=5|(5)=5|"5"=5|'4'=4|5)=5
5 stars=5|5 stars!!=5|5stars=5|5 star=5|five stars=5|Five Stars!=5|4 stars=4|one star=1|1 star=1|a star=1
3 points=3
5/5=5|4/5=4|1/5=1|5 / 5=5|5 out of 5=5|four out of five=4|4 out of 5 stars=4|5/5!!=5|10/10=5|10 out of 10=5
5*=5|4+=4
cinco=5|Cinco!=5|cuatro=4|tres=3|dos=2|uno=1|¡cinco!=5|5 estrellas=5|cinco estrellas=5|5 estrellitas=5
una estrella=1
5 de 5=5|4 sobre 5=4|cuatro de cinco=4|5 puntos=5|un 5=5|un cuatro=4|cuatro estrellas!!=4|1 estrella=1
quatro=4|sinco=5
⭐⭐⭐⭐=4|⭐=1|⭐️⭐️⭐️⭐️⭐️=5|★★★☆☆=3|★★★★★=5|🌟🌟🌟=3|⭐ ⭐ ⭐=3|*****=5|5⭐=5|5 ⭐️=5|5️⃣=5|4️⃣=4|⭐⭐⭐⭐⭐⭐=None
👍=5|👎=1|👍🏽=5|👎🏿=1|👍👍👍=5|👎👎=1|👍 thanks=5|👍👎=None|👍️=5
thumbs up=5|Thumbs up!!=5|two thumbs up=5|thumbs down=1|thumb up, thanks=5|pulgar arriba=5|pulgar abajo=1
😊 5=5|👏👏 5=5|😡 1=1|❤️ 4=4|🎉⭐⭐⭐⭐⭐=5|😀=None|😡=None
a 5=5|i'd say 4=4|I’d give it a 4=4|i would rate it 3=3|I give you 5 stars=5|it's a 3=3|it was a 4=4
solid 4=4|definitely a 5=5
rating: 5=5|my rating is 4=4|score 3=3|answer: 5=5|I'll say 4=4|id give the driver a 5=5|number 4=4|ok 4=4
Hi, 5=5|yes, 4=4
le doy un 5=5|yo le pongo un 4=4|doy 3=3|mi calificación es 5=5|calificación: 4=4|nota 5=5|puntuación 4=4
es un 4=4|hola, 5=5
5 of 5=5|5 y gracias=5|5 por favor=5|5 and thank you!=5|5 (five)=5|4 stars out of 5=4|I want to give it a 5=5
I'd rate this delivery a 4=4|lo califico con 4=4|diría que 4=4|bueno, 3=3|pues un 4=4
5 thanks=5|5, thank you!=5|5 please=5|4 gracias=4
5, muchas gracias!=5
4.5=4|4,5=4|2.5=2|4.0=4|3.5/5=3|５=5|4.5 stars=4|  5  =5|= 5=5|=5=5|5 :)=5|5 😀=5
"""

SAID = [
    ("2, driver was rude", 2, "driver was rude"),
    ("2 driver was rude", 2, "driver was rude"),
    ("2 box was crushed", 2, "box was crushed"),
    ("2 - box was crushed", 2, "box was crushed"),
    ("2. Box was crushed.", 2, "Box was crushed."),
    ("2: left in the rain", 2, "left in the rain"),
    ("1\nNever came to the door", 1, "Never came to the door"),
    ("1 never came", 1, "never came"),
    ("2 was very late", 2, "was very late"),
    ("2 way too late", 2, "way too late"),
    ("2 the worst driver", 2, "the worst driver"),
    ("3, late by 2 hours", 3, "late by 2 hours"),
    ("2, why did he throw it?", 2, "why did he throw it?"),
    ("2 left at wrong house", 2, "left at wrong house"),
    ("2 dropped it on the street", 2, "dropped it on the street"),
    ("It was ok, 3", 3, "It was ok"),
    ("1=bad", 1, "bad"),
    ("5 great service", 5, "great service"),
    ("five, thanks Dee", 5, "thanks Dee"),
    ("two... not good", 2, "not good"),
    ("5 stars for Dee!", 5, "for Dee!"),
    ("5/5 would order again", 5, "would order again"),
    ("great driver, 5 stars", 5, "great driver"),
    ("Excellent service 5", 5, "Excellent service"),
    ("terrible, 1", 1, "terrible"),
    ("great driver 5/5", 5, "great driver"),
    ("I give it 5 stars, love it", 5, "love it"),
    ("👎 box was crushed", 1, "box was crushed"),
    ("👍 great driver", 5, "great driver"),
    ("⭐⭐ broken", 2, "broken"),
    ("2 el repartidor fue grosero", 2, "el repartidor fue grosero"),
    ("2, la caja llegó rota", 2, "la caja llegó rota"),
    ("dos, llegó tarde", 2, "llegó tarde"),
    ("3 estrellas, llegó tarde", 3, "llegó tarde"),
    ("1 pésimo servicio", 1, "pésimo servicio"),
    ("Pésimo servicio, 1", 1, "Pésimo servicio"),
    ("muy bien 5", 5, "muy bien"),
    ("2 no gate code 4412 used", 2, "no gate code 4412 used"),
    ("4-good", 4, "good"),
    ("2; Straße naß", 2, "Straße naß"),
]

NO_ANSWERS = """
my order 4 is missing|gate code 4412|apt 5|apartment 5|4412|the code is 4|where is my order
where is order 5|order 5|#5
5 days late|5 minutes|in 5 min|5pm|5 pm|5:30|at 5|by 5|I waited 2 hours|2 hours late|2-4|2 - 4|4 or 5
1 to 5|2 to 4 pm
10|0|6|55|100|1,000|5.000|4.25|5%|$5|-5|+14155550100|A1001|12/5|9/10|24/7|5.5|6/5
2 of 5 boxes came|2 of 5 came|3 East Elm Ave please
2 packages missing|2 items broken|3 of my orders|2 boxes arrived wet|one of them is broken|one more thing
1 question
one question|2 are missing|1 is broken|3 arrived broken|one driver was rude|2 where is my other order?|5?
1 box was wet
5 Main St|12 Elm Street apt 4|4 Oak Ave|5th|2nd|1st floor|the second one|leave it at door 2|door 3|floor 2
gate 5|ring 2 times
it was delivered on 3/5 but i have nothing|since 1/5|delivery 4/5 boxes came|4/5 boxes came|is it 5/5?
yes|no|stop|help|thanks|great|excellent|great service|terrible|hello|ok|cancel my order|talk to a person
star|stars|estrella
pedido 5|mi pedido 4 no llegó|el código es 4412|apto 5|piso 3|a las 5|5 días|2 horas|2 paquetes faltan
5 minutos tarde|del 2 al 4
una pregunta|un momento|uno de los dos|¿dónde está mi pedido?|faltan 2 cajas|son las 5|el 5 de mayo
5 de mayo|2 x 1|2 por favor a las 3
i got 2 stars instead of 5 stars|5 4 3|5 5 4|4 u|2 me|not 5|no 5|option|number 2 is missing
option 2 please tomorrow|👋|❤|!!!||   |?
I have 5 kids and 2 dogs|call me at 415 555 0100|deliver between 2 and 4|tomorrow 5|2-4 pm|2 - 4 pm|2–4 pm
5 4 people|5 #4412|great, see you at 5|good morning, apt 5|super, order 5|driver 5|delivery 5|1a|5g
""".replace("\n", "|")


def _bare():
    for line in BARE.strip("\n").split("\n"):
        for part in line.split("|"):
            text, _, meant = part.rpartition("=")
            yield text, None if meant == "None" else int(meant)


@pytest.mark.parametrize(("text", "score"), list(_bare()))
def test_a_score_in_whatever_form_is_read(text, score):
    assert read_score(text) == (None if score is None else ScoreAnswer(score, None))


def test_the_table_of_forms_is_as_large_as_it_claims():
    assert sum(any(c.isalpha() for c in text) for text in dict(_bare())) >= 80
    assert len(NO_ANSWERS.split("|")) >= 80


@pytest.mark.parametrize(("text", "score", "comment"), SAID)
def test_what_is_said_with_the_score_is_kept_in_its_own_words(text, score, comment):
    assert read_score(text) == ScoreAnswer(score, comment)


@pytest.mark.parametrize("text", NO_ANSWERS.split("|"))
def test_a_text_that_is_no_answer_is_left_alone(text):
    assert read_score(text) is None


@pytest.mark.parametrize(
    ("text", "score"),
    [("10", 10), ("0", 0), ("nine", 9), ("diez", 10), ("cero", 0), ("8/10", 8), ("👍", 10), ("👎", 0), ("11", None)],
)
def test_the_scale_of_recommending_runs_from_0_to_10(text, score):
    found = read_score(text, scale=10)
    assert (found and found.score) == score


@given(st.text(), st.sampled_from([3, 5, 7, 10]))
def test_reading_never_raises_and_never_leaves_the_scale(text, scale):
    found = read_score(text, scale=scale)
    assert found is None or lowest(scale) <= found.score <= scale


ALPHABET = st.sampled_from(
    [*"0123456789 .,:/-*⭐👍👎½\n?!'\"()[]#abceinost", "five", "stars", " out of ", "cinco", " de "]
)


@given(st.lists(ALPHABET, max_size=30).map("".join))
def test_reading_never_raises_on_texts_that_look_like_scores(text):
    found = read_score(text)
    assert found is None or 1 <= found.score <= 5
    assert found is None or found.comment is None or found.comment.strip()


def test_reading_a_very_long_text_ends_soon():
    for text in ("5 " * 5000, "great " * 5000, "hello " * 3000 + "5", "*" * 9000, "i'd say " * 2000, "thanks " * 3000):
        read_score(text)


def test_csat_is_the_share_of_fours_and_fives():
    assert csat([5, 4, 3, 1]) == Measure(50.0, 4)
    assert csat([]) is None
    with pytest.raises(ValueError, match="between 1 and 5"):
        csat([0])


def test_nps_is_promoters_less_detractors():
    assert nps([10, 9, 8, 7, 6, 0]) == Measure(0.0, 6)
    assert nps([9, 10, 10, 6]) == Measure(50.0, 4)
    assert nps([0]) == Measure(-100.0, 1)
    assert nps([]) is None
    with pytest.raises(ValueError, match="between 0 and 10"):
        nps([11])


def test_the_mean_comes_with_its_sample():
    assert mean([5, 4]) == Measure(4.5, 2)
    assert mean([]) is None
