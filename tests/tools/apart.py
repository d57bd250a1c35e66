# SPDX-License-Identifier: Apache-2.0
"""Runs a function in a child process: a runtime that dies on a model is a finding, not the end of the test."""
import gc
import os
import pickle


def apart(function, *arguments):
    """The function's result, or, where it has none, the sentence that it ends with."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        gc.disable()  # what the parent has made is its to destroy
        try:
            told = function(*arguments)
        except BaseException as problem:  # whatever it is, it is told
            told = f"{type(problem).__name__}: {str(problem)[:200]}"
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(told, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return pickle.loads(told) if told else f"dies of signal {os.WTERMSIG(status)}"
