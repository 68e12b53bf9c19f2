"""Spanish keyword rules, without accents: patterns are read over `bot.normal.normal` text."""

from typing import Final

from bot.rules import Rule, vocabulary

_V: Final = vocabulary(
    n=r"(?:pedidos?|paquetes?|envios?|entregas?|orden(?:es)?|compras?|cosas?|cajas?|mercancia|articulos?|productos?|encomiendas?|"
    r"encargos?|bultos?|mercaderia|lo que (?:pedi|compre|ordene))",
    drv=r"(?:repartidor(?:es|a)?|conductor(?:es|a)?|chofer|mensajero|cartero|transportista|muchacho del envio|senor del paquete)",
    lleg=r"(?:lleg\w+|vien\w+|entreg\w+|recib\w+|estar\w* aqui|arrib\w+|traen|traer\w*|va a llegar|envi\w+|despach\w+|sal(?:e|io|ido)|mand\w+)",
    bad=r"(?:danad[oa]s?|rot[oa]s?|aplastad[oa]s?|quebrad[oa]s?|golpead[oa]s?|abollad[oa]s?|mojad[oa]s?|rasgad[oa]s?|"
    r"defectuos[oa]s?|destrozad[oa]s?|estropead[oa]s?|abiert[oa]s?|derramad[oa]s?|rayad[oa]s?|en pedazos|hech[oa]s? pedazos|averiad[oa]s?)",
    place=r"(?:puerta|porche|vecin[oa]s?|garaje|cochera|buzon|lobby|recepcion|portero|porteria|conserje|patio|escalera|entrada|tapete|"
    r"jardin|balcon|reja|porton|atras|detras|afuera|adentro|lado|guardia|vigilante|mesa|esposa|esposo|mama|hermana|oficina)",
    person=r"(?:personas?|humanos?|agentes?|asesor(?:a|es)?|representantes?|alguien|operador(?:a)?|encargad[oa]|supervisor(?:a)?|gerente|"
    r"atencion al cliente|servicio al cliente|soporte)",
    day=r"(?:hoy|manana|lunes|martes|miercoles|jueves|viernes|sabado|domingo|otro dia|otra hora|mas tarde|mas temprano|tarde|noche|"
    r"semana|despues|antes|otra fecha|otro horario)",
)

_NOT_OURS: Final = "reembolso|dinero|tienda|cuenta|factura|recibo|oficina|gerente|bano|tren|autobus|vuelo|taxi|cita|foto|firma|descuento"

RULES: Final = tuple(
    Rule(intent, confidence, pattern.format_map(_V), unless.format_map(_V))
    for intent, confidence, pattern, unless in (
        ("not_received", 0.92, r"(?:dice|dicen|aparece|sale|marca\w*|figura|pone|estado|segun|app|aplicacion|pagina).{{0,35}}(?:entregad[oa]|entregaron|recibid[oa]).{{0,40}}"
         r"(?:no|nada|nunca|pero|ni)", ""),
        ("not_received", 0.9, r"entregad[oa].{{0,20}}(?:pero|y|aunque).{{0,20}}(?:no|nada|nunca)|(?:me )?(?:lo )?(?:robaron|han robado|robado)|"
         r"nunca (?:lo |me |la )?(?:llego|recibi|vino|vinieron|entregaron)|no (?:hay|habia) (?:nada|ningun \w+) (?:en|afuera|aqui|por)|"
         r"(?:{n}) (?:se )?(?:perdio|esta perdid[oa]|desaparecio|perdid[oa])|(?:dejaron|entregaron|entregado|dejado) .{{0,20}}(?:otra|equivocad[oa]|otro) ?(?:casa|direccion|vecino|puerta|persona)?",
         r"quiero|pueden|puede|por favor|tarjeta|cartera"),
        ("not_received", 0.78, r"no (?:me )?(?:lo |la )?(?:llego|recibi|vino|entregaron)", r"reembolso|correo|codigo|factura|todo|complet|dinero|mensaje"),
        ("damaged", 0.88, r"(?:{bad}|(?:no (?:funciona|sirve|prende|enciende)))", r"(?:porton|puerta|timbre|interfono|elevador|enlace|link|pagina|app|codigo|rastreo|camioneta|camion|carro|corazon|reja)"),
        ("wrong_or_missing_item", 0.9, r"(?:articulo|producto|talla|color|pedido|paquete|cosa|modelo|orden|tamano|otro)s? (?:\w+ ){{0,3}}(?:equivocad[oa]s?|incorrect[oa]s?|erron[eo]a?s?|diferentes?|distint[oa]s?|mal)|"
         r"no es (?:lo que|el que|la que|mi) (?:\w+ )?(?:pedi|compre|ordene|pedido|orden)?|(?:me )?(?:mandaron|enviaron|llego|dieron|trajeron) (?:otra cosa|otro|el \w+ equivocado|mal|algo (?:distinto|diferente))|"
         r"no pedi (?:esto|eso)|equivocad[oa]s? (?:de )?(?:talla|color|articulo|producto)", r"direccion|domicilio|casa"),
        ("wrong_or_missing_item", 0.88, r"(?:me |le |les )?(?:falta|faltan|faltaba|faltaron|falto) (?:un[oa]?|una|algo|algun\w*|el|la|los|las|dos|tres|cosas?|articulos?|parte|piezas?|\d+|\w+ (?:en|del))|"
         r"(?:esta|llego|vino) incomplet[oa]s?|solo (?:me )?(?:llego|llegaron|recibi|vino|mandaron) (?:un[oa]?|la mitad|uno|parte|dos|\d)", r"cuanto falta|falta mucho|que falta para"),
        ("proof_of_delivery", 0.9, r"(?:prueba|comprobante|evidencia|constancia) (?:de (?:la )?)?entrega|fotos? .{{0,25}}(?:entrega|paquete|pedido|donde|puerta)|quien (?:lo |la )?(?:firmo|recibio|recogio|acepto|agarro)|"
         r"(?:donde|con quien) (?:lo |la |me lo )?(?:dejaron|dejo|han dejado|pusieron|entregaron)|firma de", r"te mando|les mando|aqui (?:esta|va)"),
        ("are_you_a_bot", 0.93, r"(?:eres|es|sos|son|estoy hablando con|hablo con|es esto|esto es) (?:usted )?(?:un |una )?(?:bot|robot|maquina|humano|humana|persona|persona real|computadora|inteligencia artificial|ia)(?: real)?",
         r"quiero|necesito|puedo"),
        ("talk_to_person", 0.92, r"(?:hablar|hable|hablo|comunica\w*|conecta\w*|contacta\w*|pasa\w*|transfier\w*|atiend\w*|llam\w*|quiero|necesito|ponme|dame|chatear).{{0,30}}{person}|"
         r"(?:persona|humano) (?:real|de verdad)|atencion al cliente$|servicio al cliente$|numero de (?:telefono|contacto|atencion)", r"{drv}|otra persona|otro|recibir|recoger|deja"),
        ("talk_to_person", 0.9, r"^(?:un |una )?(?:agente|humano|persona|operador|operadora|asesor|asesora|representante|persona real)(?: por favor)?$", ""),
        ("contact_driver", 0.9, r"(?:hablar|llamar|contactar|comunicar\w*|mensaje|escribir\w*|localizar|llame|ponerme en contacto|decir\w*|dig\w+|avis\w+|preguntar\w*).{{0,25}}{drv}|(?:numero|telefono|celular|contacto) del? {drv}|"
         r"que (?:el )?{drv} me (?:llame|escriba|marque)|{drv} (?:me )?(?:llame|puede llamar\w*)", r"dej[aeo]|codigo"),
        ("delivery_instructions", 0.9, r"(?:dej\w+|pon\w+|coloqu\w+|coloc\w+|entregu?\w+|escond\w+|dar|den|dale|denle|dejar\w*).{{0,35}}(?:en|con|a|al|detras|debajo|junto|frente|afuera|por|adentro) .{{0,20}}{place}",
         r"donde|quien|dejaron|dejo (?:el|mi)|entregado|entregaron|equivocad|deje (?:el|un) paquete|deje en"),
        ("delivery_instructions", 0.9, r"(?:codigo|clave|pin) (?:de|del|para|es|de la) (?:la |el )?(?:puerta|porton|reja|entrada|edificio|acceso|garaje|#?\d+)|(?:toque|toquen|toca|no toque\w*|usen|use) .{{0,15}}(?:timbre|puerta|entrada)|"
         r"instrucciones (?:de|para) (?:la )?entrega|cuidado con el perro|(?:llame\w*|avis\w+|marque\w*) (?:cuando|al|antes) (?:\w+ )?(?:llegu?\w+|entreg\w+|de)",
         r"cual|necesito (?:el|la) (?:codigo|clave)|descuento|no (?:tengo|funciona)|postal"),
        ("reschedule", 0.92, r"re ?program\w*|re ?agend\w*|pospon\w*|aplaz\w*|posterg\w*", ""),
        ("reschedule", 0.88, r"(?:cambi\w+|mover|muev\w+|modific\w+|elegir|escoger|otr[oa]|nuev[oa]|pas\w+|adelant\w+|atras\w+) .{{0,30}}(?:fecha|dia|hora|horario|entrega (?:para|al?) .{{0,12}}{day}|para (?:el |la )?{day})",
         r"direccion|talla|color|contrasena|pedido (?:atrasado|retrasado)"),
        ("reschedule", 0.84, r"(?:pued\w+|podri\w+|quiero|quisiera|prefier\w+|mejor|necesito|favor|que) .{{0,25}}(?:entreg\w+|traer\w*|traigan|venir|vengan|pasar|pasen|vuelvan|volver|llegu\w+|lo quiero|que sea).{{0,20}}{day}|"
         r"no (?:voy a |vamos a |puedo )?(?:estar\w*|estoy|hay nadie|habra nadie|estamos)(?: \w+){{0,3}}? ?(?:{day}|hasta|en casa (?:hoy|manana|el|ese))|(?:mejor|que sea) (?:el |la |para (?:el )?)?{day}|"
         r"(?:estoy|estare|voy a estar) (?:fuera|de viaje|de vacaciones|trabajando)", r"cuando|a que hora|donde|por que|reembolso"),
        ("change_address", 0.9, r"(?:cambi\w+|actualiz\w+|corregir|corrij\w+|modific\w+|editar|equivoc\w+|nueva|otra|diferente|incorrecta|mal|agregar|anadir|poner|erronea).{{0,30}}(?:direccion|domicilio)(?:es)?|"
         r"(?:direccion|domicilio) .{{0,15}}(?:esta|es|estaba|era|fue)? ?(?:mal|equivocad[oa]|incorrect[oa]|erroneo|erronea|cambio|viejo|vieja|anterior)|me (?:mude|cambie de casa|he mudado|voy a mudar|estoy mudando)|nos mudamos",
         r"correo|email|entregaron|dejaron|no encuentro"),
        ("change_address", 0.82, r"(?:env\w+|mand\w+|entreg\w+|llev\w+|redirig\w+|desvi\w+|traer\w*|traigan).{{0,25}} a (?:mi |otra |otro |la |casa de |una )+(?:trabajo|oficina|direccion|casa de|casa|domicilio|lugar|hermana|mama|hotel)",
         r"entregaron|mandaron|enviaron|cuando|robaron"),
        ("cancel_order", 0.92, r"(?:cancel\w*|anul\w*).{{0,25}}(?:{n}|todo|lo|la|eso|esto)|ya no (?:lo |la |los )?(?:quiero|necesito)(?: (?:el|la|mi|este|esta))?(?: {n})?|cancelalo|cancelenlo|cancelarlo|quiero cancelar",
         r"(?:no|nunca|sin|por que|quien|fue|esta) (?:\w+ ){{0,2}}(?:cancel\w*|anul\w*)|suscripcion|mensajes|cita|cuenta|hablar|llega"),
        ("return_or_refund", 0.92, r"re ?embols\w*|devoluci\w+|devolver\w*|devuelv\w+|regresar (?:el|la|este|mi|un|lo)|mi dinero(?: de vuelta)?|recuperar mi dinero|cambiar (?:el|este|la|un) (?:producto|articulo|talla|prenda)|me regresen", r"llamada"),
        ("complaint", 0.88, r"quej\w+|reclam\w+|(?:{drv}|entrega|joven|senor).{{0,25}}(?:groser[oa]|maleducad[oa]|irrespetuos[oa]|grito|avento|tiro|lanzo|insulto|prepotente)", r"quejarme no"),
        ("complaint", 0.8, r"(?:pesim[oa]|horrible|terrible|malisim[oa]|asco|inaceptable|desastre|verguenza|ridicul[oa]|estafa\w*|mal(?:a)? servicio|mala atencion|pesima|harto|harta|molest[oa]|enojad[oa]|decepcionad[oa]|indignad[oa])|"
         r"nunca mas (?:compro|vuelvo|les)", r"clima|pelicula"),
        ("where_is_my_order", 0.92, r"(?:donde|a donde|por donde|en donde|ubicacion)\b.{{0,30}}(?:{n}|{drv})", rf"(?:{_NOT_OURS})|dejaron|dejo|siguiente|proxima|comprar"),
        ("where_is_my_order", 0.85, r"(?:donde|por donde) (?:esta|estan|viene|anda|va|andan|vienen|quedo|quedaron)(?: (?:mi|mis|lo|el|la)(?: \w+)?)?(?: ahora)?$", rf"(?:{_NOT_OURS}|casa|llaves|perro|parada|edificio|entrada)"),
        ("where_is_my_order", 0.9, r"(?:cuando|a que hora|que dia|para cuando|hasta cuando|en cuanto tiempo|que fecha|en que fecha).{{0,40}}{lleg}", rf"(?:{_NOT_OURS}|abren|cierran|llame|avise|cuando llegu\w+)"),
        ("where_is_my_order", 0.86, r"(?:cuanto|cuantos|cuantas) (?:tiempo |mas |dias |horas |falta |demora |tarda |paradas ?)+.{{0,35}}|(?:falta|tarda|tardan|demora|demoran|tardara) mucho", rf"(?:{_NOT_OURS}|cuesta|vale)"),
        ("where_is_my_order", 0.86, r"(?:estado|estatus|status|informacion|noticias|novedades|actualizacion|info|seguimiento|rastre\w+|localiz\w+|ubic\w+|segui\w*|trackear|numero de guia|como va).{{0,25}}(?:{n}|envio)?",
         rf"(?:{_NOT_OURS}|{{drv}}|estados unidos|noticias de|direccion|casa|domicilio)".replace("{drv}", "telefono del")),
        ("where_is_my_order", 0.84, r"(?:no|aun no|todavia no|sigue sin|nada de|sin) .{{0,20}}(?:ha llegado|han llegado|llega|llegan|llegar|he recibido|recibo|recibir|ha venido|ha salido|ha pasado|aparece)|(?:sigo|estoy|llevo|seguimos) .{{0,10}}(?:esperando|espera)",
         rf"(?:{_NOT_OURS}|entregado|codigo|correo|mensaje|puedo recibir|puedo pasar)"),
        ("where_is_my_order", 0.84, r"(?:ya |cuando |si |me |se |hoy |manana )+(?:lo )?(?:llega|llego|llegara|llegaria|salio|enviaron|mandaron|despacharon|viene|vienen|va a llegar|entregan|traen|entregaran|esta (?:en camino|cerca|por llegar))(?: (?:mi|el|la) {n})?|"
         r"(?:{n}) (?:\w+ ){{0,2}}(?:esta )?(?:atrasad[oa]|retrasad[oa]|demorad[oa]|tarde|viene|llega|en camino|llegara|detenid[oa])|(?:fecha|hora|dia|horario|tiempo) (?:estimad[oa] )?(?:de|aproximad[oa] de) (?:entrega|llegada)|"
         r"(?:que (?:paso|pasa|hay|onda|ha pasado)) (?:con|de) .{{0,10}}{n}|va a llegar|tenia que (?:llegar|haber llegado)|debia (?:llegar|haber llegado)|deberia (?:llegar|haber llegado)|se supone que llega\w*",
         rf"(?:{_NOT_OURS}|cambiar|roto|llego roto|{{b}}|equivocad|otra cosa|incomplet|ya llego\b|al lugar|estoy)".replace("{b}", r"danad\w+")),
        ("where_is_my_order", 0.8, r"^(?:(?:hola|y|oye|buenas|por favor|disculpa) )*(?:estado|seguimiento|rastreo|rastrear|donde esta|donde|y mi (?:pedido|paquete|envio)|mi (?:pedido|paquete|envio)|cuando llega|cuanto falta|a que hora|"
         r"alguna novedad|novedades|donde viene)(?: (?:por favor|gracias|ya|hoy))*$", ""),
        ("driver_next_stop", 0.92, r"(?:proxim[oa]|siguiente) (?:parada|entrega|direccion|cliente|paquete|pedido)|cual sigue|a donde voy ahora|que sigue", ""),
        ("driver_on_my_way", 0.86, r"(?:voy|estoy|ya voy|salgo) (?:en camino|saliendo|para alla|hacia|llegando|de camino|del almacen|de la bodega)|llego en \d+|estoy a \d+ (?:min|minutos)|saliendo (?:del|de la) (?:almacen|bodega|deposito|tienda)|empiezo (?:la|mi) ruta|^en camino$", r"casa|tarde|no|mi pedido"),
        ("driver_arrived", 0.86, r"(?:ya )?(?:llegue|estoy (?:aqui|afuera|abajo|en la (?:puerta|direccion|entrada)|en el (?:lugar|domicilio|edificio|porton)|frente))", r"no|cerrad|nadie|perdid|esperando"),
        ("driver_delivered", 0.86, r"(?:ya )?(?:lo |la )?(?:entregue|deje (?:el|en|con|la|lo)|deje)|^(?:ya )?(?:paquete |pedido )?(?:entregado|entrega (?:hecha|completa|completada|lista|realizada))$", r"no|pero|equivocad|dice|por favor|nunca"),
        ("driver_running_late", 0.86, r"voy (?:\w+ )?(?:tarde|retrasad[oa]|atrasad[oa])|(?:hay |mucho |en el )trafico|se me (?:hizo tarde|poncho)|llego tarde|(?:camioneta|camion|carro|moto) (?:se )?(?:descompus\w+|no arranca|se averio)|llanta (?:ponchada|baja)|me (?:atraso|retraso|demoro)", r"mi pedido|por que"),
        ("driver_cannot_find_address", 0.9, r"no (?:encuentro|veo|ubico|doy con|localizo|puedo encontrar) (?:la |el |esta |ese )?(?:direccion|casa|edificio|calle|numero|domicilio|departamento|lugar|entrada)|(?:direccion|calle|numero|casa) no existe|(?:estoy|ando) perdid[oa]", r"seguimiento|{drv}"),
        ("driver_nobody_home", 0.88, r"(?:nadie (?:abre|contesta|responde|sale|esta|en casa|atiende|me abre)|no (?:hay nadie|abren|contestan|responden|sale nadie|contesta nadie)|cliente (?:no (?:esta|contesta|abre|sale)|ausente))", r"telefono|chat|soporte|manana|hoy no|correo|hasta|llamadas|va a estar"),
        ("driver_cannot_access", 0.88, r"no (?:puedo|me dejan|pude) (?:entrar|acceder|pasar|subir|ingresar)|(?:porton|puerta|reja|edificio|entrada) (?:esta )?(?:cerrad[oa]|con llave|bloquead[oa])|(?:necesito|cual es|no tengo|manden|falta) (?:el |la )?(?:codigo|clave)|codigo no (?:funciona|sirve|abre)|sin acceso", r"cuenta|pagina|app|correo|descuento|postal"),
        ("driver_refused", 0.9, r"(?:cliente|senora?|persona|destinatari[oa]|el|ella|lo|la).{{0,12}}(?:rechaz\w+|no (?:lo |la )?(?:quiso|quiere|acepto|acepta|recibe))|rechazaron|rechazado", r"tarjeta|pago|mi (?:tarjeta|pago)"),
        ("driver_damaged", 0.9, r"{bad}.{{0,25}}(?:en|dentro de) (?:la|el|mi) (?:camioneta|camion|carro|ruta|moto|vehiculo)|(?:lo|la) entrego asi|se me cayo|{bad}.{{0,20}}(?:entrego|lo llevo)", ""),
        ("help", 0.8, r"^(?:(?:hola|por favor|necesito|me|puedes|puede|pueden|podrias|quiero|una|un|pueda|alguna|con|tengo|mi|oye) )*(?:ayuda|ayudar|ayudame|ayudarme|ayudenme|opciones|menu|pregunta|duda|problema|consulta)(?: (?:por|favor|con|mi|pedido|esto|gracias))*$|"
         r"que (?:puedes|puedo|pueden) (?:hacer|preguntar|pedir)|como funciona esto|cuales son mis opciones", ""),
        ("cancel_order", 0.4, r"^cancelar(?: por favor)?$", ""),
    )
)  # fmt: skip
