"""The steps of the main job as people take them: by what they read, click and type."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core import mail
from playwright.sync_api import Locator, Page, expect

from accounts import outbox
from hospital.tests.browser.accessibility import check

PASSWORD = "correct horse battery"
EMAIL = "nadia@example.org"


def heading(page: Page, words: str) -> None:
    """The page has come, and it is the right one."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def choose(page: Page, role: str, words: str, **options: object) -> None:
    page.get_by_role("main").get_by_role(role, name=words, **options).click()  # type: ignore[arg-type]


def sign_in(page: Page, email: str, look: Callable[[Page], None] = check) -> None:
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    heading(page, "Sign in")
    look(page)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    choose(page, "button", "Sign in")
    expect(page).not_to_have_url(re.compile("/login/"))


def sign_up(page: Page) -> None:
    page.goto("/")
    check(page)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Create an account").click()
    heading(page, "Create an account")
    check(page)
    page.get_by_label("Given name").fill("Nadia")
    page.get_by_label("Family name").fill("Haddad")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    for part, typed in {"Day": "27", "Month": "3", "Year": "1987"}.items():
        page.get_by_label(part, exact=True).fill(typed)
    choose(page, "button", "Create account")
    heading(page, "Check your e-mail")
    check(page)


def confirm_address(page: Page) -> None:
    """The worker sends what sign-up has put into the outbox; the patient opens the link."""
    outbox.send_due()
    (message,) = mail.outbox
    assert message.to == [EMAIL]
    page.goto(re.search(r"https?://\S+", message.body)[0])  # type: ignore[index]
    check(page)
    choose(page, "button", "Confirm address")
    page.wait_for_url("**/login/**")


def register(page: Page) -> None:
    heading(page, "Finish your registration")
    check(page)
    page.get_by_label("Female").check()
    page.get_by_label("Phone number").fill("020 7946 0321")
    choose(page, "button", "Finish")
    heading(page, "My page")
    check(page)


def book(page: Page, doctor: str) -> str:
    """Books a time of one's own choice; returns the day and time as the page names them."""
    page.get_by_role("link", name="Find a doctor").first.click()
    heading(page, "Find a doctor")
    check(page)
    page.get_by_role("link", name=doctor, exact=True).click()
    heading(page, doctor)
    check(page)
    choose(page, "link", "Choose a time First visit")
    heading(page, f"Choose a time with {doctor}")
    check(page)
    slot = page.locator(".slot").nth(2)
    slot.click()
    choose(page, "button", "Continue")
    return order(page)


def order(page: Page) -> str:
    heading(page, "Check and book")
    check(page)
    when = page.locator("dl > div", has_text="When").locator("dd").first.inner_text()
    page.get_by_label("What is the visit about?").fill("Short of breath on the stairs")
    choose(page, "button", "Book appointment")
    heading(page, "Appointment booked")
    check(page)
    assert when.partition(" (")[0] in page.get_by_role("main").inner_text()
    return when


def receive(page: Page, patient: str, day: str) -> None:
    """The doctor opens the list of the day, notes that the patient has come, and starts."""
    page.goto(f"/appointments/?day={day}")
    heading(page, "Appointments of the day")
    check(page)
    row = page.get_by_role("row").filter(has_text=patient)
    row.get_by_role("button", name="Arrived").click()
    expect(row).to_contain_text("Waiting")
    check(page)
    row.get_by_role("button", name="Start").click()


def write(page: Page) -> None:
    heading(page, "Write the note")
    check(page)
    page.get_by_label("Complaint").fill("Short of breath for two weeks.")
    page.get_by_label("Plan").fill("Tablets, and a second visit in a month.")
    entry = page.get_by_role("group", name="Diagnosis 1")
    entry.get_by_label("Diagnosis").fill("Essential hypertension")
    entry = page.get_by_role("group", name="Medicine 1")
    for label, typed in {"Medicine": "Ramipril", "Dose": "1", "Unit of the dose": "tablet"}.items():
        entry.get_by_label(label, exact=True).fill(typed)
    entry.get_by_label("How often, in other words").fill("once a day")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.get_by_role("status").filter(has_text="Draft saved.")).to_be_visible()
    check(page)


def review_and_sign(page: Page) -> None:
    choose(page, "button", "Review and sign")
    heading(page, "Review and sign")
    check(page)
    choose(page, "button", "Sign record")
    heading(page, "Record of a visit")
    expect(page.get_by_role("main")).to_contain_text("Signed by Asha Rao")
    check(page)


def read(page: Page, doctor: str) -> None:
    page.get_by_role("link", name="My records").click()
    heading(page, "My records")
    check(page)
    choose(page, "link", doctor)
    heading(page, "Record of a visit")
    expect(page.get_by_role("main")).to_contain_text("Short of breath for two weeks.")
    expect(page.get_by_role("main")).to_contain_text("Ramipril")
    check(page)


def deactivate(page: Page, doctor: str) -> None:
    """The administrator's own way: the list in the back office, a tick, an action."""
    page.get_by_role("main").get_by_role("link", name="Doctors", exact=True).first.click()
    page.get_by_role("row").filter(has_text=doctor).get_by_role("checkbox").check()
    page.get_by_role("combobox", name="Action").select_option(label="Deactivate")
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).first.click()
    expect(page.locator(".messagelist")).to_contain_text(f"{doctor} is deactivated.")


@dataclass
class Counted:
    """A page whose clicks and pages are counted, as a patient would count them."""

    page: Page
    clicks: int = 0
    pages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.note()

    def click(self, found: Locator) -> None:
        found.click()
        self.clicks += 1
        self.note()

    def note(self) -> None:
        shown = self.page.get_by_role("heading", level=1).inner_text()
        if shown not in self.pages[-1:]:
            self.pages.append(shown)
