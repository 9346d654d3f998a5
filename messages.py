"""Message catalogues: collect the texts, check that every language is complete, compile what gettext reads.

`python messages.py update [FILE.json …]` collects texts into the catalogues and fills in translations from files of the
form `{"English": {"zh_Hans": "…", "zh_Hant": "…"}}`; `check` fails on a missing, fuzzy or stale entry; `compile` writes
the `.mo` files, which the build does too.
"""

from __future__ import annotations

import json
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
FOLDER = ROOT / "activities" / "translations"
# The texts in the code are English, so English is complete as it stands.
LANGUAGES = ("zh_Hans", "zh_Hant")
KEYWORDS = {"_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
SOURCES = (("activities", [("**.py", "python")]), ("templates", [("**.html", "jinja2")]))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def collect() -> Catalog:
    """Every text of the code and the templates."""
    catalogue = Catalog(project="activities", charset="utf-8")
    for folder, methods in SOURCES:
        options = {"**.html": {"trimmed": "true"}}
        found = extract_from_dir(ROOT / folder, methods, options, keywords=KEYWORDS)
        for file, _line, message, _comments, context in sorted(found, key=lambda f: (f[0], f[1])):
            catalogue.add(message, None, [(f"{folder}/{file}", None)], context=context)
    return catalogue


def read(language: str) -> Catalog:
    path = po(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def po(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def update(files: list[str]) -> None:
    given: dict[str, dict[str, str]] = {}
    for file in files:
        given.update(json.loads(Path(file).read_text(encoding="utf-8")))
    texts = collect()
    for language in LANGUAGES:
        old, new = read(language), Catalog(locale=language, project="activities", charset="utf-8")
        for message in texts:
            if not message.id:
                continue
            before = old.get(message.id)
            string = before.string if before else ""
            string = string if isinstance(string, str) else string[0]  # what counts now may not have counted before
            string = given.get(_key(message), {}).get(language) or string
            new.add(message.id, (string,) if message.pluralizable else string, message.locations)
        po(language).parent.mkdir(parents=True, exist_ok=True)
        buffer = BytesIO()
        write_po(buffer, new, width=120, sort_output=True, omit_header=False, include_lineno=False)
        stable = re.sub(rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By).*\n', b"", buffer.getvalue())
        po(language).write_bytes(stable)
    compile_catalogues()
    print(f"{len(texts)} texts;", "; ".join(f"{lang}: {len(missing(lang, texts))} missing" for lang in LANGUAGES))


def _key(message: Message) -> str:
    return str(message.id[0] if message.pluralizable else message.id)


def missing(language: str, texts: Catalog) -> list[str]:
    """The texts without a translation that can be used: absent, empty, fuzzy, or with other placeholders."""
    catalogue = read(language)
    found = []
    for message in texts:
        entry = catalogue.get(message.id) if message.id else None
        if message.id and (entry is None or entry.fuzzy or not _fits(message, entry)):
            found.append(_key(message))
    return found


def _fits(message: Message, entry: Message) -> bool:
    strings = entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)
    ids = message.id if message.pluralizable else (message.id,)
    wanted = set(PLACEHOLDER.findall(ids[-1]))
    return all(s and set(PLACEHOLDER.findall(s)) == wanted for s in strings)


def stale(language: str, texts: Catalog) -> list[str]:
    return [_key(m) for m in read(language) if m.id and texts.get(m.id) is None]


def check() -> int:
    texts, troubles = collect(), 0
    for language in LANGUAGES:
        for what, found in (("missing", missing(language, texts)), ("stale", stale(language, texts))):
            troubles += len(found)
            for text in found:
                print(f"{language}: {what}: {text}")
    return 1 if troubles else 0


def compile_catalogues() -> None:
    for language in LANGUAGES:
        if po(language).exists():
            with po(language).with_suffix(".mo").open("wb") as target:
                write_mo(target, read(language))


class CompileMessages(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_catalogues()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["check"]:
            sys.exit(check())
        case ["update", *files]:
            update(files)
        case ["compile"] | []:
            compile_catalogues()
        case _:
            sys.exit(__doc__)
