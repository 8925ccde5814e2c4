"""The public declarations of modules that were built."""

import glob
import json
import os
import re
import subprocess

from pages import ROOT

MODULES = {
    "Contrastive": ["-experimental-allowed-reexported-modules=ContrastiveCore"],
    "ContrastiveTraining": [],
}


def symbol_graphs(binaries, module, folder):
    """Writes the public declarations of a module that was built."""
    words = [
        "swift-symbolgraph-extract",
        "-module-name",
        module,
        "-I",
        os.path.join(binaries, "Modules"),
        "-minimum-access-level",
        "public",
        "-output-dir",
        folder,
    ] + MODULES[module]
    target = json.loads(
        subprocess.run(
            ["swiftc", "-print-target-info"], capture_output=True, text=True, check=True
        ).stdout
    )["target"]
    words += ["-target", target["unversionedTriple"]]
    for modulemap in glob.glob(os.path.join(ROOT, "Sources/*/module.modulemap")):
        words += ["-I", os.path.dirname(modulemap)]
    for modulemap in glob.glob(os.path.join(binaries, "*.build/module.modulemap")):
        words += ["-Xcc", "-fmodule-map-file=" + modulemap]
    os.makedirs(folder)
    subprocess.run(words, check=True)
    for path in glob.glob(os.path.join(folder, "*@*.symbols.json")):
        os.remove(path)  # extensions of other modules' types
    path = os.path.join(folder, module + ".symbols.json")
    with open(path) as file:
        graph = json.load(file)
    # What conformances to protocols of the standard library bring is not ours to show.
    ours = re.compile(r"s:\d+Contrastive")
    graph["symbols"] = [
        symbol for symbol in graph["symbols"] if ours.match(symbol["identifier"]["precise"])
    ]
    shown = {symbol["identifier"]["precise"] for symbol in graph["symbols"]}
    graph["relationships"] = [link for link in graph["relationships"] if link["source"] in shown]
    with open(path, "w") as file:
        json.dump(graph, file)
    symbols = [
        symbol
        for symbol in graph["symbols"]
        if "SYNTHESIZED" not in symbol["identifier"]["precise"]
    ]
    # A list of parameters alone is no comment.
    bare = [
        ".".join(symbol["pathComponents"])
        for symbol in symbols
        if not symbol.get("docComment")
        or symbol["docComment"]["lines"][0]["text"].lstrip().startswith("- ")
    ]
    top = [symbol["pathComponents"][0] for symbol in symbols if len(symbol["pathComponents"]) == 1]
    print(
        f"{module}: {len(symbols) - len(bare)} of {len(symbols)} public declarations are documented"
    )
    return top, bare
