"""Checks the links of all pages, and makes the site of them and of the public declarations.

    python3 site.py check
    python3 site.py build BIN FOLDER     BIN: what `swift build --show-bin-path` prints
                                         after a build

Pages stay as they are read on a host of git repositories; what DocC wants otherwise is changed in
copies. A warning of DocC, a link that leads nowhere or a public declaration without a comment is an
error.
"""

import glob
import os
import re
import shutil
import subprocess
import sys

import manual
from declarations import MODULES, symbol_graphs
from pages import LINK, ROOT, check, headings, name, outside_code, pages, read, split

PICTURE = re.compile(
    r"<picture>.*?<img[^>]*alt=\"([^\"]*)\"[^>]*src=\"([^\"]*)\".*?</picture>", re.S
)


def converted(page, symbols, members):
    """A page as DocC wants it."""

    def change(text):
        text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.S)
        text = PICTURE.sub(lambda match: f"![{match.group(1)}]({match.group(2)})", text)

        def link(match):
            picture, words, target = match.groups()
            if re.match(r"\w+:", target):
                return match.group(0)
            path, fragment = split(page, target)
            if picture:
                return f"![{words}]({os.path.basename(path)})"
            if path not in members:
                return (
                    words
                    if words.startswith("`")
                    else f"`{words}`" if re.search(r"[./]", words) else words
                )
            if fragment:
                heading = re.sub(r"[`*]", "", headings(path)[fragment])
                heading = re.sub(r"[^\w,+]+", "-", heading).strip("-")
                return f"[{words}](doc:{name(path)}#{heading})"
            return f"[{words}](doc:{name(path)})"

        return LINK.sub(link, text)

    def symbol(match):
        module = symbols.get(match.group(1))
        return f"``/{module}/{match.group(1)}``" if module else match.group(0)

    text = outside_code(read(page), change)
    # Names of public types become links, but for those inside links.
    return re.sub(r"(?<![`\[])`(\w+)`(?![`\]])", symbol, text)


def guide(folder, command, symbols):
    """The catalog of the articles and of the command's reference."""
    members = {page for page in pages() if page.startswith("Documentation/")} | {"RELIABILITY.md"}
    for page in members:
        text = converted(page, symbols, members)
        if page == "Documentation/README.md":
            text = re.sub(r"^- \[[^\]]*\]\((doc:[^)]*)\)$", r"- <\1>", text, flags=re.M)
            text = re.sub(r"^## ", "### ", text, flags=re.M).replace("### ", "## Topics\n\n### ", 1)
            text = text.replace(
                "# Documentation", "# Guide\n\n@Metadata {\n  @TechnologyRoot\n}", 1
            )
        if page == "Documentation/Command.md":
            children = [
                path for path, node in manual.commands(command) if not node.get("subcommands")
            ]
            text += "\n## Topics\n\n### Commands\n\n" + "".join(
                f"- <doc:command-{'-'.join(path[1:])}>\n" for path in children if len(path) == 2
            )
            text += "\n### Losses\n\n" + "".join(
                f"- <doc:command-{'-'.join(path[1:])}>\n" for path in children if len(path) == 3
            )
        with open(os.path.join(folder, name(page) + ".md"), "w") as file:
            file.write(text)
    manual.main("pages", command, os.path.join(folder, "Command reference"))
    for path in glob.glob(os.path.join(folder, "Command reference", "*.md")):
        os.rename(path, os.path.join(folder, "command-" + os.path.basename(path)))
    os.rmdir(os.path.join(folder, "Command reference"))
    for path in glob.glob(os.path.join(ROOT, "Documentation/pictures/*")):
        shutil.copy(path, folder)


def convert(catalog, output, *more):
    subprocess.run(
        [
            "docc",
            "convert",
            catalog,
            "--output-path",
            output,
            "--warnings-as-errors",
            "--enable-experimental-external-link-support",
            "--transform-for-static-hosting",
            *more,
        ],
        check=True,
    )


def build(binaries, output):
    wrong, work = check(), os.path.join(ROOT, ".build/docs")
    if wrong:
        sys.exit("\n".join(wrong))
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    symbols, archives = {}, []
    for module in MODULES:
        graphs, catalog = (os.path.join(work, kind, module) for kind in ("graphs", "catalogs"))
        top, bare = symbol_graphs(binaries, module, graphs)
        if bare:
            sys.exit(f"{module}: no comment: " + ", ".join(bare))
        symbols.update({symbol: module for symbol in top})
        catalog += ".docc"
        shutil.copytree(os.path.join(ROOT, f"Sources/{module}/{module}.docc"), catalog)
        archives.append(os.path.join(work, module + ".doccarchive"))
        convert(
            catalog,
            archives[-1],
            "--additional-symbol-graph-dir",
            graphs,
            "--fallback-display-name",
            module,
            "--fallback-bundle-identifier",
            module,
        )
    catalog = os.path.join(work, "catalogs/Guide.docc")
    os.makedirs(catalog)
    guide(catalog, os.path.join(binaries, "contrastive"), symbols)
    archives.append(os.path.join(work, "Guide.doccarchive"))
    convert(
        catalog,
        archives[-1],
        "--fallback-display-name",
        "Guide",
        "--fallback-bundle-identifier",
        "Guide",
        *[word for archive in archives[:-1] for word in ("--dependency", archive)],
    )
    shutil.rmtree(output, ignore_errors=True)
    subprocess.run(
        [
            "docc",
            "merge",
            archives[-1],
            *archives[:-1],
            "--output-path",
            output,
            "--synthesized-landing-page-name",
            "swift-contrastive",
        ],
        check=True,
    )
    count = len(glob.glob(os.path.join(output, "data/documentation/**/*.json"), recursive=True))
    print(
        f"{count} pages in {os.path.relpath(output, ROOT)}; look at them by: "
        f"python3 -m http.server --directory {os.path.relpath(output, ROOT)}"
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        found = check()
        sys.exit("\n".join(found) if found else None)
    elif len(sys.argv) == 4 and sys.argv[1] == "build":
        build(os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3]))
    else:
        sys.exit(__doc__)
