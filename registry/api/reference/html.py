"""HTML that cannot forget to escape."""

from html import escape


class Html(str):
    """Markup. Any other string is text and is escaped where it is put into markup."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: str | None) -> Html:
    """``element("a", "A & B", href="#x")`` is ``<a href="#x">A &amp; B</a>``.

    An underscore at an attribute's end keeps it from being a word of Python: ``class_``.
    """
    written = "".join(
        f' {attribute.rstrip("_")}="{escape(value)}"' for attribute, value in attributes.items() if value is not None
    )
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*pieces: str) -> Html:
    """The pieces one after the other."""
    return Html("".join(piece if isinstance(piece, Html) else escape(piece, quote=False) for piece in pieces))


def with_code(text: str) -> Html:
    """Text in which `backticks` mark code, as descriptions are written."""
    pieces = text.split("`")
    return join(*(element("code", piece) if odd % 2 else piece for odd, piece in enumerate(pieces)))


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Html:
    """A table with a row of headings; each row's first cell is its heading."""
    heading = element("tr", *(element("th", cell, scope="col") for cell in head))
    body = [
        element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in rows
    ]
    return element("div", element("table", element("thead", heading), element("tbody", *body)), class_="table")
