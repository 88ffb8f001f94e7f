"""What pyproject.toml cannot say: the wheel carries the jar, and runs where the jar's native code does."""

import re
import zipfile
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.errors import SetupError

ROOT = Path(__file__).resolve().parent
VERSION = (ROOT / "VERSION").read_text().strip()
JARS = [ROOT / "python" / "sparkdl4j" / "jars" / f"sparkdl4j-{VERSION}-{kind}.jar" for kind in ("all", "logging")]
# ND4J's Linux library asks for glibc 2.27; the others' minimum is the oldest that pip may assume.
WHEEL_PLATFORM = {
    "linux-x86_64": "manylinux_2_27_x86_64",
    "macosx-x86_64": "macosx_10_14_x86_64",
    "windows-x86_64": "win_amd64",
}


def natives(jar: Path) -> str:
    """The platform whose native code is in the jar."""
    with zipfile.ZipFile(jar) as archive:
        for name in archive.namelist():
            if match := re.match(r"org/bytedeco/javacpp/([a-z]+-\w+)/", name):
                return match[1]
    raise SetupError(f"{jar} holds no native code: build it anew with `make jar`")


class PlatformWheel(bdist_wheel):
    def run(self) -> None:
        if missing := [jar for jar in JARS if not jar.is_file()]:
            raise SetupError(f"{missing[0]} is missing: build the jars first with `make jar`")
        super().run()

    def get_tag(self) -> tuple[str, str, str]:
        # An editable install may come before the jars.
        platform = WHEEL_PLATFORM[natives(JARS[0])] if JARS[0].is_file() else "any"
        return "py3", "none", platform


setup(
    cmdclass={"bdist_wheel": PlatformWheel},
    # setuptools' default, build/lib, would mingle with Gradle's build/.
    options={"build": {"build_base": "build/python"}},
)
