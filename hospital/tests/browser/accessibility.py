"""What is asked of every page: nothing for axe by the rules of WCAG 2.2 AA, no scrolling sideways."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
COLOURS: dict[str, Any] = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
SCRIPT = Axe().axe_script
# The page's own policy does not bind what is evaluated from outside.
RUN = "options => axe.run(document, options).then(found => found.violations)"


def violations(page: Page, options: dict[str, Any] = OPTIONS) -> list[str]:
    """Rule and places of every violation; empty is what we want."""
    page.wait_for_load_state()
    page.evaluate(SCRIPT)
    found = page.evaluate(RUN, options)
    return [f"{page.url} {rule['id']}: {[node['target'] for node in rule['nodes']][:3]}" for rule in found]


def overflows(page: Page) -> bool:
    """Whether the page scrolls sideways; a click returns when the next page begins, and then it has no elements yet."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def faults(page: Page) -> list[str]:
    """Everything that is wrong with the page as it stands."""
    wide = [f"{page.url} scrolls sideways at {page.viewport_size}"] if overflows(page) else []
    return violations(page) + wide


def check(page: Page) -> None:
    assert faults(page) == []
