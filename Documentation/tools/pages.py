"""The pages of the documentation, and where their links lead."""

import glob
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FENCE = re.compile(r"^```.*?^```$", re.S | re.M)
LINK = re.compile(r"(!?)\[((?:[^\]\[]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def pages():
    """Every page, by its path from the root."""
    found = {"README.md", "RELIABILITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"}
    found |= set(glob.glob("Documentation/**/*.md", root_dir=ROOT, recursive=True))
    return sorted(found)


def read(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read()


def name(page):
    return {"README": "Home", "Documentation/README": "Guide"}.get(
        page[:-3], os.path.basename(page)[:-3]
    )


def outside_code(text, change):
    """Changes what is in no block of code."""
    result, last = [], 0
    for match in FENCE.finditer(text):
        result += [change(text[last : match.start()]), match.group(0)]
        last = match.end()
    return "".join(result + [change(text[last:])])


def headings(page):
    """slug on a host of repositories -> heading."""
    text = re.sub(r"^```.*?^```$", "", read(page), flags=re.S | re.M)
    found = re.findall(r"^#+ (.*)$", text, re.M)
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading))
        .strip()
        .lower()
        .replace(" ", "-"): heading
        for heading in found
    }


def split(page, target):
    """(path from the root, fragment) of a link on a page."""
    path, _, fragment = target.partition("#")
    path = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
    return path, fragment


def check():
    """Links that lead nowhere."""
    wrong, known = [], set(pages())
    for page in pages():

        def look(text):
            targets = [match.group(3) for match in LINK.finditer(text)]
            targets += re.findall(r"(?:src|srcset)=\"([^\"]+)\"", text)
            for target in targets:
                if re.match(r"\w+:", target):
                    continue
                path, fragment = split(page, target)
                if not os.path.exists(os.path.join(ROOT, path)):
                    wrong.append(f"{page}: {target}: no such file")
                elif fragment and (path not in known or fragment not in headings(path)):
                    wrong.append(f"{page}: {target}: no such heading")
            return text

        outside_code(read(page), look)
    # Everything is within reach of the index.
    listed = {
        split("Documentation/README.md", match.group(3))[0]
        for match in LINK.finditer(read("Documentation/README.md"))
    }
    wrong += [
        f"Documentation/README.md does not list {page}"
        for page in pages()
        if page.startswith("Documentation/")
        and page != "Documentation/README.md"
        and page not in listed
    ]
    return wrong
