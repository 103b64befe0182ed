"""Invented names and codes of districts and schools; none belongs to a real district."""

DISTRICTS = (
    "Quillhaven",
    "Marrowfield",
    "Thistlemoor",
    "Saltwhistle",
    "Copperlark",
    "Fernhollow",
    "Windlass Reach",
    "Juniperwick",
)
_FIRST = (
    "Amber",
    "Bracken",
    "Cinder",
    "Dapple",
    "Ember",
    "Flint",
    "Gossamer",
    "Hazel",
    "Indigo",
    "Kestrel",
    "Lantern",
    "Mallow",
    "Nettle",
    "Otter",
    "Pebble",
    "Russet",
)
_SECOND = (
    "wick",
    "holt",
    "mere",
    "fold",
    "garth",
    "combe",
    "thorpe",
    "strand",
    "lode",
    "fell",
    "howe",
    "bourne",
    "stead",
    "wold",
    "beck",
    "rigg",
)
_SCHOOL_FIRST = (
    "Blue",
    "Silver",
    "Tall",
    "Quiet",
    "Bright",
    "Old",
    "Upper",
    "Lower",
    "Long",
    "Round",
    "Far",
    "Near",
    "High",
    "Low",
    "Wide",
    "Still",
)
_SCHOOL_SECOND = (
    "Heron",
    "Lantern",
    "Orchard",
    "Sparrow",
    "Meadow",
    "Compass",
    "Harbor",
    "Willow",
    "Kite",
    "Juniper",
    "Acorn",
    "Otter",
    "Maple",
    "Finch",
    "Anchor",
    "Clover",
    "Comet",
    "Fern",
    "Thistle",
    "Poppy",
    "Badger",
    "Cedar",
    "Puffin",
    "Lark",
    "Teal",
)
_DISTRICT_KIND = {"UD": "Unified", "ED": "Elementary", "HD": "Union High"}


def district_name(number: int, org_type: str) -> str:
    """The name of district `number` (from 0), unique for the first 264."""
    if number < len(DISTRICTS):
        stem = DISTRICTS[number]
    else:
        rest = number - len(DISTRICTS)
        stem = _FIRST[rest % len(_FIRST)] + _SECOND[(rest // len(_FIRST)) % len(_SECOND)]
    return f"{stem} {_DISTRICT_KIND[org_type]}"


def school_name(number: int, kind: str) -> str:
    """The name of school `number` (from 0), unique for the first 400 and numbered after that."""
    pairs = len(_SCHOOL_FIRST) * len(_SCHOOL_SECOND)
    step = (number * 7) % pairs  # 7 and the number of pairs share no factor
    stem = f"{_SCHOOL_FIRST[step % len(_SCHOOL_FIRST)]} {_SCHOOL_SECOND[step // len(_SCHOOL_FIRST)]}"
    again = "" if number < pairs else f" {number // pairs + 1}"
    return f"{stem}{again} {kind}"


def district_id(number: int) -> str:
    """A 14-digit code in the form county 2, district 5, school 7; county 00 is no county."""
    return f"00{90010 + 11 * number:05d}0000000"


def school_id(district: int, number: int) -> str:
    """The code of a school: its district's seven digits and seven of its own."""
    return district_id(district)[:7] + f"{100008 + 9 * number:07d}"
