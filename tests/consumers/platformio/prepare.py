# SPDX-License-Identifier: Apache-2.0
"""Gives PlatformIO, which would download both, a platform and SCons: prepare.py HOST CORE. The platform is this
machine's compiler; SCons is the one that is installed for Python, under the version that PlatformIO asks for."""
import json
import pathlib
import shutil
import sys

import SCons
from platformio.dependencies import get_core_dependencies

host, core = (pathlib.Path(word) for word in sys.argv[1:])


def register(folder, kind, name, version, owner):
    spec = {"owner": owner, "id": None, "name": name, "requirements": None, "uri": None}
    (folder / ".piopm").write_text(json.dumps({"type": kind, "name": name, "version": version, "spec": spec}))


shutil.copytree(host, core / "platforms/host")
register(core / "platforms/host", "platform", "host", "1.0.0", None)
scons = core / "packages/tool-scons"
scons.mkdir(parents=True)
version = get_core_dependencies()["tool-scons"].lstrip("~^=")
(scons / "package.json").write_text(json.dumps({"name": "tool-scons", "version": version, "system": "*"}))
(scons / "scons.py").write_text("import SCons.Script\nSCons.Script.main()\n")
register(scons, "tool", "tool-scons", version, "platformio")
print("SCons", SCons.__version__, "as", version)
