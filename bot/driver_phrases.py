"""The phrases drivers text from the road, in English and Spanish, as `bot.normal.normal` leaves them. Pure."""

from typing import Final

#: By the name of the word, then by language; phrases with `|` between them.
CORE: Final[dict[str, dict[str, str]]] = {
    "on_my_way": {
        "en": (
            "omw|otw|on my way|on the way|on way|enroute|en route|heading|heading there|heading over|heading out|"
            "driving there|coming|i am coming|going there|going there now|going to the next one|leaving now|"
            "next one now|almost there|nearly there"
        ),
        "es": (
            "en camino|voy en camino|ya voy|voy para alla|voy hacia alla|de camino|voy de camino|voy|saliendo|"
            "ya casi llego|casi llego|voy llegando|voy al siguiente|voy a la siguiente"
        ),
    },
    "here": {
        "en": (
            "here|i am here|we are here|here now|arrived|i arrived|i have arrived|just arrived|at the door|at door|"
            "outside|i am outside|i am at the door|at the address|at address|at the stop|at the location|on site|"
            "on location|parked|parked outside|i am there|there now|i made it|at the house|at their door|in front|"
            "out front|downstairs"
        ),
        "es": (
            "llegue|ya llegue|he llegado|ya he llegado|aqui|estoy aqui|ya estoy|ya estoy aqui|aqui estoy|afuera|"
            "estoy afuera|estoy fuera|ya estoy afuera|en la puerta|estoy en la puerta|en el domicilio|"
            "estoy en el domicilio|en la direccion|estoy en la direccion|estoy abajo|abajo|en el lugar|"
            "estoy en el lugar|ya en la puerta|llegando a la puerta|ya en el domicilio"
        ),
    },
    "delivered": {
        "en": (
            "delivered|deliverd|dlvd|dlvrd|dlvd it|delivery done|delivery complete|delivery completed|delivered it|"
            "i delivered it|i delivered|just delivered|it is delivered|i have delivered it|dropped off|droped off|"
            "dropped it off|drop off done|dropped|dropped it|handed over|handed it over|handed it to her|"
            "handed it to him|left it|i left it|got delivered|got it delivered|completed|complete|they got it|"
            "they took it|she took it|he took it|she has it|he has it|signed for|package delivered|parcel delivered|"
            "has been delivered|was delivered|is delivered|are delivered|pod"
        ),
        "es": (
            "entregado|entregada|entregados|entregadas|entregue|ya entregue|lo entregue|ya lo entregue|la entregue|"
            "ya entregado|esta entregado|ya esta entregado|entrega hecha|entrega lista|entrega completa|"
            "entrega completada|entrega realizada|hecha la entrega|listo entregado|ya quedo|quedo entregado|lo deje|"
            "ya lo deje|lo recibio|ya lo recibio|lo recibieron|ya lo tiene|ya lo tienen|paquete entregado|"
            "pedido entregado|fue entregado|se entrego"
        ),
    },
    "nobody_home": {
        "en": (
            "nobody home|nobodys home|nobody is home|no one home|no ones home|noone home|no one is home|not home|"
            "not at home|they are not home|nobody at home|nobody there|nobody here|no one here|no one there|nobody|"
            "no one|no answer|no reply|no response|nobody answers|nobody answered|nobody answering|no one answers|"
            "no one answered|no one is answering|nobody is answering|not answering|they are not answering|"
            "does not answer|did not answer|nobody opens|nobody opened|not in|not there|customer not home|"
            "customer not there|customer is not home|customer is not there|customer not answering|customer absent|"
            "no one came to the door|nobody came to the door|knocked no answer|rang no answer|rang the bell no answer|"
            "knocked and no answer|nobody was home|no one was home|closed|it is closed|they are closed|"
            "business closed|shop closed|store closed|office closed|nobody is there|nobody is in|nobody is here|"
            "no one is there|no one is here|no one is answering the door|nobody is opening|no one opens|"
            "no one is opening"
        ),
        "es": (
            "no hay nadie|nadie|nadie en casa|no hay nadie en casa|nadie abre|nadie me abre|nadie contesta|"
            "nadie responde|nadie sale|nadie atiende|no sale nadie|no contesta|no contestan|no contesta nadie|no abre|"
            "no abren|no abre nadie|no responde|no responden|no esta|no estan|no estaba|no esta en casa|"
            "no estan en casa|ausente|cliente ausente|el cliente no esta|cliente no esta|el cliente no contesta|"
            "cliente no contesta|el cliente no abre|no habia nadie|no se encuentra nadie|no se encuentra|"
            "toque y nadie|toque y nadie abre|toque y nadie sale|cerrado|esta cerrado|negocio cerrado|local cerrado"
        ),
    },
    "cannot_find": {
        "en": (
            "can not find|can not find it|can not find the address|can not find the house|can not find the place|"
            "can not find address|can not find the building|can not find the door|can not find the apartment|"
            "can not find the street|can not find this|can not find this address|can not find this place|"
            "can not find them|could not find it|could not find|could not find the address|can not locate|"
            "can not locate it|can not locate the address|unable to find it|unable to find the address|"
            "unable to locate|i am lost|wrong address|address wrong|address is wrong|bad address|the address is wrong|"
            "no such address|address does not exist|the address does not exist|no such house|no such number|"
            "do not see the house|do not see the number|i can not find it|can not find house|"
            "can not find the entrance"
        ),
        "es": (
            "no encuentro|no lo encuentro|no la encuentro|no encuentro la direccion|no encuentro la casa|"
            "no encuentro el edificio|no encuentro la calle|no encuentro el lugar|no encuentro el numero|"
            "no encuentro el domicilio|no encuentro el departamento|no doy con la direccion|no doy con la casa|"
            "no doy con el domicilio|no ubico la direccion|no ubico la casa|no ubico|no la ubico|estoy perdido|"
            "estoy perdida|ando perdido|perdido|direccion equivocada|direccion incorrecta|direccion mal|"
            "la direccion esta mal|la direccion no existe|direccion no existe|la direccion es incorrecta|"
            "no existe la direccion|no existe|no encuentro la entrada"
        ),
    },
    "cannot_access": {
        "en": (
            "no access|can not get in|can not get inside|can not get to the door|can not enter|can not access|"
            "can not access it|can not access the building|can not get into the building|can not get through|"
            "can not get up|can not reach the door|could not get in|unable to get in|locked|locked out|locked gate|"
            "gate locked|gate is locked|the gate is locked|gate closed|gate is closed|the gate is closed|door locked|"
            "door is locked|the door is locked|building locked|building is locked|the building is locked|gated|"
            "gated community|need gate code|need the gate code|need a gate code|need code|need a code|need the code|"
            "need access code|need door code|need the door code|need the access code|no code|no gate code|"
            "i need the code|i need a code|i need the gate code|code does not work|the code does not work|"
            "code is not working|code not working|code is wrong|wrong code|buzzer broken|buzzer does not work|"
            "buzzer not working|security will not let me in|guard will not let me in"
        ),
        "es": (
            "sin acceso|no hay acceso|no tengo acceso|no puedo entrar|no puedo pasar|no puedo acceder|no puedo subir|"
            "no pude entrar|no me dejan pasar|no me dejan entrar|no me deja pasar el guardia|porton cerrado|"
            "el porton esta cerrado|puerta cerrada|la puerta esta cerrada|reja cerrada|la reja esta cerrada|"
            "edificio cerrado|el edificio esta cerrado|necesito codigo|necesito el codigo|necesito un codigo|"
            "necesito la clave|no tengo codigo|no tengo el codigo|falta el codigo|codigo no funciona|"
            "el codigo no funciona|el codigo no sirve|codigo no sirve|el timbre no funciona|no sirve el timbre|"
            "no funciona el timbre"
        ),
    },
    "refused": {
        "en": (
            "refused|refused it|they refused|they refused it|she refused|she refused it|he refused|he refused it|"
            "customer refused|customer refused it|the customer refused it|customer refused delivery|refused delivery|"
            "delivery refused|rejected|rejected it|they rejected it|customer rejected it|does not want it|"
            "do not want it|did not want it|they do not want it|she does not want it|he does not want it|"
            "customer does not want it|they did not want it|will not take it|will not accept it|would not take it|"
            "would not accept it|they will not take it|turned it down|sent it back|sent me away|they sent me away|"
            "not accepted"
        ),
        "es": (
            "rechazado|rechazada|lo rechazo|lo rechazaron|rechazo|rechazaron|la rechazo|el cliente lo rechazo|"
            "cliente rechazo|cliente lo rechazo|rechazo la entrega|el cliente rechazo la entrega|no lo quiere|"
            "no lo quieren|no lo quiso|no lo quisieron|no lo acepta|no lo aceptan|no lo acepto|no lo aceptaron|"
            "no quiere recibirlo|no quiso recibirlo|no lo quiere recibir|el cliente no lo quiere|cliente no lo quiere"
        ),
    },
    "damaged": {
        "en": (
            "damaged|it is damaged|damage|box damaged|box is damaged|the box is damaged|package damaged|"
            "parcel damaged|the package is damaged|the parcel is damaged|broken|it is broken|it broke|crushed|"
            "it is crushed|the box is crushed|box crushed|box is crushed|smashed|torn|ripped|leaking|it is leaking|"
            "wet|soaked|arrived damaged|came damaged|found it damaged|got damaged"
        ),
        "es": (
            "danado|danada|esta danado|esta danada|dano|roto|rota|esta roto|esta rota|golpeado|esta golpeado|"
            "aplastado|aplastada|esta aplastado|mojado|esta mojado|viene roto|viene danado|vino danado|llego danado|"
            "llego roto|se rompio|se dano|caja danada|caja rota|la caja esta danada|la caja esta rota|"
            "la caja esta aplastada|paquete danado|el paquete esta danado|el paquete esta roto|maltratado"
        ),
    },
    "gave_up": {
        "en": (
            "failed|fail|delivery failed|failed delivery|attempt failed|failed attempt|could not deliver|"
            "can not deliver|could not deliver it|can not deliver it|could not be delivered|unable to deliver|"
            "not delivered|undelivered|undeliverable|did not deliver|did not deliver it|no delivery|skip|skip it|"
            "skipping|skipped|skip this one|moving on|gave up|giving up|i give up|did not work|did not work out|"
            "no luck|not possible|impossible"
        ),
        "es": (
            "no se pudo|no se pudo entregar|no pude|no pude entregar|no pude entregarlo|no lo pude entregar|"
            "no entregado|no entregada|no lo entregue|no se entrego|fallo|fallida|entrega fallida|intento fallido|"
            "imposible|no fue posible|no hubo suerte|saltar|saltarla|me la salto|sigo con la siguiente|sin exito"
        ),
    },
    "set_out": {
        "en": (
            "starting my route|starting route|starting the route|starting my round|starting the round|starting round|"
            "starting my run|starting my shift|starting my deliveries|started my route|started my round|"
            "beginning my route|beginning my round|starting out|setting out|setting off|leaving the depot|"
            "leaving depot|leaving the warehouse|leaving warehouse|leaving the store|leaving the hub|leaving the shop|"
            "left the depot|left the warehouse|loaded|loaded up|all loaded|van loaded|van is loaded|"
            "all out for delivery|out for delivery|ready to roll"
        ),
        "es": (
            "empiezo ruta|empiezo la ruta|empiezo mi ruta|empiezo|empezando ruta|empezando la ruta|empezando mi ruta|"
            "inicio ruta|inicio la ruta|inicio mi ruta|iniciando ruta|iniciando la ruta|comienzo ruta|"
            "comienzo la ruta|comienzo mi ruta|salgo a ruta|salgo a repartir|salgo del almacen|salgo del deposito|"
            "salgo de la bodega|salgo del centro|salgo de la tienda|saliendo del almacen|saliendo del deposito|"
            "saliendo de la bodega|saliendo a ruta|saliendo a repartir|cargado|ya cargue|todo cargado|"
            "camioneta cargada|arranco la ruta|arranco ruta|en ruta|salgo|ya sali"
        ),
    },
    "next": {
        "en": (
            "next|nxt|next one|next stop|next address|next delivery|next customer|what is next|what is my next stop|"
            "what is the next stop|where next|where to|where to next|where to now|where now|where do i go|"
            "where do i go next|where is my next stop|where is the next stop|who is next|which one is next|what now|"
            "next up|and now|give me the next one|give me the next stop|send me the next stop|show next|address|"
            "what is the address|details"
        ),
        "es": (
            "siguiente|el siguiente|la siguiente|siguiente parada|la siguiente parada|siguiente entrega|proximo|"
            "proxima|la proxima|el proximo|proxima parada|la proxima parada|proxima entrega|que sigue|cual sigue|"
            "quien sigue|y ahora|ahora que|a donde voy|a donde voy ahora|adonde voy|donde voy|donde sigo|"
            "cual es la siguiente|cual es la siguiente parada|cual es la proxima parada|direccion|la direccion|"
            "cual es la direccion|detalles"
        ),
    },
    "notes": {
        "en": (
            "notes|note|any notes|any note|instructions|any instructions|delivery instructions|delivery notes|"
            "what does the note say|gate code|the gate code|code|the code|what is the gate code|what is the code|"
            "what is the door code|what is the access code|door code|access code|which code|where do i leave it|"
            "where should i leave it|where do they want it|how do i get in"
        ),
        "es": (
            "notas|nota|hay notas|alguna nota|instrucciones|indicaciones|hay instrucciones|que dice la nota|codigo|"
            "el codigo|codigo del porton|cual es el codigo|cual es la clave|la clave|clave|que codigo es|"
            "donde lo dejo|donde la dejo|como entro"
        ),
    },
    "list": {
        "en": (
            "list|my list|the list|show list|show the list|show me the list|send the list|stops|my stops|all stops|"
            "all my stops|show stops|show my stops|show me my stops|route|my route|the route|round|my round|"
            "what is left|whats left|how many left|how many more|how many stops|how many stops left|how many are left|"
            "how many stops do i have|how many stops are left|remaining|remaining stops|stops left|overview|schedule|"
            "todays stops|stops today|deliveries|my deliveries|all deliveries"
        ),
        "es": (
            "lista|la lista|mi lista|paradas|mis paradas|las paradas|todas las paradas|ruta|mi ruta|la ruta|"
            "cuantas quedan|cuantos quedan|cuantas me quedan|cuantas faltan|cuantas me faltan|cuantas paradas|"
            "cuantas paradas quedan|cuantas paradas me quedan|cuantas paradas tengo|que me queda|que queda|que falta|"
            "que me falta|pendientes|mis pendientes|restantes|entregas|mis entregas|paradas de hoy|ver lista|"
            "ver paradas|manda la lista|mandame la lista|dame la lista"
        ),
    },
    "done": {
        "en": (
            "done|all done|i am done|finished|i am finished|all finished|done for today|done for the day|"
            "i am done for today|i am done for the day|that is all|that was all|that was the last one|last one done|"
            "last one|end of shift|end of day|end of route|end of round|end of my shift|round done|route done|"
            "route finished|round finished|my round is done|my route is done|heading home|going home|clocking out|"
            "off now|off duty|all delivered|everything delivered|all stops done"
        ),
        "es": (
            "termine|ya termine|he terminado|todo listo|ya acabe|acabe|he acabado|fin de ruta|fin de turno|"
            "fin del turno|fin de la ruta|ruta terminada|termine la ruta|termine mi ruta|ya termine la ruta|"
            "ya esta todo|es todo|eso es todo|eso fue todo|era la ultima|fue la ultima|todo entregado|"
            "todas entregadas|todo hecho|terminado|me voy a casa|ya por hoy|es todo por hoy|termine por hoy"
        ),
    },
    "undo": {
        "en": (
            "oops|ooops|whoops|woops|undo|undo that|undo it|undo last|wrong one|the wrong one|my mistake|mistake|"
            "by mistake|that was a mistake|it was a mistake|made a mistake|i made a mistake|wrong stop|wrong order|"
            "wrong parcel|wrong package|wrong button|wrong number|wrong customer|that was wrong|that is wrong|"
            "that was the wrong one|wrong one sorry|sorry wrong one|not that one|take it back|take that back|"
            "scratch that|ignore that|ignore the last one|never mind that|correction|i meant|i meant another one|"
            "my bad|not that|it was not that one"
        ),
        "es": (
            "me equivoque|equivocado|equivocada|error|fue un error|es un error|por error|mi error|deshacer|deshaz|"
            "deshazlo|deshacer eso|ese no|ese no era|esa no era|no era ese|no era esa|no era|no ese|esa no|"
            "la equivocada|el equivocado|parada equivocada|pedido equivocado|corrige|corrige eso|correccion|"
            "perdon ese no|ups|uy|perdon me equivoque|quise decir|marque mal|lo marque mal|la marque mal"
        ),
    },
    "emergency": {
        "en": (
            "need help|i need help|please help me|help me|help me please|send help|call me|please call me|"
            "call dispatch|urgent|it is urgent|sos|emergency|flat tire|i have a flat tire|got a flat tire|flat tyre|"
            "van broke down|the van broke down|truck broke down|car broke down|my van broke down|broke down|breakdown|"
            "van will not start|car will not start|truck will not start|the van will not start|out of gas|dog bit me|"
            "i got bitten|i am hurt|i am injured|i fell|i feel sick|i am sick"
        ),
        "es": (
            "necesito ayuda|ayudenme|ayudame|auxilio|socorro|urgente|es urgente|llamenme|llamame|emergencia|"
            "llanta ponchada|se poncho la llanta|se me poncho la llanta|rueda pinchada|pinche una rueda|"
            "se descompuso la camioneta|se me descompuso la camioneta|se descompuso el carro|se averio la camioneta|"
            "la camioneta no arranca|no arranca la camioneta|el carro no arranca|me quede sin gasolina|"
            "me mordio un perro|estoy herido|estoy herida|me cai|me siento mal"
        ),
    },
}

#: May stand around any of them without changing it. Order numbers have been taken out before.
AROUND: Final = (
    "please|pls|plz|thanks|thank you|thx|ok|okay|yes|yep|hi|hello|hey|sorry|now|just|sir|boss|dispatch|guys|team|done|"
    "for|of|at|to|the|this|that|it|is|i am|we are|i have|i|there|order|parcel|package|box|stop|delivery|number|one|"
    "and|so|then|already|again|with|on|a|today|good|great|yo|#|also|customer|the customer|has been|was|por favor|"
    "porfa|gracias|si|vale|bueno|listo|hola|ya|ahora|hoy|jefe|para|de|del|el|la|en|al|este|esta|esto|pedido|paquete|"
    "parada|entrega|numero|orden|es|ha sido|fue|y|con|oye|oigan|perdon|disculpa|disculpen|buenas|"
    "cliente|el cliente"
)
#: Says that it will be late; the figure has become `num`.
LATE: Final = (
    "late|behind|delay|delayed|be late|running late|running behind|behind schedule|lateness|delaying|tarde|"
    "retraso|retrasado|retrasada|atrasado|atrasada|atraso|demora|demorado|demorada|mas tarde|me retraso|me atraso|"
    "me demoro|retrasando|se me hizo tarde|traffic|stuck in traffic|heavy traffic|trafico|hay trafico|mucho trafico|"
    "hay mucho trafico|atorado en el trafico|atascado|atasco"
)
#: May stand around that.
LATE_AROUND: Final = (
    "num|i am|i will be|i am running|we are|running|going to be|gonna be|will be|be|by|about|around|like|approx|"
    "at least|another|more|extra|further|additional|minutes|minute|min|mins|maybe|probably|roughly|a bit|bit|little|"
    "a little|very|so|still|because of|due to|there is|there is a|lots of|lot of|heavy|bad|in|schedule|on|i have|have|"
    "got|with|for everything|everyone|everything|rest of the round|for all|plus|am|was|of|my|need|i need|it will take|"
    "voy|vamos|llego|llegare|llegamos|voy a llegar|estoy|ando|con|como|unos|unas|aproximadamente|casi|por|por el|"
    "otros|otras|mas|minutos|minuto|de|un|muy|poco|algo|tengo|traigo|hay|en|me|se|llevo|vengo|con todo|con todos|"
    "por lo menos|please|pls|sorry|thanks|ok|okay|hi|hello|hey|now|today|the|a|at|all|for|to|and|por favor|perdon|"
    "gracias|ya|hoy|hola|jefe|boss|y|el|la|los|las|stop|stops|order|parada|paradas|pedido"
)
