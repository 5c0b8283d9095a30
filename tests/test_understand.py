"""Questions are read: roles, procedures, places, sources; follow-ups carry what they leave out and no more."""

import pytest

from assistant.sources import SourceNames
from assistant.spelling import Spelling
from assistant.text import WORD, fold
from assistant.types import Turn
from assistant.understand import Reader
from corpus.types import Corpus

FIRST = "Can an aesthetician do laser resurfacing in California?"


@pytest.fixture(scope="module")
def reader(sources: Corpus) -> Reader:
    words = {word for passage in sources.passages for word in WORD.findall(fold(passage.text))}
    return Reader(SourceNames(sources.documents), Spelling(words))


@pytest.mark.parametrize(
    ("question", "procedures", "roles", "who"),
    [
        (FIRST, ("laser-resurfacing",), ("aesthetician",), True),
        ("rn botox", ("botox",), ("rn",), True),
        ("Who can inject Dysport?", ("dysport",), (), True),
        ("Which procedures may an RN not do?", (), ("rn",), True),
        ("who should not get resurfacing", ("resurfacing",), (), False),
        ("how much is botox", ("botox",), (), False),
        ("Your doctor may numb my skin?", (), ("physician",), False),
        ("who can do dermal fillers with a nurse practitioner", ("fillers",), ("np",), True),
        ("¿Quién puede poner bótox?", ("botox",), (), True),
    ],
)
def test_reading(reader: Reader, question: str, procedures: tuple[str], roles: tuple[str], who: bool) -> None:
    query = reader.read(question)
    assert (query.procedures, query.roles, query.asks_who) == (procedures, roles, who)


@pytest.mark.parametrize(
    ("question", "mended"),
    [
        ("skin resurfcing contrandications", "skin resurfacing contraindications"),
        ("genisis med spa adress", "genesis med spa address"),
        ("Is Allergan a good buy", "Is Allergan a good buy"),
        ("my tattoo hurts", "my tattoo hurts"),
    ],
)
def test_misspelt_words_are_mended_and_others_left(reader: Reader, question: str, mended: str) -> None:
    assert reader.read(question).text == mended


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What are the hours of Genesis MedSpa?", {("genesis-medspa-procedures", "")}),
        ("genesis hours", {("genesis-medspa-procedures", "")}),
        ("What does Dr. Kaplan say?", {("doctor-answers-pixel-laser", "Harold J. Kaplan, MD")}),
        ("what does the first doctor say", {("doctor-answers-pixel-laser", "a doctor the page does not name")}),
        ("can a doctor do botox", set()),
        ("what does the LA doctor say", {("doctor-answers-pixel-laser", "Harold J. Kaplan, MD")}),
        (
            "does Kaplan agree with the other doctor",
            {
                ("doctor-answers-pixel-laser", "Harold J. Kaplan, MD"),
                ("doctor-answers-pixel-laser", "a doctor the page does not name"),
            },
        ),
        ("is Kaplan right about nurses", set()),
    ],
)
def test_sources_named(reader: Reader, question: str, expected: set[tuple[str, str]]) -> None:
    assert {(ref.document_id, ref.speaker) for ref in reader.read(question).sources} == expected


def test_the_two_doctors_are_sources_and_no_role(reader: Reader) -> None:
    query = reader.read("Do the two doctors agree on whether an RN may do the laser in California?")
    assert len(query.sources) == 2
    assert query.roles == ("rn",)


@pytest.mark.parametrize(
    ("question", "place", "role", "procedure"),
    [
        ("what about Florida?", "Florida", "aesthetician", "laser-resurfacing"),
        ("and an RN?", "California", "rn", "laser-resurfacing"),
        ("what about botox there?", "California", "aesthetician", "botox"),
        ("so it's yes, right?", "California", "aesthetician", "laser-resurfacing"),
    ],
)
def test_follow_up_carries_what_it_leaves_out(
    reader: Reader, question: str, place: str, role: str, procedure: str
) -> None:
    query = reader.understand(question, [Turn("user", FIRST)])
    assert query.asks_who
    assert [found.name for found in query.places] == [place]
    assert (query.roles, query.procedures) == ((role,), (procedure,))


def test_the_risks_carry_the_procedure_alone(reader: Reader) -> None:
    query = reader.understand("and the risks?", [Turn("user", FIRST)])
    assert query.procedures == ("laser-resurfacing",)
    assert not query.asks_who
    assert query.roles == ()
    assert query.places == ()


@pytest.mark.parametrize(
    "question", ["When is Genesis MedSpa open on Saturday?", "How do I choose a reputable medspa?"]
)
def test_a_new_topic_carries_nothing(reader: Reader, question: str) -> None:
    query = reader.understand(question, [Turn("user", FIRST)])
    assert query.carried == ()
    assert (query.procedures, query.roles, query.places) == ((), (), ())


def test_assistant_turns_are_not_read(reader: Reader) -> None:
    history = [Turn("user", "hi"), Turn("assistant", "Texas lets RNs do Botox.")]
    assert reader.understand("and there?", history).places == ()


def test_two_questions_are_two_parts(reader: Reader) -> None:
    parts = reader.parts(reader.read("How long is a resurfacing session and how much does it cost?"))
    assert [part.answer_type and part.answer_type.id for part in parts] == ["session", "price"]
    assert parts[1].procedures == ("resurfacing",)


def test_two_facts_of_a_business_are_two_parts(reader: Reader) -> None:
    parts = reader.parts(reader.read("What are Genesis MedSpa's address and phone number?"))
    assert {part.answer_type.id for part in parts if part.answer_type} == {"address", "phone"}


@pytest.mark.parametrize("opening", ["Different topic: ", "New question - ", "Otra pregunta: ", "ok, other topic. "])
def test_what_is_said_to_be_a_new_topic_carries_nothing(reader: Reader, opening: str) -> None:
    query = reader.understand(f"{opening}where is it located?", [Turn("user", "Who may inject Botox in Florida?")])
    assert (query.procedures, query.places, query.carried) == ((), (), ())
    assert query.text == "where is it located?"


@pytest.mark.parametrize("question", ["then what?", "and what comes right after that?", "what's next?"])
def test_what_comes_next_after_a_step_asks_for_the_steps(reader: Reader, question: str) -> None:
    query = reader.understand(question, [Turn("user", "What happens at the consultation?")])
    assert "steps" in query.concepts
    assert query.question == question


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("Who may inject Botox?", "then what?"),
        ("What are the steps of a peel in Texas?", "then what?"),
        ("What aftercare is there after Botox?", "And after microneedling?"),
    ],
)
def test_what_comes_next_after_anything_else_does_not(reader: Reader, before: str, question: str) -> None:
    query = reader.understand(question, [Turn("user", before)])
    assert query.procedures
    assert query.text != "what to expect, steps"


def test_words_joined_by_hyphens_are_read_one_by_one(reader: Reader) -> None:
    assert reader.read("the who-performs-what table").asks_who


def test_a_question_in_spanish_is_searched_by_what_it_names_in_english(reader: Reader) -> None:
    text = reader.read("¿Cuánto dura una sesión de láser?").search_text
    assert "laser" in text
    assert "sesión" not in text
    assert "Texas" in reader.read("¿Puede un dentista poner bótox en Texas?").search_text


@pytest.mark.parametrize("question", ["who does a chemical peal", "chemcal peal who can perfrom it"])
def test_a_real_word_is_mended_where_it_completes_a_treatment(reader: Reader, question: str) -> None:
    assert reader.read(question).procedures == ("chemical-peel",)


@pytest.mark.parametrize("question", ["are laser pens safe", "is my lip left numb", "body shaking after a peel"])
def test_another_word_after_the_first_of_a_treatment_stays(reader: Reader, question: str) -> None:
    assert reader.read(question).text == question


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("What are the risks, for a consent form draft, due in 10 min", "What are the risks"),
        ("hiring for body contouring, what must they be", "body contouring, what must they be"),
        ("Are injections safe for my face?", "Are injections safe for my face?"),
    ],
)
def test_what_an_answer_is_wanted_for_is_not_asked_about(reader: Reader, question: str, read: str) -> None:
    assert " ".join(reader.read(question).text.split()).strip(" ,") == read


def test_what_only_one_treatment_is_for_names_it_where_a_question_asks_who(reader: Reader) -> None:
    assert reader.read("Who is meant to run those machines for belly fat?").procedures == ("body-contouring",)
    assert reader.read("Do those machines take off belly fat?").procedures == ()
    assert reader.read("Who may use a laser on belly fat?").procedures == ("laser",)


@pytest.mark.parametrize("supervisor", ["if an MD is in charge", "as long as a doctor supervises"])
def test_a_question_on_a_role_stays_one_under_a_supervisor(reader: Reader, supervisor: str) -> None:
    query = reader.read(f"In Florida, could a laser tech do my resurfacing {supervisor}?")
    assert query.asks_who
    assert "laser-technician" in query.roles


def test_how_a_medical_spa_differs_asks_nothing_about_who(reader: Reader) -> None:
    assert not reader.read("How does a med spa differ from a normal spa?").asks_who


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("In California can the lady at my spa use the laser on me?", True),
        ("What's the lowest license you need for laser in California?", True),
        ("voucher says RN does the Pixel, spa is in California. allowed?", True),
        ("who runs the fat freezing machine, a doctor?", True),
        ("who runs this clinic?", False),
        ("Can I get laser resurfacing in California?", False),
        ("Who should I check with about my state's rules on lasers?", False),
    ],
)
def test_who_may_do_it_is_asked_in_many_ways(reader: Reader, question: str, who: bool) -> None:
    assert reader.read(question).asks_who is who
