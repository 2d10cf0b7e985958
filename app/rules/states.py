"""The states and their zones, and the state of a ZIP code or an area code."""

from typing import Final

from app.rules.zones import CENTRAL, EASTERN, MOUNTAIN, PACIFIC, read_zip, zone_of_zip

SAMOA: Final = "Pacific/Pago_Pago"
MARIANAS: Final = "Pacific/Guam"
_ZONES: Final = {
    EASTERN: "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    CENTRAL: "AL AR IA IL LA MN MO MS OK WI",
    MOUNTAIN: "CO MT NM UT WY",
    PACIFIC: "CA WA",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    MARIANAS: "GU MP",
    SAMOA: "AS",
}
_CROSSED: Final = {
    "AK": ("America/Adak", "America/Anchorage"),
    "AZ": (MOUNTAIN, "America/Phoenix"),
    "FL": (CENTRAL, EASTERN),
    "ID": ("America/Boise", PACIFIC),
    "IN": (CENTRAL, "America/Indiana/Indianapolis"),
    "KS": (CENTRAL, MOUNTAIN),
    "KY": (CENTRAL, EASTERN),
    "MI": (CENTRAL, "America/Detroit"),
    "ND": (CENTRAL, MOUNTAIN),
    "NE": (CENTRAL, MOUNTAIN),
    "NV": (MOUNTAIN, PACIFIC),
    "OR": ("America/Boise", PACIFIC),
    "SD": (CENTRAL, MOUNTAIN),
    "TN": (CENTRAL, EASTERN),
    "TX": (CENTRAL, MOUNTAIN),
}
"""States that a zone's border crosses."""
ZONES_OF_STATE: Final = {state: (zone,) for zone, states in _ZONES.items() for state in states.split()} | _CROSSED

# First and last prefix of three digits; the military's have no state.
_ZIP_RUNS: Final = (
    (5, 5, "NY"), (6, 7, "PR"), (8, 8, "VI"), (9, 9, "PR"), (10, 27, "MA"), (28, 29, "RI"), (30, 38, "NH"),
    (39, 49, "ME"), (50, 54, "VT"), (55, 55, "MA"), (56, 59, "VT"), (60, 69, "CT"), (70, 89, "NJ"), (100, 149, "NY"),
    (150, 196, "PA"), (197, 199, "DE"), (200, 200, "DC"), (201, 201, "VA"), (202, 205, "DC"), (206, 219, "MD"),
    (220, 246, "VA"), (247, 268, "WV"), (270, 289, "NC"), (290, 299, "SC"), (300, 319, "GA"), (320, 339, "FL"),
    (341, 349, "FL"), (350, 369, "AL"), (370, 385, "TN"), (386, 397, "MS"), (398, 399, "GA"), (400, 427, "KY"),
    (430, 459, "OH"), (460, 479, "IN"), (480, 499, "MI"), (500, 528, "IA"), (530, 549, "WI"), (550, 567, "MN"),
    (569, 569, "DC"), (570, 577, "SD"), (580, 588, "ND"), (590, 599, "MT"), (600, 629, "IL"), (630, 658, "MO"),
    (660, 679, "KS"), (680, 693, "NE"), (700, 714, "LA"), (716, 729, "AR"), (730, 731, "OK"), (733, 733, "TX"),
    (734, 749, "OK"), (750, 799, "TX"), (800, 816, "CO"), (820, 831, "WY"), (832, 838, "ID"), (840, 847, "UT"),
    (850, 865, "AZ"), (870, 884, "NM"), (885, 885, "TX"), (889, 898, "NV"), (900, 961, "CA"), (967, 968, "HI"),
    (969, 969, "GU"), (970, 979, "OR"), (980, 994, "WA"), (995, 999, "AK"),
)  # fmt: skip
_BY_PREFIX: Final = {f"{prefix:03}": state for first, last, state in _ZIP_RUNS for prefix in range(first, last + 1)}
_BY_ZIP: Final = {"06390": "NY", "96799": "AS", "96950": "MP", "96951": "MP", "96952": "MP"}
"""ZIP codes of another state than the rest of their prefix."""

_AREA_CODES: Final = {
    "AK": "907",
    "AL": "205 251 256 334 659 938",
    "AR": "327 479 501 870",
    "AS": "684",
    "AZ": "480 520 602 623 928",
    "CA": "209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 "
    "760 805 818 820 831 840 858 909 916 925 949 951",
    "CO": "303 719 720 748 970 983",
    "CT": "203 475 860 959",
    "DC": "202 771",
    "DE": "302",
    "FL": "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954",
    "GA": "229 404 470 478 678 706 762 770 912 943",
    "GU": "671",
    "HI": "808",
    "IA": "319 515 563 641 712",
    "ID": "208 986",
    "IL": "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872",
    "IN": "219 260 317 463 574 765 812 930",
    "KS": "316 620 785 913",
    "KY": "270 364 502 606 859",
    "LA": "225 318 337 504 985",
    "MA": "339 351 413 508 617 774 781 857 978",
    "MD": "227 240 301 410 443 667",
    "ME": "207",
    "MI": "231 248 269 313 517 586 616 734 810 906 947 989",
    "MN": "218 320 507 612 651 763 952",
    "MO": "235 314 417 557 573 636 660 816 975",
    "MP": "670",
    "MS": "228 601 662 769",
    "MT": "406",
    "NC": "252 336 472 704 743 828 910 919 980 984",
    "ND": "701",
    "NE": "308 402 531",
    "NH": "603",
    "NJ": "201 551 609 640 732 848 856 862 908 973",
    "NM": "505 575",
    "NV": "702 725 775",
    "NY": "212 315 329 332 347 363 516 518 585 607 631 646 680 716 718 838 845 914 917 929 934",
    "OH": "216 220 234 283 326 330 380 419 440 513 567 614 740 937",
    "OK": "405 539 572 580 918",
    "OR": "458 503 541 971",
    "PA": "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878",
    "PR": "787 939",
    "RI": "401",
    "SC": "803 821 839 843 854 864",
    "SD": "605",
    "TN": "423 615 629 731 865 901 931",
    "TX": "210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972 "
    "979",
    "UT": "385 435 801",
    "VA": "276 434 540 571 686 703 757 804 826 948",
    "VI": "340",
    "VT": "802",
    "WA": "206 253 360 425 509 564",
    "WI": "262 274 353 414 534 608 715 920",
    "WV": "304 681",
    "WY": "307",
}
_BY_AREA_CODE: Final = {code: state for state, codes in _AREA_CODES.items() for code in codes.split()}


def state_of_zip(zip_code: str) -> str | None:
    """Return the state or territory of a ZIP code, if it has one."""
    digits = read_zip(zip_code)
    return _BY_ZIP.get(digits) or _BY_PREFIX.get(digits[:3]) if digits else None


def state_of_area_code(code: str) -> str | None:
    """Return the state or territory whose numbers begin with an area code, if it is known."""
    return _BY_AREA_CODE.get(code)


def zones_of_zip(zip_code: str) -> tuple[str, ...]:
    """Return every zone in which a ZIP code may be; none for one that is not known."""
    state = state_of_zip(zip_code)
    zone = zone_of_zip(zip_code)
    if zone and read_zip(zip_code) not in _BY_ZIP:
        return (zone,)
    return ZONES_OF_STATE[state] if state else ()
