"""California's counties by their Medi-Cal codes, and the offices of the whole state, with the lines members call."""

from collections.abc import Mapping
from typing import Final, NamedTuple

SOCIAL_SECURITY: Final = "+18007721213"
COVERED_CALIFORNIA: Final = "+18003001506"


class County(NamedTuple):
    """A county's name, and the Medi-Cal line that it publishes itself or a plan publishes for it."""

    name: str
    phone: str = ""
    """Empty where no such page is known to us: no number is better than a wrong one."""


COUNTIES: Final[Mapping[str, County]] = {
    "01": County("Alameda"),
    "02": County("Alpine"),
    "03": County("Amador"),
    "04": County("Butte"),
    "05": County("Calaveras"),
    "06": County("Colusa"),
    "07": County("Contra Costa", "+18666633225"),
    "08": County("Del Norte"),
    "09": County("El Dorado"),
    "10": County("Fresno", "+18558328082"),
    "11": County("Glenn"),
    "12": County("Humboldt", "+18774108809"),
    "13": County("Imperial"),
    "14": County("Inyo"),
    "15": County("Kern", "+18774108812"),
    "16": County("Kings"),
    "17": County("Lake"),
    "18": County("Lassen"),
    "19": County("Los Angeles", "+18666133777"),
    "20": County("Madera"),
    "21": County("Marin"),
    "22": County("Mariposa"),
    "23": County("Mendocino"),
    "24": County("Merced", "+18554216770"),
    "25": County("Modoc"),
    "26": County("Mono"),
    "27": County("Monterey", "+18663231953"),
    "28": County("Napa"),
    "29": County("Nevada"),
    "30": County("Orange", "+18002819799"),
    "31": County("Placer", "+18883855160"),
    "32": County("Plumas", "+15302836350"),
    "33": County("Riverside", "+18774108827"),
    "34": County("Sacramento"),
    "35": County("San Benito"),
    "36": County("San Bernardino", "+18774108829"),
    "37": County("San Diego"),
    "38": County("San Francisco"),
    "39": County("San Joaquin"),
    "40": County("San Luis Obispo"),
    "41": County("San Mateo", "+18002238383"),
    "42": County("Santa Barbara"),
    "43": County("Santa Clara"),
    "44": County("Santa Cruz", "+18884218080"),
    "45": County("Shasta"),
    "46": County("Sierra"),
    "47": County("Siskiyou"),
    "48": County("Solano"),
    "49": County("Sonoma"),
    "50": County("Stanislaus"),
    "51": County("Sutter"),
    "52": County("Tehama"),
    "53": County("Trinity"),
    "54": County("Tulare"),
    "55": County("Tuolumne"),
    "56": County("Ventura"),
    "57": County("Yolo"),
    "58": County("Yuba"),
}
"""By the two digits of the Medi-Cal county code."""
