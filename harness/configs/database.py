"""The URL of a database without its password, which stands in no file, on no screen and in no list of processes.

The password comes from the variable HARNESS_STORAGE_PASSWORD; else, for a URL like user:***@host, from a prompt; else
the driver finds it as it does for other programs (PostgreSQL's: PGPASSWORD, or the file ~/.pgpass).
"""

import os
import re
import sys
from urllib.parse import quote_plus, unquote

from harness.errors import UserError
from harness.text.secrets import ASK, carries, hidden

VARIABLE = "HARNESS_STORAGE_PASSWORD"
NO_URL = r"(?i)[^\w]*storage=.*\b(?:pass(?:word|wd)?|pwd)\s*=\s*[^\s*]"  # as libpq reads it: host=h password=word
NO_PORT = r"(?i)\W*storage=\S*://[^/@\s:\[${]*:(?!\*{3})[^/@\s?'\"]*[^\d/@\s?'\"]"  # user:word, and no host


def refuse_password(text: str) -> None:
    """Whoever reads the list of processes, or the shell's history, would read it. It is not repeated here."""
    query = "?" + text.partition("?")[2]
    if carries(text) or carries(unquote(query)) or re.match(NO_URL, text) or re.match(NO_PORT, text):
        key = text.partition("=")[0]
        where = f"put it into {VARIABLE} or ~/.pgpass, or write {ASK} to be asked, as in USER:{ASK}@HOST"
        raise UserError(f"{key}: a password that is typed stands in the list of processes; {where}")


def masked(url: str) -> str:
    """The URL with *** for its password, and for what its query may carry of that kind."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        made = make_url(url)
    except (ArgumentError, ValueError):  # not one that can be read
        return hidden(url)
    carried = {key: ASK for key, value in made.query.items() if carries(f"?{key}={value}")}
    shown = made.update_query_dict(carried) if carried else made
    return shown.render_as_string(hide_password=True).replace("%2A%2A%2A", ASK)


def same(one: object, other: object) -> bool:
    """Whether two URLs name one database, whatever their passwords are."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return one == other
    return masked(one).replace(f":{ASK}@", "@") == masked(other).replace(f":{ASK}@", "@")


def password(url: str | None) -> str | None:
    """The password that the URL does not carry, if it is ours to bring."""
    if url is None or re.match(r"sqlite\b[^:]*:///", url):  # a file
        return None
    found = os.environ.get(VARIABLE) or None
    if found is None and f":{ASK}@" in url:
        if not (sys.stdin and sys.stdin.isatty()):
            raise UserError(f"storage={masked(url)}: nobody is there to ask for the password; put it into {VARIABLE}")
        from getpass import getpass

        try:
            found = getpass(f"password of {masked(url)}: ")
        except EOFError as error:  # Ctrl-D
            raise UserError(f"storage={masked(url)}: no password was given") from error
    return found


def complete(url: str, secret: str | None) -> str:
    """The URL as a driver takes it."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    if secret is None:
        return url
    try:
        made = make_url(url)
        # without a user before the @ it would be dropped
        full = made.set(password=secret) if made.username else made.update_query_dict({"password": secret})
        return full.render_as_string(hide_password=False)
    except (ArgumentError, ValueError) as error:
        raise UserError(f"storage={masked(url)}: {error}") from error


def without(secret: str | None, text: str) -> str:
    """What a driver said, without the password, however it is written there."""
    for written in (secret, quote_plus(secret), repr(secret)[1:-1]) if secret else ():
        text = text.replace(written, ASK)
    return text
