"""The page in a real browser: the California answer, its passages, keyboard, phone, dark, emergencies."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, ask

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CALIFORNIA = "can an aesthetician do laser resurfacing in California?"
KAPLAN = "In California, laser procedures cannot be performed by an aesthetician."
UNNAMED = (
    "In the state of Florida (and I believe California), the person performing the laser must be a nurse "
    "practitioner, physician assistant, or physician."
)
PHONE = (390, 844)
SIZES = [pytest.param(1280, 800, id="desktop"), pytest.param(*PHONE, id="phone")]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def marked(page: Page) -> str:
    """The highlighted words of the open passage view."""
    page.wait_for_selector(".panel mark")
    return squeezed(" ".join(page.locator(".panel mark").all_text_contents()))


def cited(page: Page, number: str) -> str:
    """The quote that the last answer gives for a citation."""
    quote = page.locator(".answer").last.evaluate(f"answer => answer.citations['{number}'].quote")
    return squeezed(str(quote))


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_california_answer_and_its_passage(open_page: OpenPage, width: int, height: int) -> None:
    page = open_page(width, height)
    ask(page, CALIFORNIA)
    answer = page.locator(".answer").last
    first = squeezed(answer.locator(".line").first.inner_text())
    assert first.startswith("No")
    assert "Harold J. Kaplan, MD" in first
    assert "a doctor the page does not name" in first
    expect(answer.locator(".chip")).to_have_text("Sources differ")

    positions = [squeezed(line) for line in answer.locator(".line").all_inner_texts()]
    kaplan = next(line for line in positions if KAPLAN in line)
    unnamed = next(line for line in positions if UNNAMED in line)
    assert "Kaplan" in kaplan.split(KAPLAN)[0]
    assert "does not name" in unnamed.split(UNNAMED)[0]
    assert "Kaplan" not in unnamed.split(UNNAMED)[0]

    answer.locator(".marker[data-number='1']").first.click()
    assert marked(page) == cited(page, "1")
    assert page.locator(".panel mark").first.is_visible()
    in_view = page.locator(".panel mark").first.evaluate(
        "mark => { const box = mark.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"
    )
    assert in_view
    facts = page.locator(".panel .facts").inner_text()
    assert "undated" in facts
    assert fits(page)


def test_every_citation_of_the_answer_opens_its_own_words(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, CALIFORNIA)
    numbers = page.locator(".answer .lines .marker").evaluate_all("all => [...new Set(all.map(m => m.dataset.number))]")
    assert len(numbers) >= 3
    for number in numbers:
        page.locator(f".answer .lines .marker[data-number='{number}']").first.click()
        expect(page.locator(".panel-number")).to_have_text(number)
        assert marked(page) == cited(page, number)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_with_the_keyboard_alone(open_page: OpenPage, width: int, height: int) -> None:
    page = open_page(width, height)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "question":
            break
    page.keyboard.type(CALIFORNIA)
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer[aria-busy=false]", timeout=60_000)
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.answer .line:first-child .marker[data-number=\"1\"]')"):
            break
    page.keyboard.press("Enter")
    assert marked(page) == cited(page, "1")
    assert page.evaluate("document.activeElement.closest('.panel') !== null")
    page.keyboard.press("Escape")
    assert page.locator(".panel").is_hidden()
    assert page.evaluate("document.activeElement.dataset.number") == "1"


def test_the_sheet_on_a_phone_keeps_the_focus(open_page: OpenPage) -> None:
    page = open_page(*PHONE)
    ask(page, CALIFORNIA)
    page.locator(".answer .marker").first.click()
    page.wait_for_selector(".panel mark")
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('.panel')")
    page.get_by_role("button", name="Close").click()
    assert page.locator(".panel").is_hidden()


def test_what_a_patient_sees_first(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator(".what")).to_contain_text("An automated assistant")
    expect(page.locator(".what")).to_contain_text("3 source documents")
    expect(page.locator(".what")).to_contain_text("not medical or legal advice")
    assert 4 <= page.locator(".examples button").count() <= 6
    person = page.locator(".person a")
    expect(person).to_have_attribute("href", "tel:5550100199")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_an_emergency_shows_911_first(open_page: OpenPage, width: int, height: int) -> None:
    page = open_page(width, height)
    ask(page, "I had fillers today and now my throat is swelling and I can't breathe, what are the risks?")
    answer = page.locator(".answer").last
    expect(answer.locator(".chip")).to_have_text("Emergency")
    assert squeezed(answer.locator(".lines").inner_text()).startswith("Call 911")
    expect(answer.locator("a.call").first).to_have_attribute("href", "tel:911")
    assert answer.locator("a.call").first.is_visible()
    assert answer.get_attribute("role") == "alert"


def test_what_is_not_covered_is_said(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "What does a Botox treatment cost?")
    expect(page.locator(".answer .chip").last).to_have_text("Not covered")


def test_a_follow_up_uses_the_conversation_and_a_new_one_forgets_it(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, CALIFORNIA)
    ask(page, "What about Florida?")
    assert "Florida" in page.locator(".answer").last.inner_text()
    page.get_by_role("button", name="New conversation").click()
    assert page.locator(".answer").count() == 0
    assert page.locator(".welcome").is_visible()
    assert page.evaluate("document.activeElement.id") == "question"


def test_dark_mode(open_page: OpenPage) -> None:
    page = open_page(dark=True)
    ask(page, CALIFORNIA)
    ground, ink = page.locator(".answer").evaluate(
        "answer => { const style = getComputedStyle(answer); return [style.backgroundColor, style.color]; }"
    )
    assert brightness(ground) < 60
    assert brightness(ink) > 180


def brightness(colour: str) -> float:
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", colour)[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_two_visitors_do_not_mix(open_page: OpenPage) -> None:
    one, other = open_page(), open_page()
    one.fill("#question", CALIFORNIA)
    other.fill("#question", "What are the risks of skin rejuvenation?")
    one.press("#question", "Enter")
    other.press("#question", "Enter")
    for page in (one, other):
        page.wait_for_selector(".answer[aria-busy=false]", timeout=60_000)
    assert "California" in one.locator(".log").inner_text()
    assert "scarring" not in one.locator(".log").inner_text()
    assert "scarring" in other.locator(".log").inner_text()
    assert "California" not in other.locator(".log").inner_text()
    ask(other, "and how long does it take?")
    assert one.locator(".answer").count() == 1


def test_markup_in_a_question_stays_text(open_page: OpenPage) -> None:
    page = open_page()
    attack = "<img src=x onerror=\"document.title='owned'\"> <b>who</b> may use a laser? ${1+1} {{value}}"
    ask(page, attack)
    assert squeezed(page.locator(".question-words").inner_text()) == squeezed(attack)
    assert page.locator(".log img").count() == 0
    assert page.title() != "owned"


def test_a_question_that_is_too_long_is_given_back(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "laser " * 400)
    expect(page.locator(".answer .notice").last).to_contain_text("please shorten it to 2,000 or fewer")
    assert len(page.input_value("#question")) > 2_000
    assert fits(page)


def test_narrow_and_zoomed_pages_do_not_scroll_sideways(open_page: OpenPage) -> None:
    page = open_page(320, 640)  # 1280 wide at 400 %
    ask(page, CALIFORNIA)
    assert fits(page)
    page.locator(".answer .marker").first.click()
    marked(page)
    assert fits(page)
