"""Time zones by postal code, for countries with more than one. Pure.

The US table goes by the first three digits. A few of those areas lie across a line between two zones: the zone where
most of their people live stands here.
"""

import re

EASTERN, CENTRAL = "America/New_York", "America/Chicago"
MOUNTAIN, PACIFIC = "America/Denver", "America/Los_Angeles"
INDIANA, ARIZONA, BOISE = "America/Indiana/Indianapolis", "America/Phoenix", "America/Boise"

#: First ZIP3, last ZIP3, zone. Later rows win over earlier ones. 090-098, 340 and 962-966 are the forces': nowhere.
_US: tuple[tuple[int, int, str | None], ...] = (
    (4, 5, EASTERN),
    (6, 9, "America/Puerto_Rico"),
    (10, 349, EASTERN),
    (90, 98, None),
    (324, 325, CENTRAL),  # Panama City, Pensacola
    (340, 340, None),
    (350, 397, CENTRAL),  # Alabama, Tennessee, Mississippi
    (373, 374, EASTERN),  # Chattanooga
    (376, 379, EASTERN),  # Johnson City, Knoxville
    (398, 427, EASTERN),  # Georgia's south-west, Kentucky
    (420, 424, CENTRAL),  # Paducah, Bowling Green, Owensboro
    (430, 459, EASTERN),
    (460, 479, INDIANA),
    (463, 464, CENTRAL),  # Gary
    (476, 477, CENTRAL),  # Evansville
    (480, 499, "America/Detroit"),
    (500, 588, CENTRAL),  # Iowa, Wisconsin, Minnesota, the Dakotas
    (577, 577, MOUNTAIN),  # Rapid City
    (586, 586, MOUNTAIN),  # Dickinson
    (590, 599, MOUNTAIN),
    (600, 692, CENTRAL),  # Illinois, Missouri, Kansas, Nebraska
    (693, 693, MOUNTAIN),  # Alliance, Scottsbluff
    (700, 797, CENTRAL),  # Louisiana, Arkansas, Oklahoma, Texas
    (798, 799, MOUNTAIN),  # El Paso
    (800, 831, MOUNTAIN),
    (832, 834, BOISE),
    (835, 835, PACIFIC),  # Lewiston
    (836, 837, BOISE),
    (838, 838, PACIFIC),  # Coeur d'Alene
    (840, 847, MOUNTAIN),
    (850, 864, ARIZONA),
    (865, 865, MOUNTAIN),  # the Navajo Nation changes its clocks
    (870, 884, MOUNTAIN),
    (885, 885, MOUNTAIN),  # El Paso
    (889, 961, PACIFIC),  # Nevada, California
    (967, 968, "Pacific/Honolulu"),
    (969, 969, "Pacific/Guam"),
    (970, 978, PACIFIC),
    (979, 979, BOISE),  # Ontario, Oregon
    (980, 994, PACIFIC),
    (995, 999, "America/Anchorage"),
)

#: First letter of a Canadian postal code. X is left out: it spans three zones.
_CA = {
    "A": "America/St_Johns",
    "B": "America/Halifax",
    "C": "America/Halifax",
    "E": "America/Moncton",
    "G": "America/Toronto",
    "H": "America/Toronto",
    "J": "America/Toronto",
    "K": "America/Toronto",
    "L": "America/Toronto",
    "M": "America/Toronto",
    "N": "America/Toronto",
    "P": "America/Toronto",
    "R": "America/Winnipeg",
    "S": "America/Regina",
    "T": "America/Edmonton",
    "V": "America/Vancouver",
    "Y": "America/Whitehorse",
}

#: First and last postal code of Australia, zone. Later rows win over earlier ones.
_AU = (
    (200, 299, "Australia/Sydney"),
    (800, 999, "Australia/Darwin"),
    (1000, 2999, "Australia/Sydney"),
    (2880, 2880, "Australia/Broken_Hill"),
    (2898, 2898, "Australia/Lord_Howe"),
    (3000, 3999, "Australia/Melbourne"),
    (4000, 4999, "Australia/Brisbane"),
    (5000, 5999, "Australia/Adelaide"),
    (6000, 6999, "Australia/Perth"),
    (6798, 6798, "Indian/Christmas"),
    (6799, 6799, "Indian/Cocos"),
    (7000, 7999, "Australia/Hobart"),
    (8000, 8999, "Australia/Melbourne"),
    (9000, 9999, "Australia/Brisbane"),
)
#: Spain's provinces that do not keep Madrid's time.
_ES = {"35": "Atlantic/Canary", "38": "Atlantic/Canary", "51": "Africa/Ceuta"}


def by_postal_code(postal_code: str, country: str) -> str | None:
    """Answer the zone's name of a US, Canadian, Australian or Spanish postal code; None when it is not certain."""
    code = re.sub(r"[\s-]", "", postal_code).upper()
    if country == "US":
        return _us(code)
    if country == "CA":
        return _CA.get(code[:1])
    if country == "AU" and re.fullmatch(r"\d{3,4}", code, re.ASCII):
        return _last_match(_AU, int(code))
    if country == "ES" and re.fullmatch(r"\d{5}", code, re.ASCII):
        return _ES.get(code[:2], "Europe/Madrid")
    return None


def _us(code: str) -> str | None:
    if not re.fullmatch(r"\d{5}(\d{4})?", code, re.ASCII):
        return None
    return _last_match(_US, int(code[:3]))


def _last_match(table: tuple[tuple[int, int, str | None], ...], number: int) -> str | None:
    found = None
    for first, last, name in table:
        if first <= number <= last:
            found = name
    return found
