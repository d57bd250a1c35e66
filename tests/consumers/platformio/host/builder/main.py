# SPDX-License-Identifier: Apache-2.0
import os

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
env.Replace(CXX=os.environ["CXX"], PROGNAME="consumer", PROGSUFFIX="")
program = env.BuildProgram()
AlwaysBuild(program)
Default([program])
