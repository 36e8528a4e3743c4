"""Emoji as keyboards send them: the possible emoji of Unicode's UTS #51 (ED-16), kept to what shows.

The grammar knows blocks instead of the list of a year, so that next year's emoji are emoji here today. What it does not
take over from UTS #51 are tags for any flag at all: they show as nothing, and three flags are made of them.
"""

_PICTOGRAPHS = (  # the blocks that hold emoji, and the single signs outside of them
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff\U0001fc00-\U0001fffd"
)
_KEYS = "0-9#*"
_COLOUR = "[\U0001f3fb-\U0001f3ff]"
_FORM = "[\ufe0e\ufe0f]"  # as text, as a picture
_JOINER = "\u200d"
_BLACK_FLAG = "\U0001f3f4"
_TAGS = "|".join(  # England, Scotland, Wales
    "".join(chr(0xE0000 + ord(letter)) for letter in nation) + "\U000e007f" for nation in ("gbeng", "gbsct", "gbwls")
)
_ELEMENT = f"(?:{_BLACK_FLAG}(?:{_TAGS})|[{_PICTOGRAPHS}](?:{_FORM}|{_COLOUR})?)"
EMOJI = f"[{_KEYS}]{_FORM}\u20e3|{_ELEMENT}(?:{_JOINER}{_ELEMENT})*"  # to be compiled by who needs it: few bookings do
