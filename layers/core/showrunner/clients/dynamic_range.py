"""The dynamic range of a picture, by one name for what each server calls it."""

SDR, DOLBY_VISION = "SDR", "Dolby Vision"

# In small letters, without spaces: transfer functions (Plex), video range types
# (Jellyfin), extended video types and video ranges (Emby).
_NAMES = {
    "sdr": SDR,
    "bt709": SDR,
    "hdr": "HDR",
    "hdr10": "HDR10",
    "smpte2084": "HDR10",
    "hdr10plus": "HDR10+",
    "hlg": "HLG",
    "hyperloggamma": "HLG",
    "arib-std-b67": "HLG",
}


def dynamic_range(*words: str | None) -> str | None:
    """What the first word that says something means; None: none does."""
    named = (_name(word.lower().replace(" ", "")) for word in words if word)
    return next((name for name in named if name), None)


def _name(word: str) -> str | None:
    """A picture in Dolby Vision is one whatever it falls back to."""
    if word.startswith(("dovi", "dolby")) and word != "doviinvalid":
        return DOLBY_VISION
    return _NAMES.get(word)
