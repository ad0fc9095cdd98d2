"""One font for the text of SVGs on every machine.

cairo (and the librsvg of pyvips) asks fontconfig for fonts. The decoder's child process gets a configuration of its
own that knows one folder with one font: what the machine has installed, and the user's settings, count for nothing.
Where cairo is built without fontconfig (macOS's own text system) the font cannot be set.
"""

from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from pipeline.records.digest import file_digest

FONT_FOLDER = Path(__file__).parent / "data"
FONT_FILE = FONT_FOLDER / "DejaVuSans.ttf"
FONT_NAME = "DejaVu Sans"
FONT_VERSION = "2.37"
CONFIG = "fonts.conf"
_FOREIGN = ("FONTCONFIG_PATH", "FONTCONFIG_SYSROOT", "FC_DEBUG", "FC_LANG", "FC_DBG_MATCH_FILTER")
"""Variables of the caller's that would change what fontconfig does."""

# No <include>: the system's rules stay out. Bold and italic are made from the one face, as fontconfig's usual rules
# do. Without hinting a glyph has one shape at every size and under every version of FreeType.
_CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="autohint" mode="assign"><bool>false</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintnone</const></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
    <edit name="lcdfilter" mode="assign"><const>lcdnone</const></edit>
    <edit name="embeddedbitmap" mode="assign"><bool>false</bool></edit>
  </match>
  <match target="font">
    <test name="weight" compare="less_eq"><const>medium</const></test>
    <test target="pattern" name="weight" compare="more_eq"><const>demibold</const></test>
    <edit name="embolden" mode="assign"><bool>true</bool></edit>
    <edit name="weight" mode="assign"><const>bold</const></edit>
  </match>
  <match target="font">
    <test name="slant"><const>roman</const></test>
    <test target="pattern" name="slant" compare="not_eq"><const>roman</const></test>
    <edit name="matrix" mode="assign">
      <times>
        <name>matrix</name>
        <matrix><double>1</double><double>0.2</double><double>0</double><double>1</double></matrix>
      </times>
    </edit>
    <edit name="slant" mode="assign"><const>oblique</const></edit>
  </match>
</fontconfig>
"""


def font_environment(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """`environment` changed so that fontconfig knows the one font; its file and cache lie in `folder`."""
    config = folder / CONFIG
    config.write_text(
        _CONFIG.format(fonts=escape(str(FONT_FOLDER)), cache=escape(str(folder / "fontconfig"))), encoding="utf-8"
    )
    kept = {name: value for name, value in environment.items() if name not in _FOREIGN}
    return {**kept, "FONTCONFIG_FILE": str(config)}


@cache
def font_identity() -> dict[str, str]:
    """Name, version and digest of the font and its rules, for the id of a job."""
    return {"name": FONT_NAME, "version": FONT_VERSION, "sha256": file_digest(FONT_FILE), "rules": _CONFIG}
