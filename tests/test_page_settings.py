"""Settings from the environment, and the switches that stop the start."""

from pathlib import Path

import pytest

from assistant.page.shell import NO_CONTACT, contact_html, shell_html, title_of
from assistant.settings import DANGEROUS_SWITCHES, Settings, SettingsProblem, read, refuse_dangerous


def test_nothing_set_gives_the_defaults() -> None:
    assert read({}) == read({"PORT": " ", "CONTACT": ""}) == Settings()


def test_what_is_set_is_read() -> None:
    settings = read({"DOCUMENTS_DIR": "/d", "INDEX_DIR": "/i", "HOST": "0.0.0.0", "PORT": "80", "CONTACT": " call us "})
    assert settings == Settings(Path("/d"), Path("/i"), "0.0.0.0", 80, "call us")


def test_a_chat_models_settings_are_read() -> None:
    settings = read(
        {"CHAT_MODEL": " ollama:x ", "CHAT_BASE_URL": "http://h", "CHAT_SECONDS": "90", "CHAT_TOKENS": "900"}
    )
    assert (settings.chat_model, settings.chat_base_url) == ("ollama:x", "http://h")
    assert (settings.chat_seconds, settings.chat_tokens, settings.chat_api_key) == (90.0, 900, "")


@pytest.mark.parametrize(("name", "value"), [("CHAT_SECONDS", "0"), ("CHAT_SECONDS", "nan"), ("CHAT_TOKENS", "499")])
def test_an_amount_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsProblem, match=f"{name} is '{value}'; it must be a number from"):
        read({name: value})


def test_a_chat_model_is_said_on_the_page_and_nowhere_without_one() -> None:
    sentence = "A language model, <x>, helps. What you type is sent to h."
    html = shell_html(Settings(), sentence)
    assert '<p class="standing model">A language model, &lt;x&gt;, helps. What you type is sent to h.</p>' in html
    assert "quoted from" not in html
    assert "language model" not in shell_html(Settings())
    assert "quoted from" in shell_html(Settings())


@pytest.mark.parametrize(("seconds", "patience"), [(30, 45), (120, 135)])
def test_the_page_waits_longer_than_a_slow_model(seconds: float, patience: int) -> None:
    assert f'data-silence="{patience}"' in shell_html(Settings(chat_seconds=seconds))


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "8.5"])
def test_a_bad_port_is_named(port: str) -> None:
    with pytest.raises(SettingsProblem, match=r"PORT is '.*'; it must be a number from 1 to 65535"):
        read({"PORT": port})


@pytest.mark.parametrize("switch", DANGEROUS_SWITCHES)
def test_a_dangerous_switch_stops_the_start(switch: str) -> None:
    with pytest.raises(SettingsProblem, match=switch):
        refuse_dangerous({switch: "True"})
    refuse_dangerous({switch: "False"})


def test_the_contact_is_escaped_and_linked() -> None:
    assert contact_html("") == NO_CONTACT
    assert contact_html("<script>") == "&lt;script&gt;"
    assert contact_html("call (555) 010-0199") == 'call <a href="tel:5550100199">(555) 010-0199</a>'
    assert contact_html("write to a@b.org") == 'write to <a href="mailto:a@b.org">a@b.org</a>'
    assert "<script" not in contact_html('"><script>@b.org 555 0100 199')


def test_the_shell_escapes_the_operators_words_and_evaluates_none_of_them() -> None:
    html = shell_html(Settings(clinic_name="A & <B> ${1+1} $title", contact="ask ${x} `y`"))
    assert "<h1>A &amp; &lt;B&gt; ${1+1} $title: questions about treatments</h1>" in html
    assert "ask ${x} `y`" in html


def test_the_page_claims_no_clinician() -> None:
    words = shell_html(Settings()).lower()
    assert "automated" in words
    assert "not medical or legal advice" in words
    assert "911" in words
    assert not any(title in words for title in ("dr.", "doctor", "nurse", "m.d."))
    assert "Lakeside" in title_of(Settings(clinic_name="Lakeside"))
