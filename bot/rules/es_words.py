"""Spanish groups of words, for the rules. Without accents, as `bot.normal.normal` leaves them."""

from typing import Final

WORDS: Final = {
    "n": (
        r"(?:"
        r"pedidos?|paquetes?|envios?|entregas?|orden(?:es)?|compras?|cosas?|cajas?|mercancia|articulos?|"
        r"productos?|encomiendas?|encargos?|bultos?|mercaderia|lo que (?:pedi|compre|ordene)"
        r")"
    ),
    "drv": (
        r"(?:"
        r"repartidor(?:es|a)?|conductor(?:es|a)?|chofer|mensajero|cartero|transportista|"
        r"muchacho del envio|senor del paquete"
        r")"
    ),
    "lleg": (
        r"(?:"
        r"lleg\w+|vien\w+|entreg\w+|recib\w+|estar\w* aqui|arrib\w+|traen|traer\w*|va a llegar|envi\w+|"
        r"despach\w+|sal(?:e|io|ido)|mand\w+"
        r")"
    ),
    "bad": (
        r"(?:"
        r"danad[oa]s?|rot[oa]s?|aplastad[oa]s?|quebrad[oa]s?|golpead[oa]s?|abollad[oa]s?|mojad[oa]s?|"
        r"rasgad[oa]s?|defectuos[oa]s?|destrozad[oa]s?|estropead[oa]s?|abiert[oa]s?|derramad[oa]s?|"
        r"rayad[oa]s?|en pedazos|hech[oa]s? pedazos|averiad[oa]s?"
        r")"
    ),
    "place": (
        r"(?:"
        r"puerta|porche|vecin[oa]s?|garaje|cochera|buzon|lobby|recepcion|portero|porteria|conserje|patio|"
        r"escalera|entrada|tapete|jardin|balcon|reja|porton|atras|detras|afuera|adentro|lado|guardia|"
        r"vigilante|mesa|esposa|esposo|mama|hermana|oficina"
        r")"
    ),
    "person": (
        r"(?:"
        r"personas?|humanos?|agentes?|asesor(?:a|es)?|representantes?|alguien|operador(?:a)?|encargad[oa]|"
        r"supervisor(?:a)?|gerente|atencion al cliente|servicio al cliente|soporte"
        r")"
    ),
    "day": (
        r"(?:"
        r"hoy|manana|lunes|martes|miercoles|jueves|viernes|sabado|domingo|otro dia|otra hora|mas tarde|"
        r"mas temprano|tarde|noche|semana|despues|antes|otra fecha|otro horario"
        r")"
    ),
    "not_ours": (
        r"(?:reembolso|dinero|tienda|cuenta|factura|recibo|oficina|gerente|bano|tren|autobus|vuelo|taxi|"
        r"cita|foto|firma|descuento|sueldo|salario|quincena|nomina|aguinaldo|renta)"
    ),
}
