"""A person before a browser without scripts: reads the forms and links of a page, fills in, follows, sends."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client

Attributes = dict[str, str]
NO_VALUE = {"submit", "button", "image", "reset"}


@dataclass
class Form:
    """What a browser would send if nothing were typed; `names` holds the boxes left empty and the buttons too."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    options: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def filled(self, typed: dict[str, Any]) -> dict[str, list[str]]:
        unknown = typed.keys() - self.names
        assert not unknown, f"The form has no field {unknown}"
        sent: dict[str, list[str]] = {}
        for name, value in self.values:
            sent.setdefault(name, []).append(value)
        return sent | {name: value if isinstance(value, list) else [value] for name, value in typed.items()}

    def option(self, name: str, words: str) -> str:
        """The value of the choice that reads so."""
        return next(value for value, text in self.options[name] if words in text)


class Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.form: Form | None = None
        self.select: Attributes | None = None
        self.text: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in found}
        if tag == "a":
            self.links.append(attributes.get("href", ""))
        elif tag == "form":
            self.form = Form(attributes.get("action", ""), attributes.get("method", "get"))
            self.forms.append(self.form)
        elif self.form is not None and tag in ("input", "select", "textarea", "button", "option"):
            getattr(self, f"read_{tag}")(self.form, attributes)

    def read_input(self, form: Form, box: Attributes) -> None:
        kind, name = box.get("type", "text"), box.get("name", "")
        ticks = kind in ("checkbox", "radio")
        value = box.get("value", "on" if ticks else "")
        form.names.add(name)
        if ticks:
            form.options.setdefault(name, []).append((value, box.get("id", "")))
        if name and kind not in NO_VALUE and (not ticks or "checked" in box):
            form.values.append((name, value))

    def read_button(self, form: Form, button: Attributes) -> None:
        form.names.add(button.get("name", ""))

    def read_select(self, form: Form, box: Attributes) -> None:
        self.select = box
        form.names.add(box.get("name", ""))
        form.options.setdefault(box.get("name", ""), [])

    def read_option(self, form: Form, option: Attributes) -> None:
        self.text = []
        name = (self.select or {}).get("name", "")
        form.options[name].append((option.get("value", ""), ""))
        if "selected" in option:
            form.values.append((name, option.get("value", "")))

    def read_textarea(self, form: Form, box: Attributes) -> None:
        self.text = []
        form.names.add(box.get("name", ""))
        form.values.append((box.get("name", ""), ""))

    def handle_data(self, words: str) -> None:
        if self.text is not None:
            self.text.append(words)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif self.form is not None and tag == "option":
            self.keep_option(self.form)
        elif self.form is not None and tag == "textarea":
            name, _ = self.form.values.pop()
            self.form.values.append((name, "".join(self.text or []).removeprefix("\n")))
        elif self.form is not None and tag == "select":
            self.keep_first(self.form)
        if tag in ("option", "textarea"):
            self.text = None

    def keep_option(self, form: Form) -> None:
        name = (self.select or {}).get("name", "")
        value, _ = form.options[name].pop()
        form.options[name].append((value, "".join(self.text or []).strip()))

    def keep_first(self, form: Form) -> None:
        """A list of which nothing is chosen sends its first entry."""
        name, several = (self.select or {}).get("name", ""), "multiple" in (self.select or {})
        if not several and form.options[name] and name not in dict(form.values):
            form.values.append((name, form.options[name][0][0]))
        self.select = None


class Visitor:
    """Knows addresses only from where a person has them: the menu, the page at hand, a mail."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.page: Any = None

    def open(self, url: str, **query: str) -> Any:
        """Fragments stay with the browser; hosts of links in mails are this one."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self.arrive(self.client.get(path, query or None, follow=True))

    def follow(self, pattern: str) -> Any:
        """The first link whose address has this."""
        found = [link for link in Reader(self.text).links if re.search(pattern, link)]
        assert found, f"No link with {pattern} in {self.url}: {self.words}"
        return self.open(urljoin(self.url, found[0]))

    def form(self, names: Any = (), action: str | None = None) -> Form:
        """The first with these fields; `action` is part of where it leads, "" the page itself."""
        for form in Reader(self.text).forms:
            leads = action is None or (action in form.action if action else not form.action)
            if set(names) <= form.names and leads:
                return form
        raise AssertionError(f"No form with {list(names)} to {action!r} in {self.url}: {self.words}")

    def send(self, typed: dict[str, Any] | None = None, action: str | None = None) -> Any:
        """Fill in the first form that has these fields and leads there, and send it."""
        form = self.form(typed or {}, action)
        url, sent = urljoin(self.url, form.action), form.filled(typed or {})
        ask = self.client.post if form.method.lower() == "post" else self.client.get
        return self.arrive(ask(url, sent, follow=True))

    def arrive(self, answer: Any) -> Any:
        self.page = answer
        assert answer.status_code == 200, f"{answer.status_code} at {self.url}: {self.words}"
        return answer

    @property
    def url(self) -> str:
        request = self.page.request
        return request["PATH_INFO"] + (f"?{request['QUERY_STRING']}" if request["QUERY_STRING"] else "")

    @property
    def words(self) -> str:
        """What the page's main part says, for messages of failed tests."""
        main = re.search(r"<main.*?</main>", self.text, re.DOTALL)
        return " ".join(re.sub(r"<[^>]*>", " ", main[0] if main else self.text).split())[:600]

    @property
    def text(self) -> str:
        return str(self.page.content.decode())
