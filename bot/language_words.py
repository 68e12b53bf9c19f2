"""The words that tell languages apart: the small ones of every sentence, those of parcels. No accents. Pure."""

# ruff: noqa: SIM905  a table of words reads better without quotes

from typing import Final

WORDS: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(
        """the my is are was were where wheres when what whats how who why which you your it its this that
        these those has have havent hasnt had do does did didnt dont doesnt can cant could would will wont
        should i im ive ill we they he she and or but not yet of for to from with at on in out here there hi
        hello hey thanks thank please yes yeah yep nope order package parcel delivery stuff delivered arrive
        arrived late still never got get need want help cancel change address driver tomorrow today refund
        wrong broken missing bye good morning evening talk someone human person agent been be door gate code
        leave neighbor track tracking status wrote hours days just stop if then than them their our us any
        some nothing anything something everything nobody anyone one two both first second last next after
        before until about now later soon again really very much more only also too send sent bring brought
        come comes coming came put take took give gave told said says say know think see look looking waiting
        wait ordered bought money back home house front behind under monday tuesday wednesday thursday friday
        saturday sunday week weekend afternoon night time day minutes running outside item right i in on do as
        an to sure all other did by been one""".split()
    ),
    "es": frozenset(
        """el la los las un una unos unas mi mis tu su sus es esta estan estoy son era fue donde cuando que
        cual como quien cuanto porque por para con sin del al de en y o pero aun todavia ya he ha han hay hola
        buenas buenos dias tardes noches gracias favor si pedido paquete envio entrega entregado llega llego
        llegado llegar llegara quiero puedo pueden necesito ayuda cancelar cambiar direccion repartidor
        conductor manana hoy reembolso devolver roto falta equivocado adios hablar alguien persona agente
        humano puerta codigo dejar dejen vecino rastrear seguimiento estado recibi recibido nada nadie soy
        eres esto eso este ese claro vale dale bueno tarde porfa nunca siempre mucho muy mas tengo tiene
        estaba aqui alli orden le lo me se te nos dos tres segundo primera cuales cuantos quienes nuestro
        nuestra ellos ella usted ustedes ser estar hacer decir ver ir voy va vamos van fui hice hizo dijo dice
        dicen digo puede podria quisiera quieren quiere tienen tenia habia hubo sigo espero esperando llegan
        llegaron mandar mandaron mandame envien enviaron encuentro encontrar casa calle piso portero vecina
        entonces tambien ademas despues antes hasta desde entre sobre detras debajo lunes martes miercoles
        jueves viernes sabado domingo semana hora horas minutos ahora luego pronto otra otro otros algo algun
        alguna todo todos ninguno ambos cosa dinero caja rota queja ayer nuevo nueva afuera adentro es
        cancelen dejenlo dejelo dejalo ponlo pongan chofer cancela porton""".split()
    ),
    "fr": frozenset(
        """le la les un une des du de au aux et ou mais donc car ne pas plus rien jamais toujours encore je tu
        il elle on nous vous ils elles mon ma mes ton ta tes son sa ses notre nos votre vos leur ce cet cette
        ces ca c j qu l d n s m t que qui quoi quel quelle quels quand comment pourquoi combien est sont suis
        es etes sommes etait etaient ai as a avons avez ont avait ete etre avoir fait faire peux peut pouvez
        voulez veux voudrais dois faut va vais allez viens vient bonjour bonsoir salut merci oui non si svp
        plait s'il commande colis livraison livreur livre livree arrive arrivera arrivee recu recevoir adresse
        changer annuler annulez rembourse remboursement retard porte code portail gardien voisin voisine
        demain hier aujourd hui matin soir apres avant midi lundi mardi mercredi jeudi vendredi samedi
        dimanche semaine heure heures jours jour dans sur sous chez avec sans pour par devant derriere entre
        quelqu quelqu'un personne parler aide besoin casse abime mauvais article bon tout tous deux premier
        deuxieme autre laissez laisser laisse mettre cadeau colissimo attends attendre beaucoup tres bien mal
        ici lequel laquelle la-bas depuis deja nouvelle nouvelles temps on as es""".split()
    ),
    "de": frozenset(
        """der die das den dem des ein eine einen einem einer kein keine keinen und oder aber nicht nichts
        noch schon ich du er sie es wir ihr mich mir dich dir uns ihnen mein meine meinen meiner meinem ihre
        ihren sein seine ist sind bin war waren wird werden wurde hat habe haben hatte kann konnen konnte muss
        will wollen mochte soll darf wo wann was wer wie warum wieso welche welcher welches wohin bitte danke
        vielen dank hallo guten morgen tag abend ja nein doch mal auf aus bei mit nach von vor zu zum zur im
        am an in um fur uber unter hinter neben zwischen ohne bis seit heute gestern montag dienstag mittwoch
        donnerstag freitag samstag sonntag woche uhr stunden vormittag nachmittag bestellung bestellt paket
        sendung lieferung liefern geliefert zugestellt kommt angekommen bekommen erhalten adresse andern
        stornieren zuruck geld fahrer kaputt falsch falsche artikel fehlt tur tor haus hause nachbar nachbarin
        hausmeister warte warten jemand jemandem niemand sprechen hilfe brauche lange immer alle beide erste
        zweite dann da hier dort gibt geht steht legen lassen verschickt verspatung hab ne nix nen auch sehr
        gut schlecht denn weil dass wenn in an es so""".split()
    ),
    "pt": frozenset(
        """o a os as um uma uns umas de do da dos das no na nos nas em ao aos pelo pela por para com sem e ou
        mas nao sim eu voce voces ele ela eles elas nos meu minha meus minhas seu sua seus suas esse essa
        esses isso este esta isto que quem qual quais quando onde como quanto quanta porque cade ta esta estao
        estou sou somos era foi foram ser estar tem tenho tinha ter temos vou vai vamos vao ir fazer fez feito
        posso pode podem poderia quero queria quer preciso precisa gostaria recebi recebeu chega chegou chegar
        chegada pedido encomenda pacote entrega entregue entregador entregaram entregar endereco mudar trocar
        cancelar cancela cancelem reembolso dinheiro volta produto errado quebrado quebrada faltou falta porta
        portao porteiro portaria codigo vizinho vizinha casa obrigado obrigada ola oi bom boa dia tarde noite
        amanha ontem hoje depois antes ate desde ainda ja nunca sempre nada ninguem alguem algo tudo todo
        todos muito muita mais menos agora logo segunda terca quarta quinta sexta sabado domingo semana hora
        horas minutos atras embaixo dentro fora deixa deixar deixe falar pessoa atendente ajuda demora
        demorando tempo dois duas primeiro outro outra pra pro mandar mandaram enviaram sim as do""".split()
    ),
    "it": frozenset(
        """il lo la i gli le un uno una di del della dello dei degli delle dell da dal dalla dall in nel nella
        nell al alla all allo ai alle su sul sulla con per tra fra e ed o ma non si no io tu lui lei noi voi
        loro mi ti ci vi ne mio mia miei mie tuo tua suo sua nostro vostra vostro che chi cosa quale quali
        quando dove dov come quanto quanta perche e' sono sei siamo siete era stato stata stati essere ho hai
        ha abbiamo avete hanno avere avevo fare fatto posso puo potete potrei voglio vorrei vuole devo deve
        serve ordine ordinato pacco spedizione spedito consegna consegnato consegnare corriere arriva arrivato
        arrivare arrivera ricevuto indirizzo cambiare annullare annullate rimborso soldi rotto rotta sbagliato
        sbagliata manca porta cancello codice citofono portiere portineria vicino vicina casa grazie mille
        ciao salve buongiorno buonasera prego favore si' domani ieri oggi dopo prima fino ancora gia mai
        sempre niente nulla nessuno qualcuno tutto tutti tutte due primo secondo altro altra questo questa
        quello quella lunedi martedi mercoledi giovedi venerdi sabato domenica settimana ora ore mattina
        pomeriggio sera minuti dietro davanti sotto dentro fuori lasciare lasciate lascia parlare persona
        aiuto aspetto aspettando aspettare sto sta stanno molto bene male piu adesso qui li vuoi vuol trova
        tempo novita ritardo in i""".split()
    ),
}
#: In everybody's chat, whatever the language: they say nothing.
SHARED: Final = frozenset(
    "no ok okay si a o y e he me has so ya nada hay ha son once sin come real normal te p x ne mal hotel taxi".split()
)
#: Signs that stand for a language by themselves.
LETTERS: Final[dict[str, frozenset[str]]] = {
    "es": frozenset("ñ¿¡áíóú"),
    "fr": frozenset("çêëîïôœùûâè"),
    "de": frozenset("äöüß"),
    "pt": frozenset("ãõçâêô"),
    "it": frozenset("èìòù"),
}
#: What stands before an apostrophe: "l'adresse", "dov'è", "j'ai".
ELISIONS: Final[dict[str, frozenset[str]]] = {
    "fr": frozenset("l d j n c s m t qu jusqu aujourd quelqu lorsqu".split()),
    "it": frozenset("l d c dell nell all dall sull un dov com quest quell cos".split()),
}
#: Articles that names of places begin with: "Los Angeles", "La Jolla", "Del Mar", "El Paso".
PLACE_ARTICLES: Final = frozenset("el la los las san santa santo del de da do dos di le les".split())
